"""The names of clusters: those that people gave, of the log, over those that are computed."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import numpy.typing as npt

from outlens._unicode import clean
from outlens.study import Part, Study
from outlens.tags.book import TagBook

ALONE = "like no other"
"""The name of cluster -1, in Python as in the widget."""

Rows = npt.NDArray[np.int64]


class Given(TypedDict):
    """A name that somebody gave to the outputs of some finest clusters."""

    prompt: int
    name: str
    leaves: list[int]


def given_names(part: Part, tags: TagBook) -> list[Given]:
    """Return the names that people gave in a part whose clusters are ready, this person's before those of others."""
    tree = part.tree.peek()
    with tags.lock:
        state = tags.session.state
        names: dict[str, str] = {}
        for who in reversed(tags.people()):
            names |= state.cluster_names(who)
    if tree is None or not names:
        return []
    sizes = tree.weights
    named: dict[str, list[int]] = {}
    for leaf, row in zip(tree.leaf.tolist(), part.rows.tolist(), strict=True):
        if name := names.get(tags.keys[row]):
            named.setdefault(name, []).append(leaf)
    found: list[Given] = []
    for name, held in named.items():
        # Where outputs were added, a leaf goes by most of its outputs.
        leaves = np.flatnonzero(2 * np.bincount(held, minlength=len(sizes)) > sizes).tolist()
        if leaves:
            found.append({"prompt": part.number, "name": clean(name), "leaves": leaves})
    return found


def names(part: Part, granularity: float, tags: TagBook) -> list[str]:
    """Return the names of a part's clusters in the order of their numbers, given ones before computed ones."""
    land = part.landscape.get()
    level = land.tree.level(granularity)
    order = [int(node) for node in land.tree.order(level)]
    shown = {node: land.names[node].name for node in order}
    for given in given_names(part, tags):
        for node in order:
            leaves = np.flatnonzero(land.tree.levels[level] == node).tolist()
            if _same_members(given["leaves"], leaves, land.tree.weights):
                shown[node] = given["name"]
    return [clean(shown[node]) for node in order]


def rename(part: Part, granularity: float, cluster: int, name: str, tags: TagBook) -> None:
    """Name a cluster; an earlier name of the same members is removed, so that it does not come back later."""
    tree = part.tree.get()
    level = tree.level(granularity)
    leaves = np.flatnonzero(tree.levels[level] == tree.order(level)[cluster]).tolist()
    with tags.lock:
        earlier = [g for g in given_names(part, tags) if _same_members(g["leaves"], leaves, tree.weights)]
        new: Given = {"prompt": part.number, "name": name, "leaves": leaves}
        replace_names([part], earlier, [new], tags)


def replace_names(parts: list[Part], before: list[Given], now: list[Given], tags: TagBook) -> None:
    """Write into the log what changed between two lists of names."""
    with tags.lock:
        tags.check_open()
        session = tags.session
        mine = session.state.cluster_names(session.annotator)
        for given in before:
            if given not in now and (rows := _members(parts, given)) is not None:
                # A cluster inside it may have another name since.
                held = [row for row in rows.tolist() if clean(mine.get(tags.keys[row], "")) == given["name"]]
                if not any(_equal(given, other) for other in now):
                    session.name(held, "")
        for given in now:
            if given not in before and (rows := _members(parts, given)) is not None:
                session.name(rows.tolist(), given["name"])
        tags.changed.emit()


def all_names(study: Study, tags: TagBook) -> list[Given]:
    """Return the names that people gave in all parts whose clusters are computed."""
    return [given for part in study.computed for given in given_names(part, tags)]


def _members(parts: list[Part], given: Given) -> Rows | None:
    part = next((part for part in parts if part.number == given["prompt"]), None)
    tree = None if part is None else part.tree.peek()
    if part is None or tree is None:
        return None
    rows: Rows = part.rows[np.isin(tree.leaf, given["leaves"])]
    return rows


def _equal(a: Given, b: Given) -> bool:
    return a["prompt"] == b["prompt"] and set(a["leaves"]) == set(b["leaves"])


def _same_members(a: list[int], b: list[int], weight: npt.NDArray[np.int64]) -> bool:
    """Return whether two sets of leaves share more than half of their outputs (Jaccard), as the browser computes it."""
    first, second = ({leaf for leaf in leaves if 0 <= leaf < len(weight)} for leaves in (a, b))
    return bool(2 * weight[list(first & second)].sum() > weight[list(first | second)].sum())
