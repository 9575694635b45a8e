"""Corrections of points against plain sets, in any order of the outputs, and computed from scratch."""

from __future__ import annotations

import copy
import json
import random
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.points.corrections import Correction, Regrouped, Wordings, apply, read
from outlens.points.find import Points
from outlens.text.units import Units

UNITS = 8
LEVELS = 3


class Plain:
    """The groups of one level as sets, with the same rules written down the obvious way."""

    def __init__(self, labels: Sequence[int], weights: Sequence[int]) -> None:
        self.groups = [{u for u, of in enumerate(labels) if of == label} for label in sorted(set(labels))]
        self.weights = weights
        self.at: dict[int, set[int]] = {}

    def weight(self, units: set[int]) -> int:
        return sum(self.weights[u] for u in units)

    def share(self, a: set[int], b: set[int]) -> float:
        return self.weight(a & b) / max(1, self.weight(a | b))

    def merge(self, units: list[int]) -> None:
        together = [group for group in self.groups if group & set(units)]
        whole = set().union(*together)
        self.groups = [group for group in self.groups if group not in together] + [whole]
        self.at = {name: whole if group in together else group for name, group in self.at.items()}

    def split(self, units: list[int], sets: dict[int, set[int]]) -> None:
        own = set(units)
        rest = {frozenset(group): group - own for group in self.groups}
        for name, group in self.at.items():
            left = rest[frozenset(group)]
            moves = group & own and self.share(sets[name], own) > self.share(sets[name], left)
            self.at[name] = own if moves else left
        self.groups = [left for left in rest.values() if left] + [own]

    def closest(self, units: set[int]) -> tuple[float, set[int]]:
        return max(((self.share(units, group), group) for group in self.groups), key=lambda one: one[0])

    def shown(self, group: set[int], sets: dict[int, set[int]]) -> int | None:
        here = [(self.share(sets[name], group), name) for name, at in self.at.items() if at == group]
        return max(here)[1] if here else None


STEP = st.one_of(
    st.tuples(st.just("merge"), st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=3)),
    st.tuples(st.just("split"), st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=4)),
    st.tuples(st.sampled_from(["a", "b", ""]), st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=5)),
)


@st.composite
def nested(draw: st.DrawFn) -> list[list[int]]:
    """Groups at each level; each level splits groups of the one before."""
    levels = [[draw(st.integers(0, 2)) for _ in range(UNITS)]]
    while len(levels) < LEVELS:
        levels.append([3 * group + draw(st.integers(0, 2)) for group in levels[-1]])
    return levels


@given(nested(), st.lists(st.integers(1, 5), min_size=UNITS, max_size=UNITS), st.lists(STEP, max_size=8))
def test_groups_and_names_follow_the_plain_sets(
    levels: list[list[int]], weights: list[int], steps: list[tuple[str, list[int]]]
) -> None:
    made = Regrouped(np.array(levels), np.array(weights), UNITS)
    plain = [Plain(labels, weights) for labels in levels]
    names: dict[int, str] = {}
    sets: dict[int, set[int]] = {}

    def forget(name: int) -> None:
        for each in (names, sets, *(one.at for one in plain)):
            each.pop(name, None)  # type: ignore[attr-defined]

    for number, (do, units) in enumerate(steps):
        if do == "merge":
            made.merge(units)
            for one in plain:
                one.merge(units)
            continue
        if do == "split":
            made.split(units)
            for one in plain:
                one.split(units, sets)
            continue
        made.name(np.unique(units), do)
        named = set(units)
        if do:
            for same in [n for n, known in sets.items() if known == named]:
                forget(same)
            names[number], sets[number] = do, named
            for one in plain:
                share, group = one.closest(named)
                if share > 0.5:
                    one.at[number] = group
        else:
            best = [(*one.closest(named), one) for one in plain]
            shown = [(share, -k, one.shown(group, sets)) for k, (share, group, one) in enumerate(best) if share > 0.5]
            shown = [one for one in shown if one[2] is not None]
            if shown:
                most, _, name = max(shown, key=lambda one: one[:2])
                forget(name)  # type: ignore[arg-type]
                for share, group, one in best:
                    if share == most:
                        one.at = {name: its for name, its in one.at.items() if its != group}
    for level, one in enumerate(plain):
        found = {group: set(np.flatnonzero(made.groups[level] == group).tolist()) for group in set(made.groups[level])}
        assert sorted(map(sorted, found.values())) == sorted(map(sorted, one.groups))
        shown_names = {frozenset(found[g]): name for g, name in made.names()[level].items() if g in found}
        wanted = {frozenset(group): one.shown(group, sets) for group in one.groups}
        assert shown_names == {group: names[n] for group, n in wanted.items() if n is not None}
    for coarse, fine in zip(made.groups[:-1], made.groups[1:], strict=True):
        assert len(set(zip(coarse, fine, strict=True))) == len(set(fine))


def test_a_coarse_point_and_a_part_of_it_keep_their_own_names() -> None:
    made = Regrouped(np.array([[0, 0, 0, 1], [0, 0, 1, 2]]), np.ones(4, np.int64), 4)
    made.name(np.array([0, 1]), "part")
    assert made.names() == [{0: "part"}, {0: "part"}]
    made.name(np.array([0, 1, 2]), "whole")
    assert made.names() == [{0: "whole"}, {0: "part"}]
    made.name(np.array([0, 1]), "")
    assert made.names() == [{0: "whole"}, {}]


def test_a_merged_point_keeps_the_name_of_a_small_part_until_it_is_named() -> None:
    made = Regrouped(np.array([[0, 1]]), np.array([1, 9]), 10)
    made.name(np.array([0]), "small")
    made.merge([0, 1])
    assert list(made.names()[0].values()) == ["small"]
    made.name(np.array([0, 1]), "whole")
    assert list(made.names()[0].values()) == ["whole"]
    # The computed name comes back, not the older one.
    made.name(np.array([0, 1]), "")
    assert made.names() == [{}]


def test_a_name_stays_when_all_points_grow() -> None:
    # Of 4 outputs, two made the point; of 12, six do, and four others make the point beside it.
    levels, weights = np.array([[0, 0, 0, 0], [0, 0, 1, 1]]), np.array([2, 4, 2, 4])
    for n, wanted in [(4, [{}, {0: "grown"}]), (0, [{}, {}])]:
        made = Regrouped(levels, weights, 12)
        made.name(np.array([0]), "grown", n)
        assert made.names() == wanted


def test_a_merge_finds_another_wording_where_the_typical_one_is_absent() -> None:
    units = Units.of(["Water it.", "Water the plant.", "Turn it often."], shortest=1, code=False)
    wordings = Wordings(units)
    water, plant, turn = wordings.find(["Water it.", "Water the plant.", "Turn it often."])
    groups = np.zeros((1, 3), np.int64)
    groups[0, turn] = 1
    merge = Correction("merge", ("Absent.", "Turn it often."), spare=(("unknown", *wordings.hashes([plant])), ()))
    assert read(merge.written()) == merge
    made = Regrouped(groups, np.ones(3, np.int64), 3)
    apply([merge], made, wordings)
    assert len(set(made.groups[0].tolist())) == 1
    assert groups[0, water] == groups[0, plant]


@pytest.mark.parametrize(
    "written",
    [
        "", "x", "[]", "1", "null", "[" * 100_000, '{"do": "merge"}', '{"do": "burn", "texts": []}',
        '{"do": "merge", "texts": "ab"}', '{"do": "split", "texts": [1]}', '{"do": ["merge"], "texts": []}',
        '{"do": "name", "texts": [], "name": 1, "of": []}', '{"do": "name", "texts": [], "name": "a", "of": [{}]}',
    ],
)  # fmt: skip
def test_what_is_not_a_correction_is_ignored(written: str) -> None:
    assert read(written) is None
    points = _points(TEXTS[:3])
    assert _groups(points.corrected([written])) == _groups(points)


@given(st.sampled_from(["merge", "split", "name"]), st.lists(st.text(), max_size=3), st.text())
def test_a_correction_is_read_as_it_was_written(do: str, texts: list[str], name: str) -> None:
    texts = [*texts, "lone \ud83d"]
    one = Correction(do, tuple(texts), *((name, frozenset(texts)) if do == "name" else ()))  # type: ignore[arg-type]
    assert one.written().isascii()
    assert read(one.written()) == one


def test_a_wording_is_found_whatever_its_marks_and_not_with_another_number() -> None:
    units = Units.of(["**Add 5 mg.** Straße!", "- add 50 mg", "Add \ud83d water."], shortest=1, code=False)
    wordings = Wordings(units)
    found = wordings.find(["add 5 mg", "Add 50 mg!", "STRASSE", "add water", "Add 500 mg", ""])
    assert [units.written[unit] if unit >= 0 else "" for unit in found] == [
        "**Add 5 mg.**", "add 50 mg", "Straße!", "Add \ud83d water.", "", "",
    ]  # fmt: skip
    assert wordings.hashed(["unknown", *wordings.hashes([2, 1, 2])]) == [2, 1]


SAYS = [
    ["Water it weekly.", "Water it once a week.", "Give it water every 7 days.", "Weekly water helps."],
    ["Give it plenty of sun.", "It needs plenty of sun.", "Sun is what it needs."],
    ["Turn the pot now and then.", "Now and then, turn the pot.", "Rotate its pot."],
    ["Feed it in spring.", "In spring, feed it twice.", "Spring is for feeding."],
]
_CHANCE = random.Random(5)
TEXTS = [
    "Sure, here are tips:\n" + "\n".join(f"- {_CHANCE.choice(says)}" for says in _CHANCE.sample(SAYS, 3))
    for _ in range(24)
]


def _vectors(written: list[str]) -> np.ndarray:
    """Return a vector per text that depends on the text only."""
    return np.stack([np.random.default_rng(zlib.crc32(text.encode())).normal(size=16) for text in written])


def _points(texts: list[str]) -> Points:
    return Points(texts, vectors=_vectors)


def _groups(points: Points) -> list[set[tuple[str, frozenset[str]]]]:
    """Return for each level the names of the groups with their wordings."""
    found = []
    for number in range(len(points.tree.granularities)):
        level = points.level(number)
        found.append({
            (level.names[g], frozenset(points.units.written[u] for u in np.flatnonzero(level.group == g)))
            for g in range(len(level.frame))
        })  # fmt: skip
    return found


@st.composite
def corrections(draw: st.DrawFn) -> list[str]:
    texts = [text for says in SAYS for text in says]
    some = st.lists(st.sampled_from([*texts, "Nobody says this."]), min_size=1, max_size=3)
    wordings = Wordings(Units.of(texts, shortest=1, code=False))
    made = []
    for do in draw(st.lists(st.sampled_from(["merge", "split", "name"]), max_size=5)):
        held = tuple(draw(some))
        of = frozenset(wordings.hashes(unit for unit in wordings.find(held) if unit >= 0))
        name = draw(st.sampled_from(["Watering", "Light \ud83d", ""])) if do == "name" else ""
        made.append(Correction(do, held, name, of if do == "name" else frozenset()).written())  # type: ignore[arg-type]
    return made


BASE = _points(TEXTS)


@given(corrections())
def test_corrections_made_one_by_one_are_what_they_are_from_scratch(made: list[str]) -> None:
    points = BASE
    for end in range(len(made) + 1):
        points = BASE.corrected(made[:end])
        for number in range(len(points.tree.granularities)):
            points.level(number)
    scratch = copy.copy(points)
    scratch._found, scratch._before, scratch._levels = None, {}, {}
    for number in range(len(points.tree.granularities)):
        level, wanted = points.level(number), scratch._level(number)
        for name in ("group", "frame", "similarity", "typical", "differs", "names", "varies", "named"):
            assert np.array_equal(getattr(level, name), getattr(wanted, name)), name
        before = {frozenset(np.flatnonzero(BASE.level(number).group == g)) for g in set(BASE.level(number).group)}
        for g, regrouped in enumerate(level.regrouped.tolist()):
            assert regrouped == (frozenset(np.flatnonzero(level.group == g)) not in before)
    for coarse, fine in zip(points.tree.levels[:-1], points.tree.levels[1:], strict=True):
        assert len(set(zip(coarse, fine, strict=True))) == len(set(fine))


@given(corrections(), st.randoms(use_true_random=False))
def test_the_order_of_the_outputs_does_not_matter(made: list[str], chance: random.Random) -> None:
    mixed = [*TEXTS]
    chance.shuffle(mixed)
    assert _groups(_points(mixed).corrected(made)) == _groups(BASE.corrected(made))


def test_the_corrected_tables_count_the_outputs_of_the_corrected_groups() -> None:
    held = [text for says in SAYS for text in says]
    made = [Correction("merge", (held[0], held[4])).written(), Correction("split", (held[1],)).written()]
    points = BASE.corrected(made)
    for granularity in (0.0, 0.5, 1.0):
        units, table, frames = points.cut(granularity)
        texts = [TEXTS[u.output][u.start : u.end] for u in units.itertuples()]
        of = {text: point for text, point in zip(texts, units["point"], strict=True) if point >= 0}
        assert of[held[0]] == of[held[4]] != of[held[1]]
        assert [text for text, point in of.items() if point == of[held[1]]] == [held[1]]
        for point in [*table.itertuples(), *frames.itertuples()]:
            wanted = {i for i, text in enumerate(TEXTS) if any(of[w] == point.point and w in text for w in of)}
            assert point.outputs == len(wanted)
    assert json.loads(made[0])["texts"] == [held[0], held[4]]
