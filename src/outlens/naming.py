"""The names of clusters: those that people gave, of the log, over those that are computed."""

from __future__ import annotations

from typing import TypedDict

from outlens._unicode import clean
from outlens.study import Part, Study
from outlens.tags.book import TagBook

ALONE = "like no other"
"""The name of cluster -1, in Python as in the widget."""


class Given(TypedDict):
    """A name that somebody gave to the outputs of some finest clusters."""

    prompt: int
    name: str
    leaves: list[int]


def given_names(part: Part, tags: TagBook) -> list[Given]:
    """Return the names that people gave in a part whose clusters are ready, this person's before those of others."""
    tree = part.tree.peek()
    if tree is None:
        return []
    with tags.lock:
        renames = tags.cluster_names.renames(part.rows, tree.leaf)
    return [{"prompt": part.number, "name": one["name"], "leaves": one["leaves"]} for one in renames]


def names(part: Part, granularity: float, tags: TagBook) -> list[str]:
    """Return the names of a part's clusters in the order of their numbers, given ones before computed ones."""
    land = part.landscape.get()
    level = land.tree.level(granularity)
    order = [int(node) for node in land.tree.order(level)]
    node_of = land.tree.levels[level][land.tree.leaf]
    with tags.lock:
        given = tags.cluster_names.of([part.rows[node_of == node].tolist() for node in order])
    return [clean(name or land.names[node].name) for name, node in zip(given, order, strict=True)]


def rename(part: Part, granularity: float, cluster: int, name: str, tags: TagBook) -> None:
    """Name a cluster; the names of its parts, and of what it is a part of, stay."""
    tree = part.tree.get()
    level = tree.level(granularity)
    node = tree.order(level)[cluster]
    with tags.lock:
        tags.check_open()
        tags.cluster_names.name(part.rows[tree.levels[level][tree.leaf] == node].tolist(), name)
        tags.changed.emit()


def replace_names(parts: list[Part], before: list[Given], now: list[Given], tags: TagBook) -> None:
    """Write into the log what changed between two lists of names."""
    with tags.lock:
        tags.check_open()
        for part in parts:
            tree = part.tree.peek()
            if tree is not None:
                old, new = ([given for given in side if given["prompt"] == part.number] for side in (before, now))
                tags.cluster_names.take(old, new, part.rows, tree.leaf)
        tags.changed.emit()


def all_names(study: Study, tags: TagBook) -> list[Given]:
    """Return the names that people gave in all parts whose clusters are computed."""
    return [given for part in study.computed for given in given_names(part, tags)]
