"""Every public function accepts its texts as any iterable, reads it once, and refuses anything else with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from outlens import text, vectors

KINDS = ["We take tea. We take cake.", "They take tea. They take cake.", "We take tea and nothing else.", "No."]
TEXTS = [f"{KINDS[i % 4]} Number {i}." for i in range(12)]
GROUPS = ["a", "a", "b", "b"] * 3


def letters(texts: list[str]) -> np.ndarray:
    return np.array([[one.count("a"), one.count("e"), 1] for one in texts], np.float64)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "align": text.align,
    "coverage": lambda texts: [one.tolist() for one in text.coverage(texts, min_words=2)],
    "distinctive": lambda texts: text.distinctive(texts, GROUPS),
    "distinctive_words": text.distinctive_words,
    "find": lambda texts: text.find(texts, "tea"),
    "find a regular expression": lambda texts: text.find(texts, "t.a", regex=True),
    "forms": text.forms,
    "Index": lambda texts: text.Index(texts).shared_spans(2, 2),
    "openings": text.openings,
    "shared_phrases": lambda texts: text.shared_phrases(texts, min_words=2),
    "shared_spans": lambda texts: text.shared_spans(texts, min_words=2),
    "varying": lambda texts: text.varying(texts, text.align(TEXTS)),
    "embed": lambda texts: vectors.embed(texts, letters).tolist(),
    "landscape": lambda texts: vectors.landscape(texts, model=letters).names,
    "cluster": lambda texts: vectors.cluster(vectors.embed(TEXTS, letters), texts).leaf.tolist(),
    "name_clusters": lambda texts: vectors.name_clusters(
        texts, vectors.cluster(vectors.embed(TEXTS, letters), TEXTS)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_texts_may_be_any_iterable(name: str) -> None:
    function = FUNCTIONS[name]
    wanted = function(TEXTS)
    assert len(wanted)
    kinds: list[Iterable[str]] = [
        (one for one in TEXTS),
        iter(TEXTS),
        tuple(TEXTS),
        pd.Series(TEXTS, index=range(100, 112)),
        np.array(TEXTS, object),
        np.array(TEXTS),
        pd.Series(TEXTS, dtype="string").to_numpy(),
    ]
    for given in kinds:
        got = function(given)
        assert got.equals(wanted) if isinstance(got, pd.DataFrame) else got == wanted


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("one text", r"texts is a str \('one text'\); give a list of str, such as \[text\]"),
        (["a", None], r"texts\[1\] is missing \(None\).*fillna\(\"\"\)"),
        (pd.Series(["a", np.nan], index=["x", "y"]), r"texts\[1\] is missing \(nan\).*fillna"),
        (pd.Series(["a", pd.NA], dtype="string"), r"texts\[1\] is missing.*fillna"),
        (["a", 3], r"texts\[1\] is an int \(3\)"),
        (pd.DataFrame({"a": ["x"]}), r"texts is a DataFrame; give one of its columns"),
        ({"a": 1}, "texts is a dict"),
        (None, "texts is None"),
    ],
)  # fmt: skip
def test_values_that_are_not_texts_are_refused(name: str, given: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        FUNCTIONS[name](given)


def test_a_single_text_is_refused() -> None:
    for function in (text.words, text.sentences):
        with pytest.raises(TypeError, match=r"text is a list; give a str"):
            function(["a"])  # type: ignore[operator]


def test_groups_may_be_any_iterable() -> None:
    wanted = text.distinctive(TEXTS, GROUPS)
    assert text.distinctive(TEXTS, iter(GROUPS), prompts=None).equals(wanted)
    assert text.distinctive(TEXTS, pd.Series(GROUPS, index=range(5, 17))).equals(wanted)
    with pytest.raises(TypeError, match="groups is a str"):
        text.distinctive(TEXTS, "aabb")
