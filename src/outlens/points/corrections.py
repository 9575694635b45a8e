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
"""A name belongs to the group that has more than this in common with the wordings that were named (Jaccard)."""

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
    """

    do: Do
    texts: tuple[str, ...]
    name: str = ""
    of: frozenset[str] = frozenset()

    def written(self) -> str:
        """Return the correction as JSON in ASCII, for the log."""
        value: dict[str, object] = {"do": self.do, "texts": list(self.texts)}
        if self.do == "name":
            value |= {"name": self.name, "of": sorted(self.of)}
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
        return Correction(do, tuple(texts), name, frozenset(of)) if isinstance(name, str) and _are_texts(of) else None
    return Correction(do, tuple(texts)) if do in ("merge", "split") else None


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

    def hashes(self, units: Iterable[int]) -> frozenset[str]:
        """Return a hash of each unit, 12 hex digits."""
        return frozenset(_hash(self._identities[unit]) for unit in units)

    def hashed(self, hashes: Iterable[str]) -> Int64s:
        """Return the units with these hashes, sorted; unknown hashes are ignored."""
        if self._hashed is None:
            self._hashed = {_hash(identity): unit for unit, identity in enumerate(self._identities)}
        found = (self._hashed.get(each, -1) for each in hashes)
        return np.array(sorted({unit for unit in found if unit >= 0}), np.int64)


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

    Attributes
    ----------
    groups : (L, units), with new numbers for new groups.
    """

    def __init__(self, groups: Int64s, weights: Int64s) -> None:
        self.groups = groups.copy()
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

    def name(self, units: Int64s, name: str) -> None:
        """Name the group that has most in common with these units, at each level where one has enough; "" clears."""
        if not name:
            self._clear(units)
            return
        number = max(self._named, default=-1) + 1
        for same in [n for n, (_, named) in self._named.items() if np.array_equal(named, units)]:
            self._forget(same)
        self._named[number] = name, units
        for groups, at in zip(self.groups, self._at, strict=True):
            share, group = self._closest(groups, units)
            if share > OVERLAP:
                at[number] = group

    def _clear(self, units: Int64s) -> None:
        """Forget the name that the group of these units shows, at the level where they are most alike."""
        best, shown = OVERLAP, -1
        for groups, at in zip(self.groups, self._at, strict=True):
            share, group = self._closest(groups, units)
            name = self._shown(groups, at).get(group, -1)
            if share > best and name >= 0:
                best, shown = share, name
        if shown >= 0:
            self._forget(shown)

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
        here = [unit for unit in (next(found) for _ in one.texts) if unit >= 0]
        if one.do == "name":
            units = wordings.hashed(one.of)
            if len(units):
                regrouped.name(units, one.name.strip())
        elif here and one.do == "split":
            regrouped.split(here)
        elif here:
            regrouped.merge(here)
