"""Each number of the summary, computed in another way."""

from __future__ import annotations

import functools
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.summary import pieces
from outlens.vectors.likeness import Likeness
from outlens.vectors.separation import CLEAR, NO_GROUPS, separation

RUN = "the whole committee agreed to meet again on Friday"


def _spread(groups: list[int], noise: float = 0.02) -> np.ndarray:
    """Return a vector for each output: one direction per group, with some noise."""
    return np.eye(max(groups) + 2)[groups] + np.random.default_rng(0).normal(0, noise, (len(groups), max(groups) + 2))


def _sets() -> dict[str, tuple[list[Any], np.ndarray, list[str] | None]]:
    rng = np.random.default_rng(7)
    words = [f"{a}{b}" for a in ("ba", "ki", "lo", "mu", "ne") for b in ("ran", "sol", "tin", "vek")]
    prose = [" ".join(rng.choice(words, 60)) for _ in range(40)]
    answers = ["Paris."] * 12 + ["Rome!"] * 6 + ["Oslo?"] * 2
    odd = ["", " ", "\n", "a", "A", "a ", "😀", "日本語", "\ud800", "x" * 5000]
    return {
        "none": ([], np.zeros((0, 2)), None),
        "one": (["Yes."], np.eye(2)[[0]], None),
        "one long": ([RUN], np.eye(2)[[0]], None),
        "two equal": (["Yes.", "Yes."], np.eye(2)[[0, 0]], None),
        "two": (["Yes.", "Never."], np.eye(2), None),
        "blank only": (["", " ", "\t"], np.eye(3), None),
        "all equal": (["The same words again and again."] * 30, np.ones((30, 2)), None),
        "all different": ([f"{w} {i}" for i, w in enumerate(words)], np.eye(20), None),
        "answers": (answers, _spread([0] * 12 + [1] * 6 + [2] * 2), ["a", "b"] * 10),
        "answers, one source": (answers, _spread([0] * 12 + [1] * 6 + [2] * 2), ["a"] * 20),
        "sources missing": (answers, _spread([0] * 12 + [1] * 6 + [2] * 2), [None, "a", "b", "c"] * 5),
        "prose": (prose, rng.normal(size=(40, 12)), [f"m{i}" for i in range(40)]),
        "prose with a stock phrase": ([f"{p} {RUN} {p}" for p in prose], rng.normal(size=(40, 12)), None),
        "a phrase of few": (
            [f"{p} {RUN}" if i < 5 else p for i, p in enumerate(prose)],
            rng.normal(size=(40, 12)),
            None,
        ),
        "odd texts": (odd, np.eye(10), None),
        "blank among answers": ([*answers, "", " "], _spread([0] * 12 + [1] * 6 + [2] * 2 + [3, 3]), None),
        "one alone": ([*answers, "None of these cities"], _spread([0] * 12 + [1] * 6 + [2] * 2 + [3]), None),
        "short": (["a"] * 3 + ["b"] * 3, _spread([0] * 3 + [1] * 3), None),
        "numbers": ([str(i % 4) for i in range(40)], _spread([i % 4 for i in range(40)]), None),
        "missing among answers": ([*answers, None, None, " "], _spread([0] * 12 + [1] * 6 + [2] * 2 + [3, 3, 3]), None),
        "white space": (["Yes.", " Yes.", "Yes. ", "No."], _spread([0, 0, 0, 1]), None),
        "three words": ([f"we love tea {w}" for w in words], np.eye(20), None),
        "many": ([f"answer {i % 50}" for i in range(300)], _spread([i % 50 for i in range(300)]), None),
    }


SETS = _sets()


def _number(pattern: str, sentence: str) -> int:
    found = re.search(pattern, sentence)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.parametrize("name", SETS)
def test_each_number_matches_the_frame(name: str) -> None:
    texts, vectors, by = SETS[name]
    data = pd.DataFrame({"response": pd.Series(texts, dtype=object), **({} if by is None else {"model": by})})
    lens = ol.Lens(data, vectors=vectors, by=None if by is None else "model", store=False)
    for granularity in (0.0, 0.5, 1.0):
        lens.recluster(granularity)
        _check(lens, texts, by)
    # Every part selects as many outputs as it states.
    for piece in pieces(lens._study, lens._part):
        if piece.rows:
            assert _number(r"([\d,]+)", piece.text) == len(piece.rows)


def _check(lens: ol.Lens, texts: list[Any], by: list[str] | None) -> None:
    sentence = lens.summary
    n = len(texts)
    assert sentence.startswith(f"{n} output{'s' * (n != 1)}")
    assert sentence.endswith(".")
    sources = len({source for source in by or [] if source is not None})
    assert (_number(r" by (\d+) models?", sentence) or 1) == max(1, sources)
    assert _number(r"(\d+) (?:is|are) equal to another", sentence) == sum(
        count for text, count in Counter(texts).items() if count > 1 and text is not None
    )
    assert _number(r"(\d+) (?:is|are) blank", sentence) == sum(
        text is not None and text.strip() == "" for text in texts
    )
    assert _number(r"(\d+) (?:is|are) missing", sentence) == sum(text is None for text in texts)
    frame = lens.frame
    assert _number(r"(\d+) looks? like nothing else", sentence) == int((frame.cluster == -1).sum())
    sizes = frame.cluster[frame.cluster >= 0].value_counts()
    if n < 3:
        assert not re.search("groups|different|cluster", sentence)
    elif "no clear groups" not in sentence:
        assert _number(r": (\d+) clusters?", sentence) or _number(r": about (\d+) different", sentence) == len(sizes)
        if percent := re.search(r"([\d]+) % are “(.*?)”", sentence):
            assert percent[1] == str(int(100 * sizes.iloc[0] / n + 0.5))
            assert percent[2] == lens.clusters.name.iloc[0]
    texts = ["" if text is None else text for text in texts]
    fit = re.search(r"(less than 1|\d+) % of the words are shared by (.*?)(?: or more)?[;.]", sentence)
    if fit:
        named = {"all": 1.0, "nine in ten": 0.9, "three quarters": 0.75, "half": 0.5, "a fifth": 0.2, "a tenth": 0.1}
        share = named.get(fit[2]) or int(fit[2].removesuffix(" %")) / 100
        assert abs(100 * _marked(lens, texts, share) - int(fit[1])) <= 0.5
        wider = [s for s in ol.text.index.SHARES if s > share]
        assert all(_marked(lens, texts, s) < 0.02 for s in wider)


def _marked(lens: ol.Lens, texts: list[str], share: float) -> float:
    """Return the share of words that shared spans cover, counted word by word."""
    spans = lens.shared(min_outputs=share, min_words=4)
    words = _words(tuple(texts))
    covered = 0
    for i, (starts, ends) in enumerate(words):
        inside = np.zeros(len(starts), bool)
        for start, end in spans.loc[spans.output == i, ["start", "end"]].to_numpy().tolist():
            inside |= (starts >= start) & (ends <= end)
        covered += int(inside.sum())
    assert words
    return covered / max(1, sum(len(starts) for starts, _ in words))


@functools.cache
def _words(texts: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return where the words of each text start and end; cached, because every share and granularity needs them."""
    tables = [ol.text.words(text) for text in texts]
    return [(table["start"].to_numpy(), table["end"].to_numpy()) for table in tables]


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "0 outputs."),
        ([RUN], "1 output."),
        (["Yes.", "Never."], "2 outputs."),
        (["Yes.", "Yes."], "2 outputs: 2 are equal to another."),
        (["Yes.", "Never.", "Perhaps."], "3 outputs: no clear groups, see the most common phrases."),
    ],
)
def test_a_few_outputs_have_no_groups_to_judge(texts: list[str], sentence: str) -> None:
    data = pd.DataFrame({"response": pd.Series(texts, dtype=object)})
    lens = ol.Lens(data, vectors=np.eye(3)[: len(texts)], store=False)
    assert lens.summary == sentence
    assert repr(lens).startswith(f"Lens of {len(texts)} output{'s' * (len(texts) != 1)}: ")


def test_long_outputs_without_groups_lead_to_their_points() -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice([f"word{k}" for k in range(400)], 120)) for _ in range(30)]
    vectors = rng.normal(size=(30, 40))
    for size, said in ((len(texts[0]), "the points they make"), (40, "the most common phrases")):
        lens = ol.Lens([text[:size] for text in texts], vectors=vectors, store=False)
        assert f"no clear groups, see {said}" in lens.summary


def test_planted_groups_separate_and_a_single_cloud_does_not() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        texts = [" ".join(rng.choice([f"w{k}" for k in range(400)], 40)) for _ in range(80)]
        cloud = rng.normal(size=(80, 20)).astype(np.float32)
        cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
        label = np.arange(80) % 4
        assert separation(Likeness(cloud, texts), label) < NO_GROUPS
        planted = (np.eye(4)[label] + rng.normal(0, 0.05, (80, 4))).astype(np.float32)
        planted /= np.linalg.norm(planted, axis=1, keepdims=True)
        grouped = [f"The answer is answer{k}." for k in label]
        made = separation(Likeness(planted, grouped), label)
        assert made > CLEAR
        order = rng.permutation(80)
        again = Likeness(planted[order], [grouped[i] for i in order])
        assert separation(again, label[order]) == pytest.approx(made)


def test_the_separation_is_the_silhouette_in_likeness() -> None:
    rng = np.random.default_rng(3)
    texts = [f"word{k % 7} and word{k % 5}" for k in range(30)]
    vectors = rng.normal(size=(30, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    label = np.array([-1, -1, *(k % 3 for k in range(28))])
    alike = Likeness(vectors, texts)
    distance = alike.distances()[np.ix_(alike.item, alike.item)]
    total = 0.0
    for i in range(30):
        if label[i] < 0:
            continue
        own = [distance[i, j] for j in range(30) if label[j] == label[i] and j != i]
        other = min(np.mean([distance[i, j] for j in range(30) if label[j] == c]) for c in range(3) if c != label[i])
        total += (other - np.mean(own)) / max(other, np.mean(own))
    assert separation(alike, label) == pytest.approx(total / 30, abs=1e-5)


@pytest.mark.parametrize(
    "texts", [[f"{RUN} said {i}" for i in range(6)], [f"we like {i} tea here {i}" for i in range(6)]]
)
def test_what_is_shared_leads_to_a_list_of_it(texts: list[str]) -> None:
    lens = ol.Lens(texts, vectors=np.eye(6), store=False)
    lens.shared()
    found = [piece.view for piece in pieces(lens._study, lens._part) if piece.view and "min_words" in piece.view]
    # The layers may be visible already, so that these settings alone would change nothing.
    assert [view["panel"] for view in found] == ["phrases"]


def test_the_threshold_is_the_largest_with_marks() -> None:
    texts = [f"{RUN} said {i}" if i < 7 else f"nothing {i} of the kind {i} here {i}" for i in range(20)]
    index = ol.text.Index(texts)
    fit = index.fit()
    assert fit is not None
    marked = {s: _marked(ol.Lens(texts, vectors=np.eye(20), store=False), texts, s) for s in ol.text.index.SHARES}
    assert fit.share == max(s for s, m in marked.items() if m >= 0.02)
    assert fit.marked == pytest.approx(marked[fit.share])
    assert all(a > b for a, b in pairwise(ol.text.index.SHARES))
