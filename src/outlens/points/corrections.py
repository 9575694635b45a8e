"""Apply what people corrected: points that they named, merged, or split, in the order of their corrections.

A correction refers to wordings by their text, not to groups by number, so it applies at every granularity, in any order
of the outputs, and after outputs were added: a merge unites whatever groups hold the wordings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, TypeGuard

import numpy as np
import numpy.typing as npt

from outlens.text.differs import NUMERAL
from outlens.text.units import Units
from outlens.text.words import Tokens, tokenize

Do = Literal["merge", "split", "name"]

OVERLAP = 0.5
"""A name belongs to the group that has more than this in common with the wordings that were named (Jaccard). If there
are more outputs now than then, less is enough, in proportion: the groups have grown."""
SPARE = 16
"""The number of wordings of a point by which a merge finds it if the typical one is absent."""

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Correction:
    """One correction.

    Attributes
    ----------
    do : "merge" (the points that hold these wordings are one), "split" (these wordings are a point of their own) or
        "name".
    texts : the wordings; of a name, the typical one.
    name : the name; "" clears it.
    of : of a name, `Wordings.hashes` of all wordings of the point.
    n : of a name, the number of outputs when it was given; 0 if unknown.
    spare : of a merge, for each text `Wordings.hashes` of other wordings of its point, which stand in for it in turn.
    """

    do: Do
    texts: tuple[str, ...]
    name: str = ""
    of: frozenset[str] = frozenset()
    n: int = 0
    spare: tuple[tuple[str, ...], ...] = ()

    def written(self) -> str:
        """Return the correction as JSON in ASCII, for the log."""
        value: dict[str, object] = {"do": self.do, "texts": list(self.texts)}
        if self.do == "name":
            value |= {"name": self.name, "of": sorted(self.of), "n": self.n}
        if self.spare:
            value["spare"] = [list(hashes) for hashes in self.spare]
        return json.dumps(value)


def read(written: str) -> Correction | None:
    """Return the correction that `Correction.written` wrote; None for anything else, which a log may hold."""
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    do, texts, name, of = (value.get(field) for field in ("do", "texts", "name", "of"))
    if not _are_texts(texts):
        return None
    if do == "name":
        n = value.get("n", 0)
        fits = isinstance(name, str) and _are_texts(of) and isinstance(n, int) and not isinstance(n, bool)
        return Correction(do, tuple(texts), name, frozenset(of), n) if fits else None  # type: ignore[arg-type]
    if do == "merge":
        spare = value.get("spare", [])
        fits = isinstance(spare, list) and all(map(_are_texts, spare))
        return Correction(do, tuple(texts), spare=tuple(map(tuple, spare))) if fits else None
    return Correction(do, tuple(texts)) if do == "split" else None


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


class Wordings:
    """Finds the distinct units by their text, or by a short hash of it.

    Two texts are the same wording if `Units` gives them the same number: if they have the same words and numerals.

    Parameters
    ----------
    units : the units.
    """

    def __init__(self, units: Units) -> None:
        self._identities = _identities(units.tokens, units.written)
        self._number = {identity: unit for unit, identity in enumerate(self._identities)}
        self._hashed: dict[str, int] | None = None

    def find(self, texts: Sequence[str]) -> list[int]:
        """Return the unit of each text, -1 for none."""
        return [self._number.get(identity, -1) for identity in _identities(tokenize(list(texts)), texts)]

    def hashes(self, units: Iterable[int]) -> list[str]:
        """Return a hash of each unit, 12 hex digits."""
        return [_hash(self._identities[unit]) for unit in units]

    def hashed(self, hashes: Iterable[str]) -> list[int]:
        """Return the distinct units with these hashes, in their order; unknown hashes are ignored."""
        if self._hashed is None:
            self._hashed = {_hash(identity): unit for unit, identity in enumerate(self._identities)}
        found = (self._hashed.get(each, -1) for each in hashes)
        return [unit for unit in dict.fromkeys(found) if unit >= 0]


def _identities(tokens: Tokens, texts: Sequence[str]) -> list[str]:
    """Return a str per text that is equal for the same wording."""
    forms = [tokens.vocabulary[form] for form in tokens.form.tolist()]
    bounds = tokens.bounds.tolist()
    return [
        "\0".join([*forms[a:b], "", *NUMERAL.findall(text)])
        for a, b, text in zip(bounds[:-1], bounds[1:], texts, strict=True)
    ]


def _hash(identity: str) -> str:
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


class Regrouped:
    """The groups of the distinct units at every level while corrections are applied, one after another.

    Parameters
    ----------
    groups : (L, units) the groups at each level, from coarse to fine.
    weights : (units,) the number of outputs that hold each unit.
    n : the number of outputs.

    Attributes
    ----------
    groups : (L, units), with new numbers for new groups.
    """

    def __init__(self, groups: Int64s, weights: Int64s, n: int) -> None:
        self.groups = groups.copy()
        self._n = n
        self._weights = weights
        self._next = int(groups.max(initial=-1)) + 1
        self._named: dict[int, tuple[str, Int64s]] = {}
        # For each level, the group that each name belongs to.
        self._at: list[dict[int, int]] = [{} for _ in groups]

    def merge(self, units: Iterable[int]) -> None:
        """Unite the groups that hold any of these units."""
        held = np.fromiter(units, np.int64)
        for level, groups in enumerate(self.groups):
            united = np.unique(groups[held])
            if len(united) > 1:
                groups[np.isin(groups, united)] = united[0]
                here = set(united.tolist())
                self._at[level] = {n: int(united[0]) if g in here else g for n, g in self._at[level].items()}

    def split(self, units: Iterable[int]) -> None:
        """Make these units a group of their own; a name goes where most of what was named is."""
        held = np.unique(np.fromiter(units, np.int64))
        new, self._next = self._next, self._next + 1
        for groups, at in zip(self.groups, self._at, strict=True):
            left = set(groups[held].tolist())
            groups[held] = new
            for name, group in at.items():
                if group in left and self._share(name, groups == new) > self._share(name, groups == group):
                    at[name] = new

    def name(self, units: Int64s, name: str, n: int = 0) -> None:
        """Name the group that has most in common with these units, at each level where one has enough; "" clears.

        `n` is the number of outputs when the name was given, 0 for unknown.
        """
        least = OVERLAP * min(1.0, n / self._n) if n > 0 else OVERLAP
        if not name:
            self._clear(units, least)
            return
        number = max(self._named, default=-1) + 1
        for same in [n for n, (_, named) in self._named.items() if np.array_equal(named, units)]:
            self._forget(same)
        self._named[number] = name, units
        for groups, at in zip(self.groups, self._at, strict=True):
            share, group = self._closest(groups, units)
            if share > least:
                at[number] = group

    def _clear(self, units: Int64s, least: float) -> None:
        """Forget the name that the group of these units shows, at the level where they are most alike.

        Other names that it had there do not take its place.
        """
        closest = [self._closest(groups, units) for groups in self.groups]
        best, shown = least, -1
        for (share, group), groups, at in zip(closest, self.groups, self._at, strict=True):
            name = self._shown(groups, at).get(group, -1)
            if share > best and name >= 0:
                best, shown = share, name
        if shown < 0:
            return
        self._forget(shown)
        for level, (share, group) in enumerate(closest):
            if share == best:
                self._at[level] = {name: its for name, its in self._at[level].items() if its != group}

    def names(self) -> list[dict[int, str]]:
        """Return for each level the names of the groups that have one."""
        shown = [self._shown(groups, at) for groups, at in zip(self.groups, self._at, strict=True)]
        return [{group: self._named[name][0] for group, name in each.items()} for each in shown]

    def _shown(self, groups: Int64s, at: dict[int, int]) -> dict[int, int]:
        """Return the name that each named group shows: of several the closest, and of equally close ones the latest."""
        best: dict[int, tuple[float, int]] = {}
        for name, group in at.items():
            best[group] = max(best.get(group, (-1.0, -1)), (self._share(name, groups == group), name))
        return {group: name for group, (_, name) in best.items()}

    def _forget(self, name: int) -> None:
        del self._named[name]
        for at in self._at:
            at.pop(name, None)

    def _share(self, name: int, inside: npt.NDArray[np.bool_]) -> float:
        """Return what a name's units and a group have in common (Jaccard over units, weighted by their outputs)."""
        units, weights = self._named[name][1], self._weights
        both = int(weights[units[inside[units]]].sum())
        return both / max(1, int(weights[units].sum()) + int(weights[inside].sum()) - both)

    def _closest(self, groups: Int64s, units: Int64s) -> tuple[float, int]:
        """Return the largest share in common with a group, and the group."""
        weights = self._weights
        both = np.bincount(groups[units], weights[units])
        group = int(both.argmax())
        whole = weights[units].sum() + weights[groups == group].sum() - both[group]
        return float(both[group] / max(1, whole)), group


def apply(corrections: Sequence[Correction], regrouped: Regrouped, wordings: Wordings) -> None:
    """Apply corrections in order; those of wordings that are not here do nothing."""
    found = iter(wordings.find([text for one in corrections for text in one.texts]))
    for one in corrections:
        units = [next(found) for _ in one.texts]
        for i, hashes in enumerate(one.spare[: len(units)]):
            if units[i] < 0:
                units[i] = next(iter(wordings.hashed(hashes)), -1)
        here = [unit for unit in units if unit >= 0]
        if one.do == "name":
            named = np.array(sorted(wordings.hashed(one.of)), np.int64)
            if len(named):
                regrouped.name(named, one.name.strip(), one.n)
        elif here and one.do == "split":
            regrouped.split(here)
        elif here:
            regrouped.merge(here)
