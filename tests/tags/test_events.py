"""Keys identify an output, whichever row it is in."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.tags.events import ACTIONS, Event, keys, new_id, order, prompt_key, tag_key

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # including lone surrogates


def test_an_id_is_the_key() -> None:
    assert keys(["a", "b", "c", "d"], ids=["x", 3, 4.0, "x#2"]) == ["id:x", "id:3", "id:4", "id:x#2"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, "1", 2], "The ids 1 and '1' print alike, so their tags cannot be kept apart; make all ids one type."),
        (["True", True], "The ids 'True' and True print alike"),
        ([7, 7], "The id 7 occurs twice; give each output its own id."),
        ([7, 7.0], "The id 7.0 occurs twice"),
        (list(np.array([7, 7])), "The id 7 occurs twice"),
    ],
)
def test_ambiguous_ids_are_refused(ids: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        keys(["a"] * len(ids), ids=ids)


def test_equal_outputs_are_distinguished_by_their_number() -> None:
    first, second, other, third = keys(["Yes.", "Yes.", "No.", "Yes."])
    assert [second, third] == [f"{first}#2", f"{first}#3"]
    assert other.partition("#")[0] != first
    assert first.startswith("text:")
    assert len(first) == len("text:") + 24


def test_a_key_depends_on_the_prompt_and_the_text_and_their_boundary() -> None:
    made = keys(["c", "bc", "c", ""], ["ab", "a", "a", "abc"])
    assert len(set(made)) == 4
    assert keys(["c"]) == keys(["c"], [""])


def test_a_key_is_the_same_in_every_version() -> None:
    # blake2b, 12 bytes, of: length 0, length 4 and "Yes." (lengths as 8 bytes, little-endian); by b2sum -l 96.
    assert keys(["Yes."]) == ["text:4f778e27c0ab229b45cf863f"]


@given(st.lists(st.integers(0, 4).map(lambda number: f"text {number}"), max_size=12), st.randoms())
def test_keys_survive_another_order_and_added_rows(texts: list[str], shuffle: random.Random) -> None:
    before = keys(texts)
    moved = list(texts)
    shuffle.shuffle(moved)
    assert sorted(keys(moved)) == sorted(before)
    assert keys([*texts, "text 1", "new"])[: len(texts)] == before


@given(st.lists(ANY_TEXT, max_size=6), st.lists(ANY_TEXT, min_size=6, max_size=6))
def test_no_two_outputs_share_a_key(texts: list[str], prompts: list[str]) -> None:
    assert len(set(keys(texts, prompts[: len(texts)]))) == len(texts)
    different = list(dict.fromkeys(texts))
    assert len(set(keys(different, ids=different))) == len(different)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="2 texts but 1 prompts"):
        keys(["a", "b"], ["p"])
    with pytest.raises(ValueError, match="1 texts but 2 ids"):
        keys(["a"], ids=[1, 2])


def test_the_key_of_a_prompt_and_of_a_tag() -> None:
    assert prompt_key("Say hello.") == prompt_key("Say hello.") != prompt_key("Say hello")
    assert prompt_key("\ud800").startswith("prompt:")
    assert tag_key("too long") == "tag:too long"


def test_events_are_ordered_by_time_then_id() -> None:
    late, early, tie = (Event(i, t, "ann", "id:1", "tag", "x", "g", "l") for i, t in [("a", 2), ("b", 1), ("c", 2)])
    assert sorted([tie, late, early], key=order) == [early, late, tie]


def test_ids_are_version_4_and_actions_are_eleven() -> None:
    made = {new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(len(i) == 32 and i[12] == "4" and int(i, 16) >= 0 for i in made)
    assert len(ACTIONS) == 11


def test_the_log_needs_no_pandas() -> None:
    program = (
        "import sys, outlens.tags.names; print([m for m in ('pandas', 'sklearn', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
