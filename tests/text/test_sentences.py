from __future__ import annotations

import importlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

sentences = importlib.import_module("outlens.text.sentences").sentences

PIECES = [
    "One two.", " Yes! ", "- a item", "1. b", "\n", "\n\n", "```", "~~~\n", "| a | b |", "# Head", "**Bold**", "> q",
    "x = 3.14", "日本。語", "😀", "\ud800", "\x00", "e.g. this", "lower", "\t", "\u2028", "Mr. X",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(st.characters(codec=None), max_size=60)


def units_of(text: str) -> list[tuple[str, str]]:
    return [(text[a:b], kind) for a, b, kind in sentences(text).to_numpy().tolist()]


@given(TEXT)
def test_units_are_ordered_and_contain_every_word(text: str) -> None:
    end = 0
    between = []
    for unit in sentences(text).itertuples():
        assert end <= unit.start < unit.end <= len(text)
        between.append(text[end : unit.start])
        end = unit.end
    between.append(text[end:])
    # Only the numbers and letters of list markers are outside.
    outside = "".join(between).replace("\n", " ")
    assert all(len(part.strip("().>-*+•‣●▪–")) <= 3 for part in outside.split() if any(map(str.isalnum, part)))


def test_running_text_is_split_into_sentences() -> None:
    text = "Dr. Smith pays 3.14 euros. Is that much? “No.” It is not!"
    assert [s for s, _ in units_of(text)][:2] == ["Dr. Smith pays 3.14 euros.", "Is that much?"]
    assert units_of("我们建议。您首先！") == [("我们建议。", "sentence"), ("您首先！", "sentence")]
    assert [s for s, _ in units_of("نعم. لماذا؟ لا")] == ["نعم.", "لماذا؟", "لا"]


def test_a_hard_wrapped_sentence_is_one_unit() -> None:
    assert units_of("This goes on\nin the next line. Then\nit ends.\nNew one") == [
        ("This goes on\nin the next line.", "sentence"), ("Then\nit ends.", "sentence"), ("New one", "sentence"),
    ]  # fmt: skip


def test_markers_are_not_part_of_a_unit() -> None:
    text = "## Plan ##\n1. **Save.** Then spend.\n  - deep item\n* star\n> quoted words\n| a | b |\n|---|---|\n**Bold**"
    assert units_of(text) == [
        ("Plan", "heading"), ("**Save.**", "item"), ("Then spend.", "item"), ("deep item", "item"), ("star", "item"),
        ("quoted words", "sentence"), ("| a | b |", "row"), ("**Bold**", "heading"),
    ]  # fmt: skip


def test_code_is_one_unit_and_keeps_its_indentation() -> None:  # hard case 13
    code = "```python\ndef f():\n    x = 3.14\n\n    return x. y\n```"
    assert units_of(f"So:\n{code}\nDone.") == [("So:", "sentence"), (code, "code"), ("Done.", "sentence")]
    assert units_of("A.\n~~~\nx = 1\n```\n    y") == [("A.", "sentence"), ("~~~\nx = 1\n```\n    y", "code")]


def test_windows_line_ends_are_not_part_of_a_unit() -> None:
    text = "**Bold**\r\n- item\r\n```\r\nx\r\n```\r\nEnd\r\n"
    assert units_of(text) == [
        ("**Bold**", "heading"), ("item", "item"), ("```\r\nx\r\n```", "code"), ("End", "sentence"),
    ]  # fmt: skip


def test_a_value_that_is_not_a_text_is_an_error() -> None:
    with pytest.raises(TypeError, match="text is an int"):
        sentences(3)


def test_real_odd_texts_lose_no_word(shared_data: Path) -> None:
    for text in pd.read_parquet(shared_data / "odd_text.parquet")["response"]:
        covered = sum(sum(map(str.isalnum, text[a:b])) for a, b, _ in sentences(text).to_numpy().tolist())
        everything = sum(map(str.isalnum, text))
        assert covered >= 0.9 * everything - 6


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("This is one. " * 2_000, 2_000),
        ("ha " * 20_000 + "ha. " + "Ho " * 5_000, 2),
        ("“ " * 300_000 + "end", 1),
        ("x" * 25_000, 1),
    ],
)
def test_a_long_line_is_split_in_linear_time(line: str, count: int) -> None:
    units = units_of(line)
    assert len(units) == count
    if count == 2_000:
        assert units == [("This is one.", "sentence")] * count
