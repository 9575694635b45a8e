"""The names that people gave to clusters, stored with the outputs that were in the cluster at the time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._unicode import clean
from outlens.tags.fold import State
from outlens.tags.session import Session

Positions = npt.NDArray[np.int64]
Members = frozenset[int]


class ClusterNames:
    """Names clusters, and finds their names at any granularity and after outputs were added or removed.

    A name belongs to the outputs that were in the cluster, so a cluster and a part of it can both have names. A cluster
    gets the name whose outputs overlap most with its own, if the overlap (Jaccard) is more than a half. Names given by
    the person of the session come first. Outputs that were added to the clusters later do not count in the overlap: a
    cluster keeps its name however many join it.

    Parameters
    ----------
    session : Session
        Holds the outputs and writes the names; clusters are given as its positions.

    Examples
    --------
    >>> names = ClusterNames(Session(None, "ann", [f"id:{i}" for i in range(8)]))
    >>> names.name([0, 1, 2], "jokes")
    3
    >>> names.name(range(6), "short")
    6
    >>> names.of([[0, 1, 2], range(7), [6, 7]])
    ['jokes', 'short', '']
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, tuple[State, tuple[int, int], dict[Members, str]]] = {}
        self._added: Members = frozenset()

    def leave_out(self, added: Iterable[int]) -> None:
        """Set which outputs were added to clusters that were computed without them."""
        self._added = frozenset(added)
        self._known.clear()

    def outgrown(self, rows: Positions, leaf: npt.NDArray[Any]) -> list[tuple[Members, str]]:
        """Return this person's names of clusters that more than doubled by additions, with all present members.

        Once the added outputs count, only a new naming keeps these names. Parameters are those of `renames`.
        """
        mine = set(map(clean, self._named(self._session.annotator).values()))
        grown = [
            (frozenset(rows[np.isin(leaf, one["leaves"])].tolist()), one["name"])
            for one in self.renames(rows, leaf)
            if one["name"] in mine
        ]
        return [(members, name) for members, name in grown if 2 * len(members - self._added) <= len(members)]

    def name(self, members: Iterable[int], text: str) -> int:
        """Name the cluster of these outputs; a blank name clears it. Return the number of outputs changed."""
        members = frozenset(members)
        if not isinstance(text, str):
            raise TypeError(f"The name is {text!r}; give a string.")
        name = text.strip()
        if not name:
            return self.clear(members)
        if not members or self._named(self._session.annotator).get(members - self._added) == name:
            return 0
        return self._session.name(sorted(members), name)

    def clear(self, members: Iterable[int]) -> int:
        """Clear this person's name for the cluster of these outputs. Return the number of outputs it had."""
        members = frozenset(members)
        named = _closest(self._named(self._session.annotator), members - self._added)
        return 0 if named is None else self._session.name(sorted(named | (members & self._added)), "")

    def of(self, member_sets: Iterable[Iterable[int]]) -> list[str]:
        """Return the name of each of these clusters, `""` for none."""
        added = np.fromiter(self._added, np.int64)
        clusters = [np.setdiff1d(np.fromiter(members, np.int64), added) for members in member_sets]
        names = [""] * len(clusters)
        for annotator in self._people():
            best = np.full(len(clusters), 0.5)
            by_this_person: dict[int, str] = {}
            for members, name in self._named(annotator).items():
                inside = np.zeros(len(self._session.keys), bool)
                inside[list(members)] = True
                for i, cluster in enumerate(clusters):
                    both = int(inside[cluster].sum())
                    share = both / (len(cluster) + len(members) - both)
                    # Of two equally good matches, the later one wins.
                    if share > 0.5 and share >= best[i]:
                        best[i], by_this_person[i] = share, name
            names = [name or by_this_person.get(i, "") for i, name in enumerate(names)]
        return names

    def renames(self, rows: Positions, leaf: npt.NDArray[Any]) -> list[dict[str, Any]]:
        """Return the names in the form that the browser uses, for the outputs of one prompt.

        Parameters
        ----------
        rows : (n,) int64
            Positions of the outputs.
        leaf : (n,) int
            The leaf of the cluster tree that each output is in, -1 for none.

        Returns
        -------
        list of dict
            `name`, with U+FFFD for lone surrogates, and `leaves`, the leaves with most of their outputs in the set.
        """
        inside = (leaf >= 0) & ~np.isin(rows, list(self._added))
        sizes = np.bincount(leaf[inside], minlength=leaf.max(initial=-1) + 1)
        here = set(rows.tolist())
        shown: list[Members] = []
        names = []
        for annotator in self._people():
            before = list(shown)
            for members, name in self._named(annotator).items():
                # Most names are of clusters of other prompts.
                if members.isdisjoint(here):
                    continue
                held = np.isin(rows, list(members)) & inside
                leaves = np.flatnonzero(2 * np.bincount(leaf[held], minlength=len(sizes)) > sizes).tolist()
                if leaves and not any(_share(members, other) > 0.5 for other in before):
                    names.append({"name": clean(name), "leaves": leaves})
                    shown.append(members)
        return names

    def take(
        self,
        before: Sequence[Any],
        after: Sequence[Any],
        rows: Positions,
        leaf: npt.NDArray[Any],
    ) -> None:
        """Write a person's changes to a list of `renames`: added names and removed ones."""
        old = [(str(one["name"]), _members(one, rows, leaf)) for one in before]
        new = [(str(one["name"]), _members(one, rows, leaf)) for one in after]
        given = [one for one in new if one not in old]
        for _, members in (one for one in old if one not in new):
            # A renamed cluster is in the list only once; the log has both names.
            if not any(_share(members, named) > 0.5 for _, named in given):
                self.clear(members)
        for name, members in given:
            self.name(members, name)

    def _people(self) -> Iterator[str]:
        """Yield everybody, the person of the session first."""
        me = self._session.annotator
        yield me
        yield from (name for name in self._session.state.annotators if name != me)

    def _named(self, annotator: str) -> dict[Members, str]:
        """Return the names of a person, by the outputs that are here."""
        state = self._session.state
        changes = state.changes("cluster", annotator), state.changes("name", annotator)
        known = self._known.get(annotator)
        if known is None or known[0] is not state or known[1] != changes:
            known = self._known[annotator] = (state, changes, self._fold(state, annotator))
        return known[2]

    def _fold(self, state: State, annotator: str) -> dict[Members, str]:
        # Older logs hold the name of the cluster for each output.
        groups: dict[str, list[str]] = {}
        for key, name in state.cluster_names(annotator).items():
            groups.setdefault(name, []).append(key)
        named = {self._here(keys): name for name, keys in groups.items()}
        for one in state.named_clusters(annotator):
            members = self._here(one.keys)
            if one.name:
                named.pop(members, None)
                named[members] = one.name
            elif (cleared := _closest(named, members)) is not None:
                del named[cleared]
        named.pop(frozenset(), None)
        return named

    def _here(self, keys: Iterable[str]) -> Members:
        positions = map(self._session.position, keys)
        return frozenset(position for position in positions if position is not None) - self._added


def _members(rename: Mapping[str, Any], rows: Positions, leaf: npt.NDArray[Any]) -> Members:
    return frozenset(rows[np.isin(leaf, rename["leaves"])].tolist())


def _share(a: Members, b: Members) -> float:
    """Return the Jaccard similarity of two sets."""
    both = len(a & b)
    return both / max(len(a) + len(b) - both, 1)


def _closest(named: Mapping[Members, str], members: Members) -> Members | None:
    """Return the set with the largest similarity to this one, above a half; the latest of ties."""
    share, _, closest = max(((_share(one, members), i, one) for i, one in enumerate(named)), default=(0.0, 0, None))
    return closest if share > 0.5 else None
