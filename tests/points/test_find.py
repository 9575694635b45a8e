"""Points of outputs with planted truth, and of odd ones."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from outlens.points import find
from outlens.points.find import Points
from outlens.points.names import cut, plain

# Thirty points on keeping plants; each has its own subject and ten wordings.
SUBJECTS = """
watering weekly rainwater | sunlight window south | potting soil drainage | fertiliser spring dose | pruning dead stems
| repotting larger pot | aphids soap spray | humidity tray pebbles | draughts cold radiator | leaves dust cloth
| rotating quarter turn | toxic cats children | cuttings glass roots | winter dormancy rest | yellow overwatering sign
| terracotta breathes clay | label species name | mould fungus surface | grow lamp hours | thermometer degrees night
| holiday neighbour asks | compost peat free | crowded shelf space | bulbs autumn planting | seeds paper damp
| stakes support tall | ladybirds eat mites | salt crust flush | tap chlorine stand | journal photographs growth
"""
FORMS = [
    "Remember {0} and {1}, and {2}.",
    "{0}, {1}, {2}: this counts.",
    "It helps to mind {1} with {0} and {2}.",
    "{2} when it comes to {0} or {1}!",
    "What about {0}, then {1} and {2} too",
    "People often overlook {1}, {2} and {0}.",
    "Experts on {0}, with {2} or {1}",
    "You want {2}, then {1}, then {0}.",
    "Good {0}, better {0} plus {1} plus {2}",
    "Check {0} against {1} and {2} always",
]
N = 200


def planted() -> tuple[list[str], list[set[int]], list[list[str]]]:
    """Return outputs, the points that each makes, and the wordings of each point; the last output says its own."""
    chance = random.Random(4)
    subjects = [part.split() for part in SUBJECTS.split("|")]
    wordings = [[form.format(*words) for form in FORMS] for words in subjects]
    share = [0.9, 0.8, 0.7, 0.6, 0.55, *(chance.uniform(0.05, 0.5) for _ in range(25))]
    made = [{p for p in range(30) if chance.random() < share[p]} for _ in range(N)]
    made = [points or {0} for points in made]
    texts = []
    for i, points in enumerate(made):
        lines = [chance.choice(wordings[p]) for p in points]
        if i == N - 1:
            lines.append("Giraffes migrate through volcanic submarines every leap year.")
        chance.shuffle(lines)
        texts.append("\n".join(f"- {line}" for line in lines))
    return texts, made, wordings


@pytest.fixture(scope="module")
def found() -> tuple[list[str], list[set[int]], list[list[str]], pd.DataFrame, pd.DataFrame]:
    texts, made, wordings = planted()
    return (texts, made, wordings, *find(texts))


@pytest.mark.model
def test_planted_points_are_found_whole_and_apart(found) -> None:  # type: ignore[no-untyped-def]
    texts, made, wordings, units, points = found
    true = {wording: p for p, own in enumerate(wordings) for wording in own}
    written = [texts[o][a:b] for o, a, b in units[["output", "start", "end"]].to_numpy().tolist()]
    pairs = {(true[text], point) for text, point in zip(written, units["point"], strict=True) if text in true}
    assert len(pairs) == len({p for p, _ in pairs}) == len({point for _, point in pairs}) == 30
    for p, point in pairs:
        outputs = {i for i, own in enumerate(made) if p in own}
        assert set(units.loc[units["point"] == point, "output"]) == outputs
        assert points.loc[point, "share"] == pytest.approx(len(outputs) / N)
        # Every omission follows from who makes a point.
        assert points.loc[point, "outputs"] == len(outputs)
    alone = points[points["outputs"] == 1]
    assert alone["text"].tolist() == ["Giraffes migrate through volcanic submarines every leap year."]


@pytest.mark.model
def test_tables_agree_with_each_other(found) -> None:  # type: ignore[no-untyped-def]
    *_, units, points = found
    assert points["point"].tolist() == list(range(len(points)))
    assert points["outputs"].is_monotonic_decreasing
    here = units[units["point"] >= 0].groupby("point")
    assert points["units"].tolist() == here.size().reindex(points["point"]).tolist()
    assert points["outputs"].tolist() == here["output"].nunique().reindex(points["point"]).tolist()
    assert units[["output", "start"]].equals(units[["output", "start"]].sort_values(["output", "start"]))
    assert (points["name"].str.split().str.len() <= 6).all()


@pytest.mark.model
def test_the_order_of_the_outputs_changes_nothing(found) -> None:  # type: ignore[no-untyped-def]
    texts, _, _, units, points = found
    order = np.random.default_rng(1).permutation(len(texts))
    moved_units, moved_points = find([texts[i] for i in order])
    pd.testing.assert_frame_equal(points, moved_points)
    moved_units["output"] = order[moved_units["output"]]
    moved_units = moved_units.sort_values(["output", "start"], ignore_index=True)
    pd.testing.assert_frame_equal(units, moved_units)


@pytest.mark.model
def test_finer_levels_split_coarser_points(found) -> None:  # type: ignore[no-untyped-def]
    made = Points(found[0])
    levels = made.tree.levels
    for coarse, fine in pairwise(levels):
        assert all(len(set(coarse[fine == group])) == 1 for group in np.unique(fine))
    counts = [len(made.cut(granularity)[1]) for granularity in made.tree.granularities]
    assert counts == sorted(counts)


@pytest.mark.model
def test_a_sample_represents_more_units(found, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    texts, _, wordings, _, _ = found
    monkeypatch.setattr("outlens.points.linking.AT_ONCE", 120)
    units, _ = find(texts)
    true = {wording: p for p, own in enumerate(wordings) for wording in own}
    written = [texts[o][a:b] for o, a, b in units[["output", "start", "end"]].to_numpy().tolist()]
    made = pd.DataFrame({"true": [true.get(text, -1) for text in written], "point": units["point"]})
    both, own, found_too = (made.value_counts(by).to_numpy() for by in (["true", "point"], "true", "point"))
    pairs, true_pairs, found_pairs = ((counts * (counts - 1.0)).sum() for counts in (both, own, found_too))
    assert pairs / true_pairs > 0.95
    assert pairs / found_pairs > 0.95


@pytest.mark.model
def test_frames_are_not_points() -> None:
    bodies = ["Call a plumber", "Turn the main valve off", "Dry the floor with towels"]
    texts = [
        f"{opening}\n\n## What to do\n\n"
        + "\n".join(f"{k + 1}. {body} {how}." for k, body in enumerate(bodies))
        + f"\n\n{end}"
        for opening, end, how in [
            ("Sure! Here are some tips:", "I hope this helps!", "now"),
            ("Certainly! Here is what to do:", "Let me know if it drips on.", "at once"),
            ("Of course.", "Good luck!", "today"),
        ]
    ]
    units, points = find(texts)
    assert points["outputs"].tolist() == [3, 3, 3]
    frames = units[units["kind"] == "frame"]
    written = {texts[o][a:b] for o, a, b in frames[["output", "start", "end"]].to_numpy().tolist()}
    assert {"What to do", "Here are some tips:", "I hope this helps!", "Good luck!"} <= written
    assert not any(body in text for body in bodies for text in written)
    assert (frames["point"] >= len(points)).all()


@pytest.mark.model
def test_a_negation_a_number_and_a_name_are_flagged() -> None:
    texts = [
        *["Take 5 mg of the tablets daily with water."] * 6,
        "Take 50 mg of the tablets daily with water.",
        "Do not take 5 mg of the tablets daily with water.",
    ]
    units, points = find(texts)
    assert points["outputs"].tolist() == [8]
    assert units["differs"].tolist() == [*[""] * 6, "number", "negation"]
    assert points["varies"].tolist() == ["5 mg × 7, 50 mg × 1; a negation in 1"]


@pytest.mark.model
def test_the_numbers_of_a_list_are_no_numbers_of_a_point() -> None:
    texts = [f"**{k + 1}. Water the fern weekly**\nIt likes {k % 2 + 1} litres of warm water." for k in range(8)]
    _, points = find(texts)
    vary = dict(zip(points["text"].str.split().str[0], points["varies"], strict=True))
    assert vary == {"It": "1 litres × 4, 2 litres × 4"}


@pytest.mark.model
@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["One."],
        ["42", "42", "7"],
        ["```\nprint(1)\n```"] * 3,
        ["\ud800 is a lone surrogate here.", "A lone surrogate is \udfff here."],
        ["今日は天気がいいです。散歩に行きましょう。", "今日は天気がいい。散歩に行こう。"],
        ["so many words " * 200_000],
        ["***", "---", "1.", "…"],
    ],
)
def test_odd_outputs_make_no_error(texts: list[str]) -> None:
    units, points = find(texts)
    for o, a, b in units[["output", "start", "end"]].to_numpy().tolist():
        assert texts[o][a:b] == texts[o][a:b].strip() != ""
    assert (points["outputs"] <= len(texts)).all()
    assert points["share"].between(0, 1).all()
    assert ((units["similarity"] <= 1) | units["similarity"].isna()).all()


@pytest.mark.model
@pytest.mark.parametrize(
    "said",
    [
        "Ahmed lives in Cairo with his two cats.",
        "As an airline pilot she flies to Lima.",
        "Yes, pineapple belongs on pizza.",
        "If you have chest pain, call an ambulance at once.",
        "Here is where the river begins.",
    ],
)
def test_sentences_that_say_something_are_no_frames(said: str) -> None:
    for order in (f"{said} Trees grow slowly in the north.", f"Trees grow slowly in the north. {said}"):
        _, points = find([order] * 3)
        assert set(points["text"]) == {said, "Trees grow slowly in the north."}


@pytest.mark.model
def test_answers_without_letters_are_points() -> None:
    _, points = find(["42", "42", "👍"])
    assert points[["text", "outputs"]].values.tolist() == [["42", 2]]


@pytest.mark.model
def test_what_varies_counts_outputs() -> None:
    doses = ["Take 5 mg of the tablet daily.", "Daily take 5 mg of the tablet.", "Take the tablet of 5 mg daily."]
    _, points = find([" ".join(doses), "Take 50 mg of the tablet daily."])
    assert points["outputs"].tolist() == [2]
    assert points["varies"].tolist() == ["5 mg × 1, 50 mg × 1"]


@pytest.mark.model
def test_a_point_is_at_the_median_place_and_near_its_units() -> None:
    filler = ["Cats sleep a lot.", "Rivers flow downhill.", "Bread needs yeast.", "Stars shine at night."]
    texts = [" ".join([*filler[:k], "Whales sing under water.", *filler[k:]]) for k in (0, 0, 1, 2, 4)]
    units, points = find([*texts, "Whales often sing deep under water."])
    whales = points.set_index("text").loc["Whales sing under water."]
    assert whales["outputs"] == 6
    places = [(k + 0.5) / 5 for k in (0, 0, 1, 2, 4)] + [0.5]
    assert whales["position"] == pytest.approx(np.median(places))
    own = units[units["point"] == whales["point"]]
    assert own["similarity"].iloc[:-1].nunique() == 1
    assert 0 < own["similarity"].iloc[-1] < own["similarity"].iloc[0] <= 1


@pytest.mark.model
def test_items_of_a_list_that_differ_are_flagged() -> None:
    texts = ["Mix the vodka, the lime juice, the salt and ice."] * 3 + [
        "Mix the vodka, the tomato juice, the pepper and ice."
    ]
    units, points = find(texts)
    assert points["outputs"].tolist() == [4]
    assert units["differs"].tolist() == ["", "", "", "items"]


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("**3. Be `patient`** with __them__", "Be patient with them"),
        ("`__init__` sets my__var to 2**3", "__init__ sets my__var to 2**3"),
        ("Dear [Your Name],", "Dear [Your Name],"),
    ],
)
def test_marks_of_emphasis_are_left_out_and_others_kept(unit: str, shown: str) -> None:
    assert plain(unit) == shown


@pytest.mark.model
def test_mixed_numbers_are_one_and_codes_are_none() -> None:
    texts = ["Add 1 1/2 oz vodka to error E28.", "Add 2 oz vodka to error E28.", "Add 1½ oz vodka to error E28."]
    _, points = find(texts)
    assert points["varies"].tolist() == ["1 1/2 oz × 1, 1½ oz × 1, 2 oz × 1"]


def test_names_are_short() -> None:
    assert cut("字" * 300) == "字" * 60 + "…"
    assert cut("[Your Name] is here") == "[Your Name] is here"
    assert cut("- one two three four five six seven") == "one two three four five six…"


@pytest.mark.model
def test_equal_outputs_make_the_same_points() -> None:
    text = "Boil the water first. Steep the leaves for three minutes. Pour it into a warm cup."
    units, points = find([text] * 5)
    assert points["outputs"].tolist() == [5, 5, 5]
    assert points["text"].tolist() == [
        "Boil the water first.",
        "Steep the leaves for three minutes.",
        "Pour it into a warm cup.",
    ]
    assert (units["similarity"] == 1).all()


def test_your_own_vectors_decide() -> None:
    texts = ["Red apples taste sweet.", "Crimson fruit delights tongues.", "Engines roar loudly outside."]
    meaning = {texts[0]: [1.0, 0.0], texts[1]: [1.0, 0.0], texts[2]: [0.0, 1.0]}
    _, points = find(texts, vectors=lambda units: [meaning[unit] for unit in units], granularity=0)
    assert points["outputs"].tolist() == [2, 1]
    units, _ = find([texts[0]] * 2, vectors=lambda units: [[0.6, 0.8]] * len(units))
    assert (units["similarity"] == 1).all()


def test_wrong_input_has_a_helpful_message() -> None:
    with pytest.raises(ValueError, match="granularity is 2; give a number from 0"):
        find(["a b c"], vectors=lambda units: [[1.0]] * len(units), granularity=2)
    with pytest.raises(ValueError, match="return one row per unit"):
        find(["a b c"], vectors=lambda units: [])
    with pytest.raises(ValueError, match="hold NaN or infinity"):
        find(["a b c"], vectors=lambda units: [[np.nan]])
    with pytest.raises(TypeError, match="str"):
        find([1])  # type: ignore[list-item]
