"""The marks of the layers, compared with loops over characters and words."""

from __future__ import annotations

import functools
import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens import layers
from outlens.text import Index, words
from outlens.widget import wire

TEXTS = ["plain words", "a 😀 b 😀", "", "\ud800 é 漢字"]
SPANS = st.lists(
    st.integers(0, len(TEXTS) - 1).flatmap(
        lambda o: st.tuples(
            st.just(o),
            st.lists(st.integers(0, len(TEXTS[o])), min_size=2, max_size=2).map(sorted),
            st.sampled_from(["u", "v", "w", None, *"abcdefgh"]),
        )
    ),
    max_size=30,
)


def table(spans: list[tuple[int, list[int], str | None]]) -> pd.DataFrame:
    rows = [(o, a, b, kind) for o, (a, b), kind in spans]
    return pd.DataFrame(rows, columns=["output", "start", "end", "kind"]).astype({"kind": object})


def kinds_of(spans: pd.DataFrame) -> list[str]:
    counts = spans["kind"].dropna().tolist()
    return sorted(set(counts), key=lambda kind: (-counts.count(kind), kind))


@given(SPANS, st.permutations(range(len(TEXTS))), st.integers(0, len(TEXTS)))
def test_pieces_give_the_layers_over_each_character(
    spans: list[tuple[int, list[int], str | None]], order: list[int], n: int
) -> None:
    given_table = table(spans)
    before = given_table.copy(deep=True)
    own = layers.Layer.of(given_table, "mine", TEXTS, "kind")
    pd.testing.assert_frame_equal(given_table, before)
    assert own.types == kinds_of(given_table)
    code = {kind: min(i, 8) for i, kind in enumerate(own.types, 1)}
    rows = np.array(order[:n], np.int64)
    made = wire.layer(own, TEXTS, rows)
    first, pieces = np.frombuffer(made["first"], "<u4"), np.frombuffer(made["pieces"], "<u4").reshape(-1, 3)
    assert len(first) == n + 1
    assert first[0] == 0
    assert first[-1] == len(pieces)
    for i, row in enumerate(rows.tolist()):
        expected = []
        for place in range(len(TEXTS[row])):
            here = {code.get(kind, 0) for o, (a, b), kind in spans if o == row and a <= place < b}
            typed = here - {0}
            expected.append(9 if len(typed) > 1 else max(here) if here else -1)
        mine = pieces[first[i] : first[i + 1]].tolist()
        assert all(a < b for a, b, _ in mine)
        # Pieces ascend and do not overlap; touching ones differ in type.
        assert all(x[1] < y[0] or (x[1] == y[0] and x[2] != y[2]) for x, y in pairwise(mine))
        painted = []
        at = 0
        for char in TEXTS[row]:
            painted += [next((c for a, b, c in mine if a <= at < b), -1)]
            at += 2 if char > "\uffff" else 1
        assert painted == expected


def test_a_piece_is_coded_by_its_type() -> None:
    kinds = [kind for k, kind in enumerate("abcdefghij") for _ in range(20 - k)]
    spans = pd.DataFrame({"output": 0, "start": 0, "end": 1, "kind": kinds})
    own = layers.Layer.of(spans, "mine", ["xyz"], "kind")
    assert own.types == list("abcdefghij")
    assert [own.kind(code) for code in range(10)] == ["", *"abcdefg", "other", "several"]
    few = layers.Layer.of(spans[spans["kind"] < "i"], "mine", ["xyz"], "kind")
    assert few.kind(8) == "h"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ((3, 0, 1), "row 2 .*output 3, start 0, end 1.* outputs are numbered 0 to 1"),
        ((-1, 0, 1), "row 2 .*output -1.* outputs are numbered 0 to 1"),
        ((0, 0, 12), "row 2 .*end 12.* has 11 characters"),
        ((0, 3, 2), "row 2 .*start <= end"),
        ((0, -1, 2), "row 2 .*start -1"),
        ((0, 0.5, 2), "row 2 .*start 0.5.*whole numbers"),
        ((0, None, 2), "row 2 .*whole numbers"),
        ((0, "0", 2), "row 2 .*start '0'.*whole numbers"),
        ((0, True, 2), "row 2 .*whole numbers"),
        ((0, 0, 10**400), "row 2 .*whole numbers"),
        ((0, float("inf"), 2), "row 2 .*whole numbers"),
    ],
)
def test_an_invalid_span_is_named(row: tuple[object, ...], why: str) -> None:
    spans = pd.DataFrame([(0, 0, 5), (1, 0, 1), row], columns=["output", "start", "end"], dtype=object)
    with pytest.raises(ValueError, match=why):
        layers.Layer.of(spans, "mine", TEXTS[:2], None)


def test_a_value_that_is_not_a_span_table_is_an_error() -> None:
    with pytest.raises(TypeError, match="spans is a list"):
        layers.Layer.of([(0, 0, 1)], "mine", TEXTS, None)
    with pytest.raises(KeyError, match="no column 'end'; they have 'output', 'start'"):
        layers.Layer.of(pd.DataFrame({"output": [], "start": []}), "mine", TEXTS, None)
    with pytest.raises(KeyError, match="no column 'kind'"):
        layers.Layer.of(pd.DataFrame({"output": [], "start": [], "end": []}), "mine", TEXTS, "kind")
    twice = pd.DataFrame([[0, 0, 1, 2]], columns=["output", "start", "end", "end"])
    with pytest.raises(KeyError, match="twice a column 'end'"):
        layers.Layer.of(twice, "mine", TEXTS, None)
    many = pd.DataFrame({"output": [0], "start": [0], "end": [1], "kind": [["a", "b"]]})
    with pytest.raises(TypeError, match=r"spans.explode\('kind'\)"):
        layers.Layer.of(many, "mine", TEXTS, "kind")
    with pytest.raises(ValueError, match="there are no outputs"):
        layers.Layer.of(twice.iloc[:, :3], "mine", [], None)


def test_many_overlapping_spans_do_not_take_quadratic_time() -> None:
    n = 200_000
    start = np.arange(n)
    spans = pd.DataFrame({"output": 0, "start": start, "end": np.minimum(start + n // 2, n), "kind": start % 3})
    own = layers.Layer.of(spans, "mine", ["x" * n], "kind")
    _, pieces = own.pieces(["x" * n], np.array([0]))
    assert pieces.tolist() == [[0, 1, 1], [1, n, 9]]


SAID = st.lists(st.sampled_from(["a", "a", "b", "c", "😀 d", "é"]), max_size=8).map(" ".join)


def holds(sequence: list[str], text: list[str]) -> bool:
    return any(text[i : i + len(sequence)] == sequence for i in range(len(text) - len(sequence) + 1))


@functools.cache
def words_of(text: str) -> tuple[list[str], list[list[int]]]:
    """Return the forms and positions of the words; cached, because each layer of an example asks for the same ones."""
    table = words(text)
    return table["form"].tolist(), table[["start", "end"]].to_numpy().tolist()


def words_by_hand(
    texts: list[str], prompt: str | None, name: str, share: float, m: int, marked: list[int], within: bool
) -> list[tuple[int, ...]]:
    """The rules of the reader, word by word."""
    text_forms = [words_of(text)[0] for text in texts]
    asked = words_of(prompt)[0] if prompt is not None else []
    those = [text_forms[d] for d in marked] if within else text_forms
    n = len(those)
    k = max(2, int(share) if share > 1 else math.ceil(round(share * n, 9)))
    found: list[tuple[int, ...]] = []
    for d in marked:
        text = text_forms[d]
        _, spots = words_of(texts[d])

        def echo(length: int, text: list[str] = text) -> set[int]:
            at = [i for i in range(len(text) - length + 1) if asked and holds(text[i : i + length], asked)]
            return {j for i in at for j in range(i, i + length)}

        def cover(length: int, echoed: set[int], text: list[str] = text) -> list[int]:
            covered = [1] * len(text)
            for i in range(len(text) - length + 1):
                if echoed & set(range(i, i + length)):
                    continue
                count = sum(holds(text[i : i + length], other) for other in those)
                for j in range(i, i + length):
                    covered[j] = max(covered[j], count)
            return covered

        values: list[int | None] = [None] * len(text)
        echo_m, echo_1 = echo(m), echo(1)
        coverage, alone = cover(m, echo_m), cover(1, echo_1)
        for i in range(len(text)):
            if name == "shared" and coverage[i] >= k:
                values[i] = 1 + min(2, math.floor(3 * (coverage[i] - k) / max(1, n - k + 1)))
            if name == "common" and coverage[i] >= k:
                values[i] = 0
            if name == "only" and n > 1 and alone[i] == 1 and i not in echo_1:
                values[i] = 0
            if name == "echo" and i in echo_m:
                values[i] = 0
        before = None
        for i, value in enumerate(values):
            if value is not None and value == before:
                found[-1] = (d, found[-1][1], spots[i][1], value)
            elif value is not None:
                found.append((d, *spots[i], value))
            before = value
    return found


@given(
    st.lists(SAID, max_size=6),
    st.none() | SAID,
    st.sampled_from([0.3, 0.5, 1.0, 2, 3, 9]),
    st.integers(1, 4),
    st.sets(st.integers(0, 5)),
    st.booleans(),
)
def test_words_are_marked_by_the_rules(
    texts: list[str], prompt: str | None, share: float, m: int, marked: set[int], within: bool
) -> None:
    own = sorted(i for i in marked if i < len(texts))
    if within and not own:
        return
    index = Index(texts, prompt=prompt)
    names = ("shared", "common", "only", "echo")
    found = dict(layers.words(index, names, share, m, np.array(own, np.int64), within))
    for name in names:
        rows = found[name][["output", "start", "end", "value"]].to_numpy().tolist() if name in found else []
        assert sorted(map(tuple, rows)) == words_by_hand(texts, prompt, name, share, m, own, within), name


def test_layers_together_are_sorted_and_keep_their_types() -> None:
    none = layers.together([])
    assert none.columns.tolist() == ["layer", "output", "start", "end", "value"]
    assert (none.dtypes[["output", "start", "end"]] == np.int64).all()
    one = pd.DataFrame({"output": [1, 0], "start": [0, 4], "end": [2, 5], "value": [3, 1]})
    two = pd.DataFrame({"output": [0], "start": [0], "end": [9], "value": ["slip"]})
    both = layers.together([("shared", one), ("mine", two)])
    assert both.to_numpy().tolist() == [["mine", 0, 0, 9, "slip"], ["shared", 0, 4, 5, 1], ["shared", 1, 0, 2, 3]]
    assert (both.dtypes[["output", "start", "end"]] == np.int64).all()
