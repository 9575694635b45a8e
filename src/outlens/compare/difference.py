"""How far the mean vectors of groups are apart, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.compare.groups import FEW, comparisons, name_of, repeated
from outlens.compare.mean_samples import beyond_pairs, beyond_rest, interval
from outlens.compare.means import Cells, checked
from outlens.text.significance import adjusted

Floats = npt.NDArray[np.float64]


def difference(
    vectors: Any,
    groups: Iterable[Any],
    prompts: Iterable[Any] | None = None,
    *,
    against: Hashable = "pairs",
    permutations: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the mean vectors of groups.

    Parameters
    ----------
    vectors : (n, d), as from `vectors.embed`; the rows are scaled to unit length.
    groups : n labels, such as a model. Outputs whose label is None or NaN are ignored.
    prompts : n values, the prompt of each output. Outputs are then compared within their prompt: the difference of the
        means is the mean over prompts, weighted by n1 n2 / (n1 + n2), and labels are permuted within prompts. Prompts
        in which only one of two groups has outputs are ignored.
    against : "pairs" compares every two groups, "rest" each group with all other outputs (for many groups), a label
        each other group with that one, the baseline.
    permutations : how many permutations, and bootstrap samples, are drawn.
    seed : the same seed gives the same result.

    Returns
    -------
    One row for each comparison, the smallest p first, then the largest estimate:

    group, other : the labels; `other` is "rest" for all other outputs.
    n1, n2 : int64, the number of outputs of each that are compared.
    distance : float64, the squared Euclidean distance of the means (DBPA; Rauba, Wei and van der Schaar 2024). It grows
        as groups shrink, equal ones too.
    cosine : float64, the cosine of the means (Prompt Detective; Levin et al. 2024); it shrinks as groups do.
    estimate : float64, `distance` without the bias of small groups; below 0 where groups are closer than chance brings
        them. It is the mean product of differences that share no output: those of two prompts, or of two outputs.
    low, high : float64, its bootstrap interval, 95 %: over prompts if there are at least 5, else over outputs.
    unit : "prompts" or "outputs".
    p : float64, (1 + #{T* >= T}) / (B + 1), where T is `distance` and T* that of B permutations of the labels. NaN in
        groups of fewer than 3 outputs.
    q, p_holm : float64, p adjusted over the comparisons after Benjamini and Hochberg, and after Holm.
    note : why a value is missing, or what limits it; "" if nothing does.

    Raises
    ------
    TypeError
        If a label is not hashable.
    ValueError
        If the vectors are not n rows of finite numbers, `groups` or `prompts` has another length, a prompt is missing,
        fewer than two groups are left, `against` is not a label, or `permutations` is below 1.

    Notes
    -----
    The test is exact whatever the distribution, but groups that differ only in spread, or in opposite ways at different
    prompts, have the same means. It treats outputs as independent draws. p cannot be below 1 / (B + 1), nor below the
    share of labellings that part the groups as well.

    For prompts in two versions that differ in one word, give the version as `groups` and what both have in common as
    `prompts`: outputs are compared within their pair. With one output per version, a permutation swaps the labels of
    some pairs; with several, outputs are exchanged within their pair, so outputs of a version count as independent.

    With few prompts (2 to 4), `estimate` assumes that a group spreads equally in all. The interval is centred at
    `estimate`, as the bootstrap adds the bias again; near 0 it is wider than needed.

    Examples
    --------
    >>> vectors = np.eye(4)[[0, 0, 0, 1, 2, 2, 2, 3]]
    >>> difference(vectors, ["a"] * 4 + ["b"] * 4)[["group", "other", "distance", "cosine", "estimate"]].values.tolist()
    [['a', 'b', 1.25, 0.0, 1.0]]

    Six questions, each asked with "she" and with "he":

    >>> table = difference(np.tile(np.eye(2), (6, 1)), ["she", "he"] * 6, np.repeat(range(6), 2))
    >>> table[["group", "other", "n1", "estimate", "unit"]].round(3).values.tolist()
    [['he', 'she', 6, 2.0, 'prompts']]
    """
    if isinstance(permutations, bool) or not isinstance(permutations, int | np.integer) or permutations < 1:
        raise ValueError(f"permutations is {permutations!r}; give a whole number, 1 or more.")
    made, rows = checked(vectors, groups, prompts)
    pairs = comparisons(made, against)
    cells = Cells.of(made, rows)
    means = [cells.means(*pair) for pair in pairs]
    low, high = interval(made, rows, pairs, means, int(permutations), seed)
    del cells
    beyond = (beyond_rest if against == "rest" else beyond_pairs)(made, rows, pairs, int(permutations), seed)
    n1, n2 = np.array([mean.n1 for mean in means]), np.array([mean.n2 for mean in means])
    tested = np.minimum(n1, n2) >= FEW
    p = np.where(tested, (1 + beyond) / (1 + permutations), np.nan)
    q, holm = np.full((2, len(p)), np.nan)
    q[tested], holm[tested] = adjusted(p[tested], int(tested.sum())), _holm(p[tested])
    estimate = np.array([mean.estimate for mean in means])
    once = [1] * len(pairs)
    table = pd.DataFrame({
        "group": repeated([name_of(made, one) for one, _ in pairs], once),
        "other": repeated([name_of(made, other) for _, other in pairs], once),
        "n1": n1, "n2": n2,
        "distance": [mean.distance for mean in means],
        "cosine": [mean.cosine for mean in means],
        "estimate": estimate, "low": estimate + low, "high": estimate + high,
        "unit": made.unit,
        "p": p, "q": q, "p_holm": holm,
        "note": [mean.note for mean in means],
    })  # fmt: skip
    order = np.lexsort((-np.round(np.nan_to_num(estimate, nan=-10.0), 9), np.nan_to_num(p, nan=2.0)))
    return table.iloc[order].reset_index(drop=True)


def _holm(p: Floats) -> Floats:
    """Return p adjusted after Holm (1979)."""
    order = np.argsort(p, kind="stable")
    holm = np.empty(len(p))
    holm[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return holm
