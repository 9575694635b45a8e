"""Points that one group makes more often than another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._imports import importing
from outlens.compare.exact import fisher, within_prompts
from outlens.compare.groups import FEW, REST, Groups, comparisons, grouped, name_of, repeated, too_few
from outlens.compare.intervals import newcombe, wilson
from outlens.points.outputs import makers
from outlens.text.distinctive import check_fewest
from outlens.text.significance import adjusted

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def points(
    units: pd.DataFrame,
    points: pd.DataFrame,
    groups: Iterable[Any],
    prompts: Iterable[Any] | None = None,
    *,
    against: Hashable = "pairs",
    min_outputs: int = 3,
) -> pd.DataFrame:
    """Compare how many outputs of each group make each point.

    Parameters
    ----------
    units, points : the tables that `points.find` returns.
    groups : n labels, such as a model. Outputs whose label is None or NaN are ignored.
    prompts : n values, the prompt of each output. Outputs are then compared within their prompt. Prompts in which only
        one of two groups has outputs are ignored.
    against : "pairs" compares every two groups, "rest" each group with all other outputs (for many groups), a label
        each other group with that one, the baseline.
    min_outputs : points that fewer outputs of the two groups make are neither tested nor listed (1 lists all).

    Returns
    -------
    One row for each comparison and point, the smallest p first, then the largest difference:

    group, other : the labels; `other` is "rest" for all other outputs.
    point, text, name : as in `points`; -1 and "" in the one row of groups that cannot be compared.
    f1, n1, f2, n2 : int64, how many outputs of each group make the point, and how many outputs each has.
    share1, low1, high1, share2, low2, high2 : float64, the shares f / n and their score intervals (Wilson 1927), 95 %.
    estimate, low, high : float64, the difference of the shares and its interval (Newcombe 1998, method 10). With
        several prompts, the mean difference within prompts, weighted as by Mantel and Haenszel, n1 n2 / (n1 + n2), with
        Newcombe's interval for strata (Yan and Su 2010); it differs from share1 - share2 if the groups have different
        numbers of outputs of the prompts.
    unit : "outputs": the intervals hold for more outputs to the same prompts. Few points recur in other prompts.
    p : float64, Fisher's exact test, two-sided; with several prompts, the exact test of Cochran-Mantel-Haenszel tables
        (Gart 1970), twice the smaller tail. NaN in groups of fewer than 3 outputs.
    q : float64, p adjusted after Benjamini and Hochberg over all tests of this call.
    note : why a value is missing; "" if none is.

    Raises
    ------
    TypeError
        If a label is not hashable.
    ValueError
        If `groups` or `prompts` has another length, a prompt is missing, fewer than two groups are left, `against` is
        not a label, or `min_outputs` is below 1.

    Notes
    -----
    The tests are exact, so fewer than 5 % of equal groups differ at .05: points are rare and counts are discrete. They
    treat outputs as independent: a group that repeats one output ten times counts as ten outputs.

    Examples
    --------
    >>> from outlens.points import find
    >>> units, table = find(["Water it weekly."] * 6 + ["Give it plenty of sun."] * 6)
    >>> compared = points(units, table, ["a"] * 6 + ["b"] * 6).round(4).sort_values("estimate")
    >>> compared[["text", "f1", "n1", "f2", "n2", "estimate", "p"]].values.tolist()
    [['Give it plenty of sun.', 0, 6, 6, 6, -1.0, 0.0022], ['Water it weekly.', 6, 6, 0, 6, 1.0, 0.0022]]
    """
    check_fewest(min_outputs)
    one_value = isinstance(groups, str | bytes | pd.DataFrame) or not isinstance(groups, Iterable)
    labelled = groups if one_value else list(groups)
    # Outputs without units count in the shares.
    known = len(points) and round(points["outputs"].iloc[0] / points["share"].iloc[0])
    made = grouped(labelled, known or (0 if one_value else len(labelled)), prompts, fewest=2)  # type: ignore[arg-type]
    said = _Said(units, points, made)
    parts = [said.compare(*pair, min_outputs) for pair in comparisons(made, against)]
    lengths = [len(part.point) for part in parts]
    columns = zip(*(part[:9] for part in parts), strict=True)
    point, f1, n1, f2, n2, estimate, low, high, p = map(np.concatenate, columns)
    tested = ~np.isnan(p)
    q = np.full(len(p), np.nan)
    q[tested] = adjusted(p[tested], int(tested.sum()))
    low1, high1 = wilson(f1, n1)
    low2, high2 = wilson(f2, n2)
    no_row = pd.DataFrame({"text": [""], "name": [""]}, index=[-1])
    texts = pd.concat([points[["text", "name"]].reset_index(drop=True), no_row])
    table = pd.DataFrame({
        "group": repeated([part.group for part in parts], lengths),
        "other": repeated([part.other for part in parts], lengths),
        "point": point,
        "text": texts["text"].reindex(point).to_numpy(),
        "name": texts["name"].reindex(point).to_numpy(),
        "f1": f1, "n1": n1, "share1": _shares(f1, n1), "low1": low1, "high1": high1,
        "f2": f2, "n2": n2, "share2": _shares(f2, n2), "low2": low2, "high2": high2,
        "estimate": estimate, "low": low, "high": high, "unit": "outputs", "p": p, "q": q,
        "note": repeated([part.note for part in parts], lengths),
    })  # fmt: skip
    # Rounded, so that equal p are ties; a p of 0 is one below the smallest number.
    magnitude = np.round(np.log(np.maximum(np.nan_to_num(p, nan=2.0), 1e-323)), 9)
    order = np.lexsort((-np.round(np.nan_to_num(np.abs(estimate)), 9), magnitude))
    return table.iloc[order].reset_index(drop=True)


class _Part(NamedTuple):
    """One comparison."""

    point: Int64s
    """(m,), as all arrays."""
    f1: Int64s
    n1: Int64s
    f2: Int64s
    n2: Int64s
    estimate: Floats
    low: Floats
    high: Floats
    p: Floats
    group: Any
    other: Any
    note: str


class _Said:
    """How many outputs of each group and prompt make each point."""

    def __init__(self, units: pd.DataFrame, points: pd.DataFrame, groups: Groups) -> None:
        with importing:
            from scipy.sparse import csr_matrix

        self.groups, self.sizes = groups, groups.cells()
        made = makers(units, points)
        output, point = made["output"].to_numpy(), made["point"].to_numpy()
        kept = groups.codes[output] >= 0
        output, point = output[kept], point[kept]
        width = len(groups.prompts)
        one = np.ones(len(output), np.int64)
        cell = groups.codes[output] * width + groups.block[output]
        self.cells = csr_matrix((one, (cell, point)), (len(groups.names) * width, len(points)))
        self.total = csr_matrix((one, (groups.block[output], point)), (width, len(points)))

    def compare(self, one: int, other: int, min_outputs: int) -> _Part:
        sizes1 = self.sizes[one]
        sizes2 = self.sizes.sum(axis=0) - sizes1 if other == REST else self.sizes[other]
        used = np.flatnonzero((sizes1 > 0) & (sizes2 > 0))
        sizes1, sizes2 = sizes1[used], sizes2[used]
        makers1 = self.makers(one, used)
        makers2 = self.total[used].toarray() - makers1 if other == REST else self.makers(other, used)
        n1, n2 = int(sizes1.sum()), int(sizes2.sum())
        labels = name_of(self.groups, one), name_of(self.groups, other)
        if not len(used):
            none, no = np.zeros(1, np.int64), np.full(1, np.nan)
            note = f"no prompt in common: {labels[0]!r} and {labels[1]!r}"
            return _Part(none - 1, none, none, none, none, no, no, no, no, *labels, note)
        listed = np.flatnonzero((makers1 + makers2).sum(axis=0) >= min(min_outputs, n1 + n2))
        makers1, makers2 = makers1[:, listed], makers2[:, listed]
        f1, f2 = makers1.sum(axis=0), makers2.sum(axis=0)
        if note := too_few([(labels[0], n1), (labels[1], n2)], FEW):
            p = np.full(len(listed), np.nan)
        elif len(used) > 1:
            p = within_prompts(makers1, sizes1, makers2, sizes2)
        else:
            p = fisher(f1, n1, f1 + f2, n1 + n2)
        size1, size2 = np.full(len(listed), n1), np.full(len(listed), n2)
        difference = _difference(makers1, sizes1, makers2, sizes2)
        return _Part(listed, f1, size1, f2, size2, *difference, p, *labels, note)

    def makers(self, code: int, prompts: Int64s) -> Int64s:
        """Return how many outputs of a group make each point, (prompts, points)."""
        counts: Int64s = self.cells[code * len(self.groups.prompts) + prompts].toarray()
        return counts


def _difference(makers1: Int64s, sizes1: Int64s, makers2: Int64s, sizes2: Int64s) -> tuple[Floats, Floats, Floats]:
    """Return the weighted mean difference of the shares within prompts, and its interval."""
    weight = sizes1 * sizes2 / (sizes1 + sizes2)
    weight = weight / weight.sum()
    share1, share2 = weight @ (makers1 / sizes1[:, None]), weight @ (makers2 / sizes2[:, None])
    # The size of one sample in which a share has the same variance.
    n1, n2 = 1 / (weight**2 / sizes1).sum(), 1 / (weight**2 / sizes2).sum()
    low, high = newcombe(share1 * n1, n1, share2 * n2, n2)
    return share1 - share2, low, high


def _shares(counts: Int64s, sizes: Int64s) -> Floats:
    shares: Floats = np.divide(counts, sizes, out=np.full(len(counts), np.nan), where=sizes > 0)
    return shares
