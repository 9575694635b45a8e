"""Compute the vectors, clusters, names and positions of the outputs of one prompt in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from outlens.text.words import check as check_texts
from outlens.vectors.clusters import Tree, tree_of
from outlens.vectors.embed import check, embed
from outlens.vectors.likeness import EXACT_UP_TO, Likeness
from outlens.vectors.models import DEFAULT
from outlens.vectors.names import Name, name_clusters
from outlens.vectors.positions import FEW, check_seed, check_xy, positions_of, scaled, warm_up
from outlens.vectors.separation import separation

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


Report = Callable[[str, int, int, float], object]
"""Called with the stage of the work, the number of outputs done and of all outputs, and the share of the stage's work
that is done, 0 to 1. A stage that does not count outputs passes zeros."""


def ignore(stage: str, done: int, total: int, share: float) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Landscape:
    """The vectors of n texts, and their clusters, names and positions."""

    vectors: npt.NDArray[np.float32]
    """(n, d), rows of unit length."""
    tree: Tree
    """The clusters at every granularity."""
    names: list[Name]
    """One name per node of the tree."""
    xy: npt.NDArray[np.float32]
    """(n, 2), the position of each text on the map."""
    typical: npt.NDArray[np.float32]
    """(n,), mean similarity to all n texts by their likeness: high is typical, low is unusual."""
    separation: float
    """The separation of the clusters at the default granularity, -1 to 1: their mean silhouette."""
    added: int = 0
    """Number of texts at the end that `extend` placed on the map of the others."""
    likeness: Likeness | None = field(default=None, repr=False, compare=False)
    """Likeness of the texts that were not added; None if not computed, or too large to keep in memory."""


def landscape(
    texts: Iterable[str],
    *,
    prompt: str | None = None,
    vectors: npt.ArrayLike | None = None,
    xy: npt.ArrayLike | None = None,
    model: str | SentenceTransformer | Callable[[list[str]], Any] = "all-MiniLM-L6-v2",
    seed: int | None = 42,
    cache: bool | dict[bytes, npt.NDArray[np.float32]] = True,
    report: Report | None = None,
) -> Landscape:
    """Embed, cluster, name and project texts.

    Parameters
    ----------
    texts : n strings.
    prompt : the prompt of the texts; its words do not name clusters.
    vectors : (n, d) numbers, your own vectors; then the texts are not embedded.
    xy : (n, 2) numbers, your own positions; they are only centred and scaled.
    model : a model as for `embed`.
    seed : the seed of the map; None for a different map each time.
    cache : as for `embed`.
    report : a function to call with the progress, see `Report`; an error in it ends the computation. By default a bar
        shows how many texts are embedded.

    Raises
    ------
    ValueError
        If the vectors or positions do not fit the texts, or the model could not be loaded.
    """
    texts = check_texts(texts)
    # Check before the slow part.
    check_seed(seed)
    placed = None if xy is None else scaled(check_xy(xy, len(texts)))
    say = report or ignore
    # Not while another model imports packages that umap-learn imports too: that is not safe in two threads.
    packaged = vectors is None and isinstance(model, str) and model in (DEFAULT, "fast")
    warming = Thread(target=_warm_up, daemon=True) if packaged and placed is None and len(texts) > FEW else None
    if warming:
        warming.start()
    if vectors is None:
        say("loading the model", 0, 0, 0.0)
        v = embed(texts, model, cache=cache, progress=True if report is None else partial(report, "embedding"))
    else:
        v = check(vectors, len(texts))
    say("clustering", 0, 0, 0.0)
    alike = Likeness(v, texts, prompt=prompt)
    tree = tree_of(alike, v)
    say("naming clusters", 0, 0, 0.0)
    names = name_clusters(texts, tree, prompt=prompt)
    clusters = tree.cut()
    clear = separation(alike, clusters)
    say("drawing the map", 0, 0, 0.0)
    if warming:
        warming.join()
    return Landscape(
        vectors=v,
        tree=tree,
        names=names,
        xy=positions_of(alike, clusters, seed=seed) if placed is None else placed,
        typical=alike.typicality()[alike.item],
        separation=clear,
        likeness=alike if len(alike) <= EXACT_UP_TO else None,
    )


def _warm_up() -> None:
    # An error would occur again when the map is computed, and be shown to the user.
    with suppress(Exception):
        warm_up()
