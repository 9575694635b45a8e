from __future__ import annotations

import importlib
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.text import align, alignment_strength, inversions, varying, words
from outlens.text.differs import differences
from outlens.text.words import tokenize

module = importlib.import_module("outlens.text.align")  # the package's name "align" is the function

PARTS = [
    "Check the tyres and the brakes before every long journey.",
    "Pack warm clothes, because nights in the hills are cold.",
    "Tell a neighbour which road you are going to take.",
    "Bring enough water for two days in a metal bottle.",
    "Start early in the morning to avoid the midday heat.",
    "A paper map still works when the telephone has no signal.",
    "Stop for a rest after each hour at the wheel.",
    "Keep the tank at least half full in empty country.",
    "Learn some polite words of the local language at home.",
    "Never drive through a river that you cannot see into.",
    "Buy bread and fruit at small markets along the way.",
    "Write down the number of the nearest garage and hospital.",
]
# As in a natural language, a few words are frequent and many are rare.
WORDS = [f"{a}{b}{c}" for a in ("bo", "ka", "mi", "tu", "ze") for b in ("dra", "lon", "pel", "ris") for c in range(40)]
FREQUENCY = [1 / (i + 3) for i in range(len(WORDS))]


def nonsense(rng: random.Random, length: int = 9) -> str:
    return " ".join(rng.choices(WORDS, FREQUENCY, k=length)).capitalize() + "."


def planted(seed: int, reordered: bool) -> tuple[list[str], list[list[int]]]:
    """Return forty outputs of the twelve parts, and the part of each unit (-1 = inserted)."""
    rng = random.Random(seed)
    texts, keys = [], []
    for _ in range(40):
        sentences = []
        for i, part in enumerate(PARTS):
            if rng.random() < 0.2:
                continue
            changed = part.rstrip(".").split()
            for at in rng.sample(range(len(changed)), round(0.3 * len(changed))):
                changed[at] = rng.choices(WORDS, FREQUENCY)[0]
            sentences.append((i, " ".join(changed) + "."))
        sentences.sort(key=lambda item: item[0] + rng.uniform(-2, 2))
        if reordered:
            parts = [sentences[:4], sentences[4:8], sentences[8:]]
            rng.shuffle(parts)
            sentences = [item for part in parts for item in part]
        for _ in range(3):
            sentences.insert(rng.randrange(len(sentences) + 1), (-1, nonsense(rng)))
        texts.append("\n".join(sentence for _, sentence in sentences))
        keys.append([i for i, _ in sentences])
    return texts, keys


@pytest.mark.parametrize(("reordered", "precision", "recall"), [(False, 0.95, 0.95), (True, 0.95, 0.85)])
def test_planted_parts_are_found_again(reordered: bool, precision: float, recall: float) -> None:
    for seed in range(3):
        texts, keys = planted(seed, reordered)
        found = align(texts)
        key = np.concatenate([np.array(k) for k in keys])
        assert len(found) == len(key)
        group = found["group"].to_numpy()[key >= 0]
        key = key[key >= 0]
        together = (group[:, None] == group) & (group[:, None] >= 0)
        same = key[:, None] == key
        off = ~np.eye(len(key), dtype=bool)
        assert (together & same & off).sum() >= precision * (together & off).sum()
        assert (together & same & off).sum() >= recall * (same & off).sum()


def test_unrelated_texts_are_not_aligned() -> None:
    rng = random.Random(5)
    texts = [" ".join(nonsense(rng, 12) for _ in range(8)) for _ in range(30)]
    found = align(texts)
    assert (found["group"] >= 0).mean() < 0.1
    assert alignment_strength(found) < module.NO_ALIGNMENT
    assert alignment_strength(align(planted(1, False)[0])) > 0.5
    assert alignment_strength(align([])) == 0


def test_real_unrelated_texts_are_hardly_aligned(shared_data: Path) -> None:
    large = pd.read_parquet(shared_data / "large_100k.parquet", columns=["prompt_id", "response"])
    texts = large.sample(120, random_state=3).drop_duplicates("prompt_id")["response"].tolist()
    found = align(texts)
    assert (found["group"] >= 0).mean() < 0.1
    assert (found["outputs"] < len(texts) / 5).all()


@pytest.mark.newest
def test_alignment_strength_separates_aligned_from_unrelated_outputs(shared_data: Path) -> None:
    frame = pd.read_parquet(shared_data / "many_models.parquet")
    large = pd.read_parquet(shared_data / "large_100k.parquet", columns=["prompt", "response"])
    poems = large[large["prompt"].str.contains("funny, interesting, inspiring poem")]["response"]
    for texts, none in (
        (frame.loc[frame["kind"] == "creative", "response"], True),
        (poems, True),
        (frame.loc[frame["kind"] == "advice", "response"], False),
        (frame.loc[frame["kind"] == "explanation", "response"], False),
    ):
        assert (alignment_strength(align(texts.head(100).tolist())) < module.NO_ALIGNMENT) == none


def test_another_order_of_paragraphs_is_the_same_groups() -> None:  # hard case 19
    a = "\n\n".join([" ".join(PARTS[:2]), " ".join(PARTS[4:6]), " ".join(PARTS[8:10])])
    b = "\n\n".join([" ".join(PARTS[8:10]), " ".join(PARTS[:2]), " ".join(PARTS[4:6]), PARTS[0]])
    found = align([a, b])
    sentences = [[a, b][o][s:e] for o, s, e in found[["output", "start", "end"]].to_numpy().tolist()]
    groups = dict(zip(sentences, found["group"], strict=True))
    assert len(set(groups.values())) == 6
    assert (found["group"] == [groups[s] for s in sentences]).all()
    assert (found["outputs"] == 2).all()
    assert found.loc[[s == PARTS[0] for s in sentences], "times"].tolist() == [1, 2, 2]
    assert inversions(found).set_index("output")["inversions"].sum() > 0


def test_differences_are_described() -> None:
    base = "Take {} of the blue pills from {} every morning, which {} safe for children."
    texts = [base.format("two", "London", "is")] * 4 + [
        base.format("nine", "London", "is"),
        base.format("two", "Berlin", "is"),
        base.format("two", "London", "is not"),
        base.format("nine", "London", "isn't"),
        base.format("two", "London", "is very"),
    ]
    found = align(texts)
    assert (found["group"] == 0).all()
    assert found["differs"].tolist() == [""] * 4 + ["number", "name", "negation", "number, negation", ""]
    assert found["medoid"].tolist()[:4] == [True] * 4


def test_a_negation_is_flagged_even_in_other_words() -> None:
    sentences = [
        "You may use your key to let the engineer in.",
        "Before that, please do not let him in with your own key.",
    ]
    assert differences(tokenize(sentences), sentences, np.array([1]), np.array([0])) == ["negation"]


@pytest.mark.parametrize("changed", ["50 mg", "up to 50 mg", "5.5 mg", "-5 mg", "about 50 mg", "some mg", "five mg"])
def test_another_dose_is_flagged(changed: str) -> None:
    base = "After the meal you should take {} of the white powder with a glass of water."
    texts = [base.format("5 mg")] * 3 + [base.format(changed), base.format("5 mg").replace("should", "must")]
    assert align(texts)["differs"].tolist() == ["", "", "", "number", ""]


def test_the_words_missing_from_the_medoid_vary() -> None:
    texts = ["Take the red bus to the old harbour."] * 3 + ["Take the green bus to the old harbour now."]
    found = varying(texts, align(texts))
    assert [texts[o][s:e] for o, s, e in found[["output", "start", "end"]].to_numpy().tolist()] == ["green", "now"]
    texts = ["You must take 5 mg of it daily."] * 3 + ["You must not take 50 mg of it daily."]
    found = varying(texts, align(texts))
    assert found["what"].tolist() == ["negation", "number"]
    texts = ["Take the red bus to the old harbour."] * 3 + ["Please never take the red bus to the old harbour."]
    found = varying(texts, align(texts))
    assert found[["start", "end", "what"]].to_numpy().tolist() == [[0, 6, ""], [7, 12, "negation"]]


def test_a_group_contains_one_unit_of_each_output() -> None:
    texts, _ = planted(1, False)
    found = align(texts)
    grouped = found[found["group"] >= 0]
    assert (grouped.groupby(["output", "group"])["times"].first() == grouped.groupby(["output", "group"]).size()).all()
    assert (grouped.groupby("group")["output"].nunique() == grouped.groupby("group")["outputs"].first()).all()
    assert grouped.groupby("rank")["position"].median().is_monotonic_increasing
    assert grouped.groupby("group")["outputs"].first().is_monotonic_decreasing
    assert (grouped.groupby("group")["rank"].nunique() == 1).all()
    assert sorted(grouped["group"].unique()) == list(range(grouped["group"].max() + 1))
    assert (found[found["group"] < 0][["outputs", "times", "rank"]] == [1, 1, -1]).all().all()


SENTENCES = st.lists(st.sampled_from([*PARTS[:5], "Oh no.", "# Head", PARTS[0].upper()]), max_size=5).map(" ".join)


def test_ties_for_the_medoid_do_not_depend_on_the_order_of_the_outputs() -> None:
    # The same similarity to the group, summed in different orders.
    texts = [
        "", "", f"{PARTS[0]} {PARTS[0]} {PARTS[1]}", f"{PARTS[1]} # Head Oh no. {PARTS[0]}",
        f"{PARTS[1]} # Head Oh no. {PARTS[0]}", f"{PARTS[2]} {PARTS[0]} {PARTS[0]} {PARTS[1]} Oh no.",
    ]  # fmt: skip
    for seed in range(20):
        order = random.Random(seed).sample(range(6), 6)
        _same_in_order(texts, order)


@settings(max_examples=settings().max_examples * 3 // 5)
@given(st.lists(SENTENCES, max_size=6), st.randoms())
def test_the_order_of_the_outputs_changes_nothing(texts: list[str], shuffler: random.Random) -> None:
    order = list(range(len(texts)))
    shuffler.shuffle(order)
    _same_in_order(texts, order)


def _same_in_order(texts: list[str], order: list[int]) -> None:
    one, other = align(texts), align([texts[i] for i in order])
    other["output"] = [order[i] for i in other["output"]]
    other = other.sort_values(["output", "start"], ignore_index=True).astype(one.dtypes.to_dict())
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("texts", [[], [""], ["a b c"], ["Yes.", "No."], ["ha " * 5000] * 2, ["\ud800 x y z", "\x00"]])
def test_tiny_inputs_are_accepted(texts: list[str]) -> None:
    found = align(texts)
    assert len(found) == sum(len(words(t)) > 0 for t in texts)
    assert found.select_dtypes("number").notna().all().all()
    varying(texts, found)
    inversions(found)


def test_vectors_group_reworded_sentences() -> None:
    texts = ["Buy a dog today please. Sell the house now.", "Get yourself some puppy. Sell the house now."]
    topics = {"dog": [1, 0, 0], "puppy": [1, 0.1, 0], "house": [0, 0, 1]}

    def meaning(units: list[str]) -> np.ndarray:
        return np.array([next(v for k, v in topics.items() if k in unit) for unit in units], float)

    assert align(texts)["group"].tolist() == [-1, 0, -1, 0]
    found = align(texts, vectors=meaning)
    assert found["group"].tolist() == [0, 1, 0, 1]
    assert set(found["link"]) == {"same wording", "reworded"}
    given = meaning(["dog", "house", "puppy", "house"])
    pd.testing.assert_frame_equal(align(texts, vectors=given), found)


def test_invalid_arguments_raise_clear_errors() -> None:
    with pytest.raises(TypeError, match=r"texts\[1\] is an int"):
        align(["a", 2])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"shape \(2, 3\) for 1 units"):
        align(["One two three."], vectors=np.eye(3)[:2])
    with pytest.raises(ValueError, match="return one row per unit"):
        align(["One two three."], vectors=lambda units: np.zeros((5, 2)))


@given(st.lists(st.lists(st.sampled_from("abcdefg"), min_size=3, max_size=6), min_size=2, max_size=14))
def test_a_sentence_repeated_verbatim_is_never_alone(sentences: list[list[str]]) -> None:
    texts = [" ".join(words) for words in sentences]
    aligned = align(texts)
    for text, group in zip(texts, aligned["group"], strict=True):
        assert group >= 0 or texts.count(text) == 1
