"""How clearly clusters separate: whether they are groups, or a division of what has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.vectors.likeness import Likeness

NO_GROUPS = 0.25
"""Mean silhouette up to which there is no substantial structure (Kaufman and Rousseeuw 1990, table 4)."""
CLEAR = 0.5
"""Mean silhouette above which the structure is reasonable or strong (ibid.)."""
SAMPLED = 1_000
"""Outputs that are compared at most; of more, this many are spread evenly over the sorted texts."""


def separation(
    vectors: npt.NDArray[np.float32],
    texts: Sequence[str],
    clusters: npt.NDArray[np.integer[Any]],
    *,
    prompt: str | None = None,
) -> float:
    """Return the mean silhouette of clusters by `Likeness`, from -1 to 1 (Rousseeuw 1987).

    The silhouette of an output is (b - a) / max(a, b), where a is its mean distance to the others of its cluster and b
    that to the nearest other cluster. It is 0 for an output that is alone. Clusters that are cut out of one even cloud
    have low silhouettes, however many there are. The order of the rows does not matter.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    texts : n strings.
    clusters : (n,) numbers of clusters; -1 for an output that is in none.
    prompt : the prompt of the texts; its words do not distinguish answers.

    Examples
    --------
    >>> import numpy as np
    >>> v = np.eye(2, dtype=np.float32)[[0, 0, 1, 1]]
    >>> separation(v, ["Lima", "Lima!", "Quito", "Quito!"], np.array([0, 0, 1, 1])) > CLEAR
    True
    """
    n = len(texts)
    if n > SAMPLED:
        order = np.array(sorted(range(n), key=lambda i: (texts[i].strip(), texts[i], vectors[i].tobytes())))
        kept = order[np.linspace(0, n - 1, SAMPLED).round().astype(np.int64)]
        vectors, texts, clusters = vectors[kept], [texts[i] for i in kept.tolist()], clusters[kept]
    numbers, label = np.unique(np.asarray(clusters, np.int64), return_inverse=True)
    real = np.flatnonzero(numbers >= 0)
    if len(real) < 2:
        return 0.0
    alike = Likeness(vectors, texts, prompt=prompt)
    # Outputs of one item may be in different clusters only if the caller's clusters say so.
    members = (label.reshape(-1)[:, None] == real).astype(np.float64)
    counts = np.zeros((len(alike), len(real)))
    np.add.at(counts, alike.item, members)
    sums = alike.distances().astype(np.float64) @ counts
    size = counts.sum(axis=0)
    own = np.where(members.any(axis=1), members.argmax(axis=1), -1)
    total = 0.0
    for k in range(len(real)):
        rows = np.flatnonzero(own == k)
        if len(rows) < 2:
            continue
        to = sums[alike.item[rows]]
        a = to[:, k] / (size[k] - 1)
        b = np.delete(to / size, k, axis=1).min(axis=1)
        total += float(((b - a) / np.maximum(np.maximum(a, b), 1e-9)).sum())
    return total / len(texts)
