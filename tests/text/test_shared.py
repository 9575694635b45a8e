from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.text import Index, coverage, shared_phrases, shared_spans, words
from outlens.text.function_words import FUNCTION_WORDS

LETTERS = st.lists(st.sampled_from("aab c"), max_size=9).map(" ".join)
TEXTS = st.lists(LETTERS | st.sampled_from(["a b a b", "a a a a", "", "c"]), max_size=6)


def forms(text: str) -> list[str]:
    return words(text)["form"].tolist()


def holds(sequence: list[str], text: list[str]) -> bool:
    return any(text[i : i + len(sequence)] == sequence for i in range(len(text) - len(sequence) + 1))


def echo_words(text: list[str], prompt: list[str], m: int) -> set[int]:
    return {
        j
        for i in range(len(text) - m + 1)
        if holds(text[i : i + m], prompt)
        for j in range(i, i + m)
    }  # fmt: skip


def obvious_spans(texts: list[str], k: int, m: int, prompt: str | None) -> list[tuple[int, ...]]:
    text_forms = [forms(text) for text in texts]
    found = []
    for d, text in enumerate(text_forms):
        echo = echo_words(text, forms(prompt), m) if prompt is not None else set()
        before = -1
        for i in range(len(text)):
            reach, holders = 0, 0
            while i + reach < len(text) and i + reach not in echo:
                count = sum(holds(text[i : i + reach + 1], other) for other in text_forms)
                if count < k:
                    break
                reach, holders = reach + 1, count
            if reach >= m and i + reach > before:
                places = words(texts[d])
                found.append((d, places["start"][i], places["end"][i + reach - 1], reach, holders))
            before = i + reach
    return found


def obvious_coverage(texts: list[str], m: int, prompt: str | None, counted: set[int] | None = None) -> list[list[int]]:
    text_forms = [forms(text) for text in texts]
    those = text_forms if counted is None else [text_forms[d] for d in counted]
    covered = [[1] * len(text) for text in text_forms]
    for d, text in enumerate(text_forms):
        echo = echo_words(text, forms(prompt), m) if prompt is not None else set()
        for i in range(len(text) - m + 1):
            if echo & set(range(i, i + m)):
                continue
            count = sum(holds(text[i : i + m], other) for other in those)
            for j in range(i, i + m):
                covered[d][j] = max(covered[d][j], count)
    return covered


def rows(spans: pd.DataFrame) -> list[tuple[int, ...]]:
    return [tuple(row) for row in spans[["output", "start", "end", "words", "outputs"]].to_numpy().tolist()]


@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
@given(TEXTS, st.integers(2, 6), st.integers(1, 5), st.none() | LETTERS)
def test_spans_and_coverage_match_brute_force(texts: list[str], k: int, m: int, prompt: str | None) -> None:
    index = Index(texts, prompt=prompt)
    if k <= max(2, len(texts)):
        assert rows(index.shared_spans(k, m)) == obvious_spans(texts, k, m, prompt)
    assert [c.tolist() for c in index.coverage(m)] == obvious_coverage(texts, m, prompt)


@settings(max_examples=settings().max_examples * 3 // 5, deadline=None)
@given(TEXTS, st.integers(1, 4), st.none() | LETTERS, st.sets(st.integers(0, 5)))
def test_coverage_counts_only_the_given_outputs(
    texts: list[str], m: int, prompt: str | None, counted: set[int]
) -> None:
    counted &= set(range(len(texts)))
    mask = np.array([d in counted for d in range(len(texts))], bool)
    for outputs in (list(counted), mask):
        found = Index(texts, prompt=prompt).coverage(m, outputs=outputs)
        assert [c.tolist() for c in found] == obvious_coverage(texts, m, prompt, counted)


@given(TEXTS, st.integers(1, 4), LETTERS)
def test_echo_marks_words_of_the_prompt(texts: list[str], m: int, prompt: str) -> None:
    found = Index(texts, prompt=prompt).echoed(m)
    for d, text in enumerate(texts):
        places = words(text)
        in_text = found[found["output"] == d]
        inside = {
            i for i, (a, b) in enumerate(zip(places["start"], places["end"], strict=True))
            if ((in_text["start"] <= a) & (b <= in_text["end"])).any()
        }  # fmt: skip
        assert inside == echo_words(forms(text), forms(prompt), m)


@given(TEXTS, st.integers(2, 4), st.integers(1, 4), st.randoms())
def test_the_order_of_the_outputs_changes_nothing(texts: list[str], k: int, m: int, random: object) -> None:
    if k > max(2, len(texts)):
        return
    order = list(range(len(texts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    spans = shared_spans(texts, min_outputs=k, min_words=m)
    shuffled = shared_spans([texts[i] for i in order], min_outputs=k, min_words=m)
    shuffled["output"] = np.array(order, np.int64)[shuffled["output"]] if len(order) else shuffled["output"]
    shuffled = shuffled.sort_values(["output", "start"], ignore_index=True)
    pd.testing.assert_frame_equal(spans, shuffled)
    pd.testing.assert_frame_equal(
        shared_phrases(texts, min_outputs=k, min_words=m),
        shared_phrases([texts[i] for i in order], min_outputs=k, min_words=m),
    )


@given(st.lists(st.lists(st.sampled_from(["A", "a", "B"]), max_size=6).map(" ".join), max_size=4), st.integers(1, 3))
def test_exact_compares_the_written_form(texts: list[str], m: int) -> None:
    renamed = [" ".join({"A": "x", "a": "y", "B": "z"}[w] for w in text.split()) for text in texts]
    exact = rows(shared_spans(texts, min_outputs=2, min_words=m, exact=True))
    assert exact == rows(shared_spans(renamed, min_outputs=2, min_words=m))


@given(TEXTS, st.integers(1, 4))
def test_a_phrase_id_is_one_sequence(texts: list[str], m: int) -> None:
    spans = shared_spans(texts, min_outputs=2, min_words=m)
    text_forms = [" ".join(forms(texts[o][s:e])) for o, s, e in spans[["output", "start", "end"]].to_numpy().tolist()]
    ids = dict(zip(text_forms, spans["phrase"], strict=True))
    assert len(set(ids.values())) == len(ids)
    assert [ids[s] for s in text_forms] == spans["phrase"].tolist()


@pytest.mark.newest
@pytest.mark.parametrize(("k", "m", "exact"), [(2, 3, False), (0.3, 4, False), (20, 2, True)])
def test_shared_spans_of_real_outputs_match_brute_force(k: float, m: int, exact: bool, shared_data: Path) -> None:
    frame = pd.read_parquet(shared_data / "many_models.parquet")
    texts = frame[frame["kind"] == "explanation"]["response"].head(200).tolist()
    index = Index(texts, exact=exact)
    vocabulary = np.array(index.tokens.vocabulary, object)
    text_forms = [vocabulary[index.tokens.form[a:b]].tolist() for a, b in zip(*_ends(index), strict=True)]
    text_forms = [text_forms[v] for v in index.variant]
    count = math.ceil(k * len(texts)) if isinstance(k, float) else k

    def sayers(length: int, places: list[tuple[int, int]]) -> dict[tuple[str, ...], set[int]]:
        who: dict[tuple[str, ...], set[int]] = {}
        for d, i in places:
            if i + length <= len(text_forms[d]):
                who.setdefault(tuple(text_forms[d][i : i + length]), set()).add(d)
        return who

    covered = [[1] * len(text) for text in text_forms]
    live = [(d, i) for d, text in enumerate(text_forms) for i in range(len(text))]
    who = sayers(m, live)
    for d, i in live:
        c = len(who.get(tuple(text_forms[d][i : i + m]), ())) if i + m <= len(text_forms[d]) else 1
        covered[d][i : i + m] = [max(c, x) for x in covered[d][i : i + m]]
    # Add one word at a time to the sequences that enough outputs contain so far.
    reach = [[0] * len(text) for text in text_forms]
    holders = [[0] * len(text) for text in text_forms]
    length = 1
    while live:
        who = sayers(length, live)
        left = [(d, i) for d, i in live if len(who.get(tuple(text_forms[d][i : i + length]), ())) >= count]
        live = [(d, i) for d, i in left if i + length <= len(text_forms[d])]
        for d, i in live:
            reach[d][i], holders[d][i] = length, len(who[tuple(text_forms[d][i : i + length])])
        length += 1
    expected = [
        (d, reach[d][i], holders[d][i])
        for d, text in enumerate(text_forms)
        for i in range(len(text))
        if reach[d][i] >= m and (i == 0 or i + reach[d][i] > i - 1 + reach[d][i - 1])
    ]
    assert [tuple(r) for r in index.shared_spans(k, m)[["output", "words", "outputs"]].to_numpy().tolist()] == expected
    assert [c.tolist() for c in index.coverage(m)] == covered


def _ends(index: Index) -> tuple[list[int], list[int]]:
    return index.tokens.bounds[:-1].tolist(), index.tokens.bounds[1:].tolist()


# TEXT.md's hard cases


def test_equal_outputs_all_count() -> None:  # 1
    texts = ["one two three", "x y", "one two three", "one two three", "p q"]
    index = Index(texts)
    assert sorted(index.weight.tolist()) == [1, 1, 3]
    spans = index.shared_spans(3, 2)
    assert spans["output"].tolist() == [0, 2, 3]
    assert spans["outputs"].tolist() == [3, 3, 3]
    assert [c.tolist() for c in index.coverage(1)] == [[3, 3, 3], [1, 1], [3, 3, 3], [3, 3, 3], [1, 1]]


def test_outputs_are_counted_rather_than_occurrences() -> None:  # 2
    spans = shared_spans(["ha ha ha ha", "ha ha"], min_outputs=2, min_words=2)
    assert set(spans["outputs"]) == {2}
    assert set(spans["words"]) == {2}
    assert [c.tolist() for c in coverage(["ha ha ha ha", "ha ha"], min_words=3)] == [[1] * 4, [1] * 2]


def test_no_span_crosses_the_end_of_an_output() -> None:  # 3
    assert shared_spans(["a b", "c d", "b c"], min_outputs=2, min_words=2).empty


def test_overlapping_spans_are_all_listed() -> None:  # 4
    index = Index(["a b c d", "a b c", "b c d"])
    spans = index.shared_spans(2, 2)
    assert spans[spans["output"] == 0][["start", "end"]].values.tolist() == [[0, 5], [2, 7]]
    covered = [c.tolist() for c in index.coverage(2)]
    assert (covered[0], covered[2]) == ([2, 3, 3, 2], [3, 3, 2])


@pytest.mark.parametrize("texts", [[], ["a b"], [""], [" \n"], ["a"], ["", "", " "], ["a b"] * 3])
def test_tiny_inputs_are_accepted(texts: list[str]) -> None:  # 5
    index = Index(texts, prompt="a b")
    spans = Index(texts).shared_spans(min_words=1)
    assert len(spans) == (3 if len(texts) == 3 and texts[0] else 0)
    assert list(spans.columns) == ["output", "start", "end", "words", "outputs", "phrase"]
    assert (spans.dtypes == "int64").all()
    assert len(index.coverage()) == len(texts)
    assert index.shared_phrases(min_words=1).empty
    assert len(index.echoed(1)) == sum("a" in text for text in texts)


def test_forms_match_even_if_the_text_differs() -> None:  # 6, 7
    assert rows(shared_spans(["Don't worry!", "don’t worry."], min_outputs=2, min_words=2))[1] == (1, 0, 11, 2, 2)
    assert shared_spans(["Don't worry!", "don’t worry."], min_outputs=2, min_words=2, exact=True).empty
    spans = shared_spans(["die ﬁne Straße", "DIE fine STRASSE"], min_outputs=2, min_words=3)
    assert rows(spans) == [(0, 0, 14, 3, 2), (1, 0, 16, 3, 2)]


def test_one_character_separates_two_shared_spans() -> None:  # 10
    spans = shared_spans(["我们建议您首先考虑成本", "我们建议你首先考虑成本"], min_outputs=2, min_words=2)
    assert spans[["output", "start", "end"]].values.tolist() == [[o, *s] for o in (0, 1) for s in ([0, 4], [5, 11])]


def test_markers_do_not_divide_a_span() -> None:  # 12
    texts = ["1. **Plan ahead.** Save.", "- Plan ahead: save"]
    spans = shared_spans(texts, min_outputs=2, min_words=3)
    assert [texts[o][s:e] for o, s, e in spans[["output", "start", "end"]].values.tolist()] == [
        "Plan ahead.** Save", "Plan ahead: save",
    ]  # fmt: skip


def test_words_that_repeat_the_prompt_are_not_shared() -> None:  # 17
    texts = ["Here is a short poem about the sea: waves", "Here is a short poem about the sea: salt"]
    index = Index(texts, prompt="Write a short poem about the sea")
    assert [texts[0][s:e] for o, s, e in index.echoed(4)[["output", "start", "end"]].values.tolist() if o == 0] == [
        "a short poem about the sea"
    ]
    assert index.shared_spans(2, 4).empty
    assert rows(index.shared_spans(2, 2))[0] == (0, 0, 7, 2, 2)


def test_many_times_the_same_word() -> None:  # 20
    spans = shared_spans(["ha " * 150_000, "ha " * 10], min_outputs=2, min_words=4)
    assert len(spans) == 149_991 + 1
    assert set(spans["words"]) == {10}


def obvious_phrases(texts: list[str], k: int, m: int, prompt: str | None, limit: int) -> list[tuple[str, int]]:
    """Return the listed phrases, as forms, with their outputs, comparing every sequence with every listed one."""
    forms_of = [forms(text) for text in texts]
    starts = [words(text)["start"].tolist() for text in texts]
    candidates: dict[tuple[str, ...], int] = {}
    for output, start, _, length, outputs in obvious_spans(texts, k, m, prompt):
        at = starts[output].index(start)
        candidates[tuple(forms_of[output][at : at + length])] = outputs

    def score(phrase: tuple[str, ...]) -> Fraction:
        return sum(Fraction(candidates[phrase] ** 2, sum(word in text for text in forms_of)) for word in phrase)

    listed: list[tuple[str, ...]] = []
    # Equal scores are ordered by their words.
    for phrase in sorted(candidates, key=lambda phrase: (-score(phrase), phrase)):
        apart = not any(holds(list(phrase), list(one)) or holds(list(one), list(phrase)) for one in listed)
        if apart and not set(phrase) <= FUNCTION_WORDS:
            listed.append(phrase)
    return [(" ".join(phrase), candidates[phrase]) for phrase in listed[:limit]]


@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
@given(TEXTS, st.integers(2, 4), st.integers(1, 4), st.none() | LETTERS, st.integers(1, 5))
def test_phrases_are_the_best_that_do_not_contain_each_other(
    texts: list[str], k: int, m: int, prompt: str | None, limit: int
) -> None:
    if k > max(2, len(texts)):
        return
    listed = shared_phrases(texts, min_outputs=k, min_words=m, prompt=prompt, limit=limit)
    got = [(" ".join(forms(text)), outputs) for text, outputs in zip(listed["text"], listed["outputs"], strict=True)]
    assert got == obvious_phrases(texts, k, m, prompt, limit)


def test_the_best_beginning_of_a_sentence_is_listed_rather_than_the_longest() -> None:
    short, long = "Please let us know whether that works for you", " and your team, so that we can plan"
    texts = [f"{short}. {chr(97 + i) * 3}" for i in range(24)] + [f"{short}{long} {chr(97 + i) * 4}" for i in range(16)]
    listed = shared_phrases(texts, min_outputs=2, min_words=4)
    assert listed[["text", "outputs"]].values.tolist() == [[short, 40]]


def test_phrases_of_function_words_alone_are_left_out() -> None:
    texts = ["It is one of the best there is, and that’s that", "One of the worst there is. And that's that"]
    assert shared_phrases(texts, min_outputs=2, min_words=2)["text"].tolist() == ["one of the"]
    assert shared_phrases(["It is as it was"] * 3, min_words=2).empty
    assert shared_phrases(["IT’S AS IT WAS"] * 3, min_words=2, exact=True).empty


def test_the_browser_has_the_same_function_words() -> None:
    source = (Path(__file__).parents[2] / "js/src/text/function-words.ts").read_text(encoding="utf-8")
    assert set(source.split("`")[1].split()) == FUNCTION_WORDS


def test_phrases_come_quickly_from_runs_of_one_word_of_all_lengths() -> None:
    texts = ["ha " * i for i in range(1, 400)]
    # i words are in 400 - i outputs, so the score is (400 - i)² i / 399: highest where 400 - i is nearest to 2 i.
    assert shared_phrases(texts, min_outputs=2, min_words=2)["words"].tolist() == [133]


def test_phrases_are_long_and_frequent() -> None:
    texts = [f"The cat sat on the mat. Number {i} is mine." for i in range(6)] + ["The dog sat on it."] * 2
    listed = shared_phrases(texts, min_outputs=2, min_words=2)
    # "sat on" is in 8 outputs and part of both; "is mine" has one word that is not a function word.
    assert listed[["text", "outputs"]].values.tolist() == [
        ["The cat sat on the mat. Number", 6], ["is mine", 6], ["The dog sat on it", 2],
    ]  # fmt: skip
    assert listed["score"].is_monotonic_decreasing


@pytest.mark.parametrize("k", [1, 0, -1, 4, True, float("nan"), 1.5, 0.0, "2", None])
def test_a_threshold_of_outputs_out_of_range_is_an_error(k: object) -> None:
    with pytest.raises(ValueError, match="min_outputs"):
        shared_spans(["a", "b", "c"], min_outputs=k)  # type: ignore[arg-type]


@pytest.mark.parametrize("m", [0, -1, 2.5, True, "3"])
def test_a_threshold_of_words_out_of_range_is_an_error(m: object) -> None:
    with pytest.raises(ValueError, match="min_words"):
        coverage(["a", "b"], min_words=m)  # type: ignore[arg-type]


def test_a_value_that_is_not_a_text_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"texts\[1\] is missing \(nan\)"):
        Index(["a", float("nan")])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="prompt is an int"):
        Index(["a"], prompt=3)  # type: ignore[arg-type]
