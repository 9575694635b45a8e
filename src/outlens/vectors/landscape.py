"""The vectors, clusters, names and positions of the outputs of one prompt, in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from outlens.text.words import check as check_texts
from outlens.vectors.clusters import Tree, tree_of
from outlens.vectors.embed import check, embed
from outlens.vectors.likeness import Likeness
from outlens.vectors.names import Name, name_clusters
from outlens.vectors.positions import check_seed, positions_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


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


def landscape(
    texts: Iterable[str],
    *,
    prompt: str | None = None,
    vectors: npt.ArrayLike | None = None,
    model: str | SentenceTransformer | Callable[[list[str]], Any] = "all-MiniLM-L6-v2",
    seed: int | None = 42,
) -> Landscape:
    """Embed, cluster, name and project texts.

    Parameters
    ----------
    texts : n strings.
    prompt : the prompt of the texts; its words do not name clusters.
    vectors : (n, d) numbers, your own vectors; the texts are then not embedded.
    model : a model as for `embed`.
    seed : the seed of the map; None gives another map each time.

    Raises
    ------
    ValueError
        If the vectors do not fit the texts, or the model could not be loaded.
    """
    texts = check_texts(texts)
    # Before the slow part.
    check_seed(seed)
    v = embed(texts, model) if vectors is None else check(vectors, len(texts))
    alike = Likeness(v, texts, prompt=prompt)
    tree = tree_of(alike, v)
    return Landscape(
        vectors=v,
        tree=tree,
        names=name_clusters(texts, tree, prompt=prompt),
        xy=positions_of(alike, tree.cut(), seed=seed),
        typical=alike.typicality()[alike.item],
    )
