from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, false_discovery_control, fisher_exact

from outlens.text.distinctive import compared, distinctive, distinctive_words
from outlens.text.words import tokens

SMALL = st.lists(st.text("abc ", max_size=12).map(lambda s: " ".join(s)), max_size=14)


def sequences(text: str, longest: int, together: bool = False) -> list[tuple[int, int, tuple[str, ...]]]:
    found = tokens(text)
    out = []
    for i in range(len(found)):
        for j in range(i + 1, min(i + longest, len(found)) + 1):
            near = all(b[0] - a[1] <= 1 for a, b in zip(found[i : j - 1], found[i + 1 : j], strict=True))
            if near or not together:
                out.append((found[i][0], found[j - 1][1], tuple(word[2] for word in found[i:j])))
    return out


def holders(texts: list[str], longest: int, together: bool = False) -> Counter[tuple[str, ...]]:
    return Counter(s for text in texts for s in {form for _, _, form in sequences(text, longest, together)})


def is_part(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return len(short) < len(long) and any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))


@given(SMALL, st.integers(1, 4))
def test_distinctive_words_are_the_shortest_sequences_unique_to_an_output(texts: list[str], longest: int) -> None:
    count = holders(texts, longest)
    expected = []
    for i, text in enumerate(texts):
        for start, end, form in sequences(text, longest):
            parts = [form[a:b] for a in range(len(form)) for b in range(a + 1, len(form) + 1) if b - a < len(form)]
            if count[form] == 1 and all(count[part] > 1 for part in parts):
                expected.append([i, start, end, len(form), " ".join(form)])
    table = distinctive_words(texts, max_words=longest)
    assert table[["output", "start", "end", "words", "form"]].values.tolist() == expected
    assert table["rank"].isna().all() == (len(texts) < 10 or table.empty)
    assert np.isfinite(table["score"]).all()


def test_words_of_equal_outputs_are_not_unique() -> None:
    table = distinctive_words(["the red fox", "the red fox", "the red fox", "the hen", "the cow"])
    assert table["form"].tolist() == ["hen", "cow"]


def test_rare_words_of_the_language_rank_first_in_ten_outputs_and_more() -> None:
    texts = ["we go home now"] * 9 + ["and with window but Zwortle"]
    table = distinctive_words(texts, max_words=1).sort_values("rank")
    assert table["form"].tolist()[:2] == ["zwortle", "window"]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert distinctive_words(texts[1:])["rank"].isna().all()


def test_a_word_said_twice_by_one_output_has_one_rank() -> None:
    table = distinctive_words(["a b"] * 9 + ["quince a quince b"], max_words=1)
    assert table[["start", "end", "rank"]].values.tolist() == [[0, 6, 1], [9, 15, 1]]


@pytest.mark.parametrize("texts", [[], [""], ["  ", "\n"], ["word"], ["a b"] * 3, ["\ud83d", "\x00"]])
def test_distinctive_words_of_tiny_inputs(texts: list[str]) -> None:
    table = distinctive_words(texts)
    assert table.dtypes[["output", "start", "end", "words"]].eq("int64").all()
    assert str(table["rank"].dtype) == "Int64"
    assert len(table) == (texts == ["word"])


GROUPED = st.lists(
    st.tuples(st.text("abc .", max_size=9).map(" ".join), st.sampled_from("xyz")), min_size=2, max_size=24
).filter(lambda rows: len({g for _, g in rows}) > 1)


@given(GROUPED, st.integers(1, 3), st.booleans())
@settings(max_examples=settings().max_examples * 3 // 5, deadline=None)
def test_counts_and_p_match_brute_force(rows: list[tuple[str, str]], least: int, phrases: bool) -> None:
    texts, groups = [t for t, _ in rows], [g for _, g in rows]
    sizes = Counter(groups)
    floor = min(least, *sizes.values())
    everything = holders(texts, 5 if phrases else 1, together=True)
    of = {g: holders([t for t, h in rows if h == g], 4, together=True) for g in sizes}

    def listed(form: tuple[str, ...]) -> bool:
        return len(form) <= 4 and everything[form] >= (floor if len(form) == 1 else max(floor, 2))

    place = [form for text in sorted(set(texts)) for _, _, form in sequences(text, 4, together=True)]

    def dropped(form: tuple[str, ...]) -> bool:
        """In the same outputs as a longer sequence; of phrases of four within one of five, the first is kept."""
        for other in everything:
            if len(other) == len(form) + 1 and everything[other] == everything[form] >= max(floor, 2):
                if len(form) < 4 and form in (other[1:], other[:-1]):
                    return True
                if form == other[1:] and place.index(other[:-1]) < place.index(form):
                    return True
        return False

    forms = [form for form in everything if listed(form) and not dropped(form)]
    tests = sum(everything[form] >= least for form in forms) * sum(size >= 5 for size in sizes.values())
    expected: dict[tuple[str, str], tuple[int, ...]] = {}
    n = len(texts)
    for g, n1 in sizes.items():
        for form in forms:
            f1 = of[g][form]
            f2 = everything[form] - f1
            if f1 >= min(least, n1) and f1 * (n - n1) > f2 * n1:
                expected[g, " ".join(form)] = (f1, n1, f2, n - n1)
    table = distinctive(texts, groups, min_outputs=least, phrases=phrases)
    found = {(row.group, row.form): (row.f1, row.n1, row.f2, row.n2) for row in table.itertuples()}
    assert found == expected
    for row in table.itertuples():
        if row.n1 < 5:
            assert math.isnan(row.p)
            assert math.isnan(row.q)
        else:
            counts = [[row.f1, row.n1 - row.f1], [row.f2, row.n2 - row.f2]]
            assert row.p == pytest.approx(fisher_exact(counts, alternative="greater")[1])
        low = beta.ppf(0.025 / max(tests, 1), row.f1, row.f2 + 1)
        assert row.lrc == pytest.approx(max(0, math.log2(low / (1 - low) * row.n2 / row.n1)), abs=1e-9)
    p = table["p"].dropna().to_numpy()
    if len(p):
        assert tests >= len(p)
        q = false_discovery_control(np.concatenate([p, np.ones(tests - len(p))]))
        np.testing.assert_allclose(table["q"].dropna(), q[: len(p)])
    assert [" ".join(w[2] for w in tokens(text)) for text in table["text"]] == table["form"].tolist()


def bursty(rng: np.random.Generator, n: int, prompts: np.ndarray[Any, Any] | None = None) -> list[str]:
    """Return outputs with Zipf word frequencies, where outputs repeat their own words and prompts have theirs."""
    share = 1 / np.arange(1, 2001)
    texts = []
    for i in range(n):
        words = [f"w{w}" for w in rng.choice(2000, rng.integers(40, 160), p=share / share.sum())]
        again = rng.choice(words, 3)
        words += [w for w in again for _ in range(rng.integers(1, 60))]
        if prompts is not None:
            words += [f"t{prompts[i]}x{w}" for w in range(20) if rng.random() < 0.7]
        rng.shuffle(words)
        texts.append(" ".join(words))
    return texts


def test_random_labels_make_hardly_any_word_significant() -> None:
    shares, families = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        texts = bursty(rng, 150)
        table = distinctive(texts, rng.integers(0, 3, 150))
        shares.append(((table["q"] <= 0.05).sum()) / len(table))
        families.append((table["q"] <= 0.05).any())
        # Words only, before any adjustment: a discrete test stays below its level.
        assert (table.loc[table["words"] == 1, "p"] <= 0.05).sum() <= 0.05 * 3 * len(set(table["form"]))
    assert np.mean(shares) <= 0.05
    assert np.mean(families) <= 0.15


def test_planted_words_are_found() -> None:
    rng = np.random.default_rng(5)
    texts = bursty(rng, 200)
    groups = np.array(["a", "b"])[rng.integers(0, 2, 200)]
    texts = [
        text + (" banana" if rng.random() < (0.5 if g == "a" else 0.05) else "")
        + (", as it were, " if rng.random() < (0.1 if g == "a" else 0.6) else "")
        for text, g in zip(texts, groups, strict=True)
    ]  # fmt: skip
    table = distinctive(texts, groups)
    kept = table[table["q"] <= 0.05]
    assert kept["form"].tolist() == ["banana", "as it were"]
    assert kept["group"].tolist() == ["a", "b"]
    assert table[table["group"] == "a"]["form"].iloc[0] == "banana"


def test_one_output_that_says_a_word_a_hundred_times_counts_once() -> None:
    table = distinctive(["banana " * 100 + "end"] + ["some end"] * 19, ["a"] * 10 + ["b"] * 10, min_outputs=1)
    assert table.loc[table["form"] == "banana", ["f1", "f2"]].values.tolist() == [[1, 0]]
    assert (table["q"] > 0.05).all()


def draws(label: np.ndarray[Any, Any], prompt: np.ndarray[Any, Any], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Return the labels permuted within each prompt."""
    out = label.copy()
    for p in np.unique(prompt):
        out[prompt == p] = rng.permutation(out[prompt == p])
    return out


def test_p_within_prompts_is_the_share_of_permutations() -> None:
    rng = np.random.default_rng(0)
    prompt = rng.integers(0, 6, 60)
    label = (rng.random(60) < 0.1 + 0.15 * prompt).astype(int)
    positive = rng.random(60) < 0.2 + 0.1 * prompt
    texts = ["yes" if s else "no" for s in positive]
    table = distinctive(texts, label, prompts=prompt).set_index(["group", "form"])
    drawn = [(positive & (draws(label, prompt, rng) == 1)).sum() for _ in range(10_000)]
    for key, row in table.iterrows():
        group, form = key
        size = (label == 1).sum()
        counts = np.array(drawn)
        counts = counts if group == 1 else positive.sum() - counts
        counts = counts if form == "yes" else (label == group).sum() - counts
        assert row["p"] == pytest.approx((counts >= row["f1"]).mean(), abs=0.02), size
    assert len(table) == 2


def test_p_within_one_prompt_is_that_of_fishers_test() -> None:
    rng = np.random.default_rng(1)
    texts, label = bursty(rng, 60), rng.integers(0, 2, 60)
    one, plain = distinctive(texts, label, prompts=[7] * 60), distinctive(texts, label)
    pd.testing.assert_frame_equal(one, plain, rtol=1e-9)


def test_p_of_many_outputs_within_prompts_is_close_to_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    n = 9000
    prompt = rng.integers(0, 30, n)
    label = rng.random(n) < 0.2 + 0.02 * prompt
    texts = [" ".join(f"w{j}" for j in range(12) if rng.random() < 0.3 + 0.05 * j - 0.1 * (j > 8)) for _ in range(n)]
    near = distinctive(texts, label, prompts=prompt, phrases=False)
    monkeypatch.setattr(sys.modules["outlens.text.significance"], "NORMAL", 1e9)
    exact = distinctive(texts, label, prompts=prompt, phrases=False)
    pd.testing.assert_frame_equal(near, exact, rtol=2e-3)


def test_words_of_the_prompt_are_not_distinctive_of_a_group() -> None:
    shares = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        prompt = rng.integers(0, 10, 300)
        # Half of the prompts were mostly given to one group.
        groups = (rng.random(300) < np.where(prompt < 5, 0.8, 0.2)).astype(int)
        texts = bursty(rng, 300, prompt)
        assert (distinctive(texts, groups)["q"] <= 0.05).sum() > 15
        table = distinctive(texts, groups, prompts=prompt)
        shares.append((table["q"] <= 0.05).mean())
    assert np.mean(shares) <= 0.05


@given(GROUPED, st.randoms())
@settings(max_examples=settings().max_examples * 3 // 5, deadline=None)
def test_the_order_of_outputs_and_groups_does_not_matter(rows: list[tuple[str, str]], random: Any) -> None:
    table = distinctive([t for t, _ in rows], [g for _, g in rows], prompts=[len(t) % 2 for t, _ in rows])
    mixed = rows.copy()
    random.shuffle(mixed)
    again = distinctive([t for t, _ in mixed], [g for _, g in mixed], prompts=[len(t) % 2 for t, _ in mixed])
    pd.testing.assert_frame_equal(table, again)
    other = {"x": "r", "y": "q", "z": "p"}
    renamed = distinctive([t for t, _ in rows], [other[g] for _, g in rows], prompts=[len(t) % 2 for t, _ in rows])
    key = ["group", "form"]
    pd.testing.assert_frame_equal(
        table.assign(group=table["group"].map(other).astype(object)).sort_values(key, ignore_index=True),
        renamed.sort_values(key, ignore_index=True),
    )


def test_html_names_are_words() -> None:
    names = ["constructor", "__proto__", "hasOwnProperty", "$&", "\\b("]
    table = distinctive([" , ".join(names)] * 6 + ["nothing"] * 6, ["a"] * 6 + ["b"] * 6)
    assert {"constructor", "hasownproperty"} <= set(table["form"])
    assert {"constructor", "hasOwnProperty"} <= set(table["text"])


def test_a_small_group_has_counts_and_no_p() -> None:
    table = distinctive(["red"] + ["blue", "green"] * 5, ["one"] + ["a", "b"] * 5)
    small = table[table["group"] == "one"]
    assert small[["form", "f1", "n1", "f2", "n2"]].values.tolist() == [["red", 1, 1, 0, 10]]
    assert small[["p", "q"]].isna().all(axis=None)
    assert np.isfinite(small["lrc"]).all()
    assert table.loc[table["group"] != "one", ["p", "q"]].notna().all(axis=None)


def test_outputs_without_a_label_are_ignored() -> None:
    texts, groups = ["x y", "x z", "x y", "y q"] * 5, ["a", "b", None, float("nan")] * 5
    kept = [i for i in range(20) if i % 4 < 2]
    pd.testing.assert_frame_equal(
        distinctive(texts, groups), distinctive([texts[i] for i in kept], [groups[i] for i in kept])
    )
    with pytest.raises(ValueError, match=r"only 'a'.*at least two"):
        distinctive(["x", "y"], ["a", None])
    with pytest.raises(ValueError, match="no label"):
        distinctive(["x", "y"], [None, None])


def test_labels_of_any_type() -> None:
    texts = ["x y", "x z", "u v", "w"] * 5
    table = distinctive(texts, [1, "a", True, (1, 2)] * 5, min_outputs=1)
    assert len(set(map(str, table["group"]))) >= 3
    assert distinctive(texts, pd.Categorical(["k", "l"] * 10))["group"].unique().tolist() == ["k", "l"]


@pytest.mark.parametrize(
    "texts", [["", ""] * 5, ["same text here"] * 10, ["\ud83d a", "\ud83d b"] * 5, ["a"] * 9 + ["a" * 100_000]]
)
def test_tied_and_empty_outputs_give_finite_numbers(texts: list[str]) -> None:
    for prompts in (None, [0, 0, 1, 1, 2] * 2):
        table = distinctive(texts, ["a", "b"] * 5, prompts=prompts, min_outputs=1)
        assert np.isfinite(table[["f1", "n1", "f2", "n2", "lrc", "p", "q"]]).all(axis=None)
        assert table["p"].between(0, 1).all()
        assert table["q"].between(0, 1).all()


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="groups has 3 values for 2 texts"):
        distinctive(["a", "b"], [1, 2, 3])
    with pytest.raises(ValueError, match="prompts has 1 values for 2 texts"):
        distinctive(["a", "b"], [1, 2], prompts=["p"])
    with pytest.raises(ValueError, match=r"prompts\[1\] is missing"):
        distinctive(["a", "b"], [1, 2], prompts=["p", None])
    with pytest.raises(ValueError, match="only 1"):
        distinctive(["a", "b"], [1, 1])
    with pytest.raises(TypeError, match=r"texts\[1\] is an int"):
        distinctive(["a", 3], [1, 2])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"texts\[0\] is missing \(None\)"):
        distinctive_words([None])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="groups holds a value that is not hashable"):
        distinctive(["a", "b"], [["x"], ["y"]])
    with pytest.raises(ValueError, match="max_words"):
        distinctive_words(["a"], max_words=0)
    with pytest.raises(ValueError, match="min_outputs"):
        distinctive(["a", "b"], [1, 2], min_outputs=0)


def test_a_looping_output_is_handled() -> None:
    table = distinctive(["ha " * 150_000] * 5 + ["b c d " * 9] * 5, [0] * 5 + [1] * 5)
    assert table["group"].value_counts().to_dict() == {0: 1, 1: 1}
    assert distinctive_words(["ha " * 150_000, "b"])["form"].iloc[-1] == "b"


def test_a_long_common_sentence_is_listed_by_its_first_four_words() -> None:
    common = "as a large language model trained to help"
    texts = [f"{common} x{i}" for i in range(8)] + [f"well {i} {i}" for i in range(8)]
    table = distinctive(texts, ["a"] * 8 + ["b"] * 8)
    assert table[["group", "form", "f1"]].values.tolist() == [["a", "as a large language", 8], ["b", "well", 8]]


def test_a_phrase_does_not_cross_a_line_end() -> None:
    texts = ["red ink\nblue pen"] * 6 + ["green tea"] * 6
    found = distinctive(texts, ["a"] * 6 + ["b"] * 6)
    assert set(found["form"]) == {"red ink", "blue pen", "green tea"}


def test_the_end_of_a_sentence_is_distinctive_when_its_beginning_is_common() -> None:
    texts = ["Take the old road to the lake."] * 6 + ["Take the old road to the sea."] * 6
    found = distinctive(texts, ["a"] * 6 + ["b"] * 6)
    assert found["form"].tolist() == ["road to the lake", "road to the sea"]


@pytest.mark.newest
def test_rare_words_are_found_without_importing_torch() -> None:
    program = (
        "import sys; from outlens.text import distinctive_words;"
        "distinctive_words(['a house', 'a hovercraft', 'x']); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@given(
    st.lists(
        st.lists(
            st.sampled_from(["so", "sorry", "no", "Sorry no", "no\nso", "so. no", "so--no", "\ufdfa"]), max_size=6
        ).map(" ".join),
        min_size=8,
        max_size=16,
    )
)
def test_a_phrase_has_as_many_outputs_as_its_count(texts: list[str]) -> None:
    # Every fourth output is in no group.
    groups = [None if i % 4 == 3 else i % 2 for i in range(len(texts))]
    found = compared(texts, groups, min_outputs=1)
    for row in found.table.itertuples():
        own = found.holders(row.Index).tolist()
        assert own == sorted(set(own))
        assert sum(groups[i] == row.group for i in own) == row.f1
        assert sum(groups[i] not in (row.group, None) for i in own) == row.f2
        assert len(own) == row.f1 + row.f2
