"""The names of clusters: names that people gave, from the log, replace computed ones."""

from __future__ import annotations

import zlib
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from outlens._errors import NotFound, hint
from outlens._unicode import clean
from outlens.part import Part
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.vectors import Landscape

ALONE = "like no other"
"""The name of cluster -1, in Python as in the widget."""


class Given(TypedDict):
    """A name that somebody gave to the outputs of some finest clusters."""

    prompt: int
    name: str
    leaves: list[int]
    tree: int
    """The clusters that the leaves are of: `tree_id`."""


def given_names(part: Part, tags: TagBook) -> list[Given]:
    """Return the names that people gave in a part whose clusters are ready, this person's first."""
    tree = part.tree.peek()
    if tree is None:
        return []
    with tags.lock:
        renames = tags.cluster_names.renames(part.rows, tree.leaf)
    made = tree_id(part.landscape.get())
    return [{"prompt": part.number, "name": one["name"], "leaves": one["leaves"], "tree": made} for one in renames]


def tree_id(land: Landscape) -> int:
    """Return a number that identifies the computed clusters; a refit changes it, added outputs do not."""
    fitted = land.tree.leaf[: len(land.tree.leaf) - land.added]
    return zlib.crc32(fitted.tobytes())


def are_current(parts: list[Part], before: list[Given], now: list[Any]) -> bool:
    """Whether the names in `now` that are not in `before` are of the present clusters; a refit numbers them again."""
    lands = {part.number: part.landscape.peek() for part in parts}
    for one in now:
        land = None if one in before else lands.get(one["prompt"])
        if land is not None and one.get("tree") not in (None, tree_id(land)):
            return False
    return True


def names(part: Part, granularity: float, tags: TagBook) -> list[str]:
    """Return the names of a part's clusters by number; given names replace computed ones."""
    land = part.landscape.get()
    level = land.tree.level(granularity)
    order = [int(node) for node in land.tree.order(level)]
    node_of = land.tree.levels[level][land.tree.leaf]
    with tags.lock:
        given = tags.cluster_names.of([part.rows[node_of == node].tolist() for node in order])
    return [clean(name or land.names[node].name) for name, node in zip(given, order, strict=True)]


def members(part: Part, granularity: float, cluster: int) -> npt.NDArray[np.int64]:
    """Return the positions of the outputs of a cluster.

    Raises
    ------
    KeyError
        If there is no cluster of that number; -1 is for outputs like no other.
    """
    numbers = part.tree.get().cut(granularity)
    if isinstance(cluster, bool) or not isinstance(cluster, int | np.integer) or cluster not in numbers:
        listed = hint(cluster, np.unique(numbers).tolist(), "clusters", cutoff=1)
        raise NotFound(f"there is no cluster {cluster!r}; {listed}")
    rows: npt.NDArray[np.int64] = part.rows[numbers == cluster]
    return rows


def rename(part: Part, granularity: float, cluster: int, name: str, tags: TagBook) -> None:
    """Name a cluster; the names of finer and coarser clusters stay.

    Raises
    ------
    KeyError, TypeError, ValueError
        If there is no such cluster, or the name is blank or not a str.
    """
    if isinstance(cluster, bool) or not isinstance(cluster, int | np.integer):
        raise TypeError(f"rename takes a cluster's number, 0 for the largest, not {cluster!r}; see lens.clusters.")
    if cluster < 0:
        raise NotFound(f"there is no cluster {cluster!r} to rename; clusters are numbered from 0.")
    rows = members(part, granularity, cluster).tolist()
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a cluster's name must be a str that is not blank, not {name!r}.")
    with tags.changing():
        tags.cluster_names.name(rows, clean(name.strip()))


def replace_names(parts: list[Part], before: list[Given], now: list[Given], tags: TagBook) -> None:
    """Log the changes between two lists of names."""
    with tags.changing():
        for part in parts:
            tree = part.tree.peek()
            if tree is not None:
                old, new = ([given for given in side if given["prompt"] == part.number] for side in (before, now))
                tags.cluster_names.take(old, new, part.rows, tree.leaf)


def all_names(study: Study, tags: TagBook) -> list[Given]:
    """Return the names that people gave in all parts whose clusters are computed."""
    return [given for part in study.computed for given in given_names(part, tags)]
