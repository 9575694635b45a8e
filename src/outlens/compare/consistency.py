"""Whether the outputs of a prompt agree with each other, output by output and prompt by prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._imports import importing
from outlens.compare.diverse import cluster_numbers, unit_vectors
from outlens.compare.trait_values import column
from outlens.text.distinctive import labels
from outlens.text.words import check

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Contradiction = Callable[[str, str], float] | npt.ArrayLike


def consistency(
    texts: Iterable[str],
    vectors: npt.ArrayLike | None = None,
    prompts: Iterable[Any] | None = None,
    clusters: Iterable[Any] | None = None,
    *,
    units: pd.DataFrame | None = None,
    points: pd.DataFrame | None = None,
    contradiction: Contradiction | None = None,
    log_probability: Iterable[float] | None = None,
    alpha: float = 0.8,
) -> pd.DataFrame:
    """Measure how far each output agrees with the other outputs of its prompt.

    Parameters
    ----------
    texts : n strings.
    vectors : (n, d) numbers, or None.
    prompts : n values, the prompt of each output; outputs without one are left out. None if all have the same. Give
        tuples of prompt and model to compare within a model.
    clusters : n labels of clusters that hold one answer each, or None. -1, None and NaN are clusters of their own.
    units, points : the tables that `points.find` returns for these texts.
    contradiction : how much the second text contradicts the first, 0 to 1: a callable of two texts, called for each
        ordered pair of different texts of a prompt, or an (n, n) array.
    log_probability : n numbers, the log-probability of each output, NaN where unknown.
    alpha : the weight of contradiction against equality in `observed`.

    Returns
    -------
    One row per output, in order. What was not given has no column.

    n : int64, the other outputs of its prompt.
    exact : float64, the share of them that are equal after trimming.
    likeness : (mean cosine to them + 1) / 2.
    cluster_share : the share of the prompt's outputs that are in its cluster, itself included.
    support : the share of the others that say the same as one of its units, the mean over the units that make points.
    observed : the observed consistency of BSDetector (Chen and Mueller 2023), the mean over the others of alpha (1 -
        contradiction, in both directions) + (1 - alpha) [equal].
    cocoa : CoCoA (Vashurin et al. 2025), -log_probability (1 - likeness): an uncertainty, larger if less certain. It
        needs vectors.
    note : why numbers are missing, or "".

    Raises
    ------
    TypeError, ValueError
        If the arguments do not have n values, a contradiction is not between 0 and 1, or one of `units` and `points` is
        missing.

    Notes
    -----
    Outputs can agree and be wrong together. Agreement depends on how outputs were sampled: compare only outputs of one
    temperature. BSDetector takes contradiction from an entailment model; here you bring it.

    Examples
    --------
    >>> table = consistency(["42", "42 ", "7"], clusters=[0, 0, 1])
    >>> table[["n", "exact"]].values.tolist()
    [[2.0, 0.5], [2.0, 0.5], [2.0, 0.0]]
    """
    listed = check(texts)
    n = len(listed)
    given = _Given(listed, vectors, prompts, clusters, units, points, contradiction, alpha)
    logs = None if log_probability is None else column("log_probability", log_probability, n).astype(np.float64)
    if logs is not None and vectors is None:
        raise ValueError("cocoa needs vectors; give them with log_probability.")
    if logs is not None and (logs > 0).any():
        raise ValueError(f"log_probability holds {logs[logs > 0][0]}; give logarithms of probabilities, at most 0.")
    names = given.measures()
    others = np.zeros(n, np.int64)
    columns = {name: np.full(n, np.nan) for name in names}
    note = np.full(n, "no prompt", object)
    for rows in given.blocks:
        others[rows] = len(rows) - 1
        note[rows] = "" if len(rows) > 1 else "too few: 1 output"
        if len(rows) > 1:
            for name, values in given.of_prompt(rows).items():
                columns[name][rows] = values
    if "support" in columns:
        note[np.isnan(columns["support"]) & (note == "")] = "no unit makes a point"
    if logs is not None:
        columns["cocoa"] = -logs * (1 - columns["likeness"]) + 0.0
        note[np.isnan(logs) & (note == "")] = "no log-probability"
    return pd.DataFrame({"n": others, **columns, "note": pd.Series(note, dtype=object)})


def prompt_consistency(
    texts: Iterable[str],
    vectors: npt.ArrayLike | None = None,
    prompts: Iterable[Any] | None = None,
    clusters: Iterable[Any] | None = None,
    *,
    units: pd.DataFrame | None = None,
    points: pd.DataFrame | None = None,
    contradiction: Contradiction | None = None,
    alpha: float = 0.8,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure how far the outputs of each prompt agree with each other.

    The parameters are those of `consistency`; `level` is the confidence level.

    Returns
    -------
    One row per prompt and measure: `prompt, measure`, `estimate, low, high` (float64), `n` (int64, outputs), `unit`
    ("outputs") and `note`. The measures are the means over outputs of those of `consistency`, and

    entropy : the discrete semantic entropy over the clusters (Farquhar et al. 2024), in nats: 0 if all outputs are in
        one cluster, at most ln n. It is too low for few outputs.

    Notes
    -----
    Intervals are from the jackknife over outputs (Efron and Tibshirani 1993) and t with n - 1 degrees of freedom. An
    interval has no width if all outputs agree: with n outputs, an answer rarer than about 3 / n is easily missed.

    Examples
    --------
    >>> table = prompt_consistency(["42", "42", "7", "7"], clusters=[0, 0, 1, 1])
    >>> table[["measure", "estimate"]].round(3).values.tolist()
    [['exact', 0.333], ['cluster_share', 0.5], ['entropy', 0.693]]
    """
    with importing:
        from scipy.special import stdtrit

    given = _Given(check(texts), vectors, prompts, clusters, units, points, contradiction, alpha)
    names = given.measures()
    if given.cluster is not None:
        names.insert(names.index("cluster_share") + 1, "entropy")
    rows_made: list[dict[str, Any]] = []
    for prompt, rows in zip(given.prompts, given.blocks, strict=bool(given.blocks)):
        n = len(rows)
        measured = given.of_prompt(rows) if n > 1 else {}
        for name in names:
            estimate = low = high = np.nan
            note = f"too few: {n} output{'s' * (n != 1)}"
            if n > 1:
                values = measured.get(name, np.zeros(0))
                some = values[~np.isnan(values)]
                if name == "entropy":
                    estimate, note = given.entropy(rows), ""
                elif len(some):
                    estimate, note = float(some.mean()), ""
                else:
                    note = "no unit makes a point"
            if n == 2 and not note:
                note = "too few for an interval: 2 outputs"
            elif not note:
                without = given.spread(name, rows, values)
                without = without[~np.isnan(without)]
                half = float(stdtrit(n - 1, (1 + level) / 2)) * float(np.sqrt((n - 1) * without.var()))
                most = np.log(n) if name == "entropy" else 1.0
                low, high = max(estimate - half, 0.0), min(estimate + half, most)
            rows_made.append({
                "prompt": prompt, "measure": name, "estimate": estimate, "low": low, "high": high, "n": n,
                "unit": "outputs", "note": note,
            })  # fmt: skip
    listed = ["prompt", "measure", "estimate", "low", "high", "n", "unit", "note"]
    table = pd.DataFrame(rows_made, columns=listed)
    return table.astype({name: object for name in ("prompt", "measure", "unit", "note")})


MEASURES = ("exact", "likeness", "cluster_share", "support", "observed")


class _Given:
    """What was given, checked, with the outputs of each prompt."""

    def __init__(
        self,
        texts: list[str],
        vectors: npt.ArrayLike | None,
        prompts: Iterable[Any] | None,
        clusters: Iterable[Any] | None,
        units: pd.DataFrame | None,
        points: pd.DataFrame | None,
        contradiction: Contradiction | None,
        alpha: float,
    ) -> None:
        n = len(texts)
        if not 0 <= alpha <= 1:
            raise ValueError(f"alpha is {alpha!r}; give a number from 0 to 1.")
        if (units is None) != (points is None):
            raise ValueError(f"{'units' if units is None else 'points'} is missing; give both tables of points.find.")
        self.trimmed = [text.strip() for text in texts]
        self.equal = pd.factorize(np.array(self.trimmed, object))[0]
        self.vectors = None if vectors is None else unit_vectors(vectors, n)
        self.cluster = None if clusters is None else cluster_numbers(clusters, n)
        self.said = None if units is None or points is None else _said(units, len(points), n)
        self.contradiction = contradiction if callable(contradiction) else _matrix(contradiction, n)
        self.alpha = alpha
        block, self.prompts = np.zeros(n, np.int64), [None]
        if prompts is not None:
            block, self.prompts = labels(prompts, n, "prompts")
        order = np.argsort(block, kind="stable")
        bounds = np.searchsorted(block[order], np.arange(len(self.prompts) + 1))
        self.blocks = [order[a:b] for a, b in pairwise(bounds.tolist())] if n else []

    def measures(self) -> list[str]:
        given = {
            "likeness": self.vectors, "cluster_share": self.cluster, "support": self.said,
            "observed": self.contradiction,
        }  # fmt: skip
        return [name for name in MEASURES if name == "exact" or given[name] is not None]

    def of_prompt(self, rows: Int64s) -> dict[str, Floats]:
        """Return the measures of the outputs of a prompt with at least two."""
        n = len(rows)
        equal, counts = np.unique(self.equal[rows], return_inverse=True, return_counts=True)[1:]
        made = {"exact": (counts[equal.reshape(-1)] - 1) / (n - 1)}
        if self.vectors is not None:
            own = self.vectors[rows].astype(np.float64)
            to = (own @ own.sum(axis=0) - (own * own).sum(axis=1)) / (n - 1)
            made["likeness"] = np.clip((to + 1) / 2, 0, 1)
        if self.cluster is not None:
            cluster, sizes = np.unique(self.cluster[rows], return_inverse=True, return_counts=True)[1:]
            made["cluster_share"] = sizes[cluster.reshape(-1)] / n
        if self.said is not None:
            made["support"] = _support(self.said, rows)[0]
        if self.contradiction is not None:
            made["observed"] = self.alpha * (1 - self._contradicted(rows)) + (1 - self.alpha) * made["exact"]
        return made

    def _contradicted(self, rows: Int64s) -> Floats:
        """Return the mean contradiction of each output with the others, in both directions."""
        n = len(rows)
        if callable(self.contradiction):
            codes, first, back, counts = np.unique(
                self.equal[rows], return_index=True, return_inverse=True, return_counts=True
            )
            texts = [self.trimmed[i] for i in rows[first].tolist()]
            table = np.zeros((len(codes), len(codes)))
            for i, j in permutations(range(len(codes)), 2):
                value = self.contradiction(texts[i], texts[j])
                if not 0 <= value <= 1:
                    raise ValueError(f"contradiction returned {value!r}; return a number from 0 to 1.")
                table[i, j] = value
            both: Floats = ((table + table.T) / 2 @ counts / (n - 1))[back.reshape(-1)]
            return both
        table = np.asarray(self.contradiction)[np.ix_(rows, rows)]
        table = (table + table.T) / 2
        np.fill_diagonal(table, 0)
        between: Floats = table.sum(axis=1) / (n - 1)
        return between

    def entropy(self, rows: Int64s) -> float:
        """Return the entropy of the clusters of a prompt, in nats."""
        assert self.cluster is not None
        return _entropy(np.unique(self.cluster[rows], return_counts=True)[1])

    def spread(self, name: str, rows: Int64s, values: Floats) -> Floats:
        """Return the mean of a measure without each of the outputs of a prompt, for the jackknife."""
        n = len(rows)
        if name in ("cluster_share", "entropy"):
            assert self.cluster is not None
            cluster, sizes = np.unique(self.cluster[rows], return_inverse=True, return_counts=True)[1:]
            without = np.tile(sizes, (len(sizes), 1)) - np.eye(len(sizes), dtype=np.int64)
            each = [_entropy(held) if name == "entropy" else float((held / (n - 1)) @ (held / (n - 1)))
                    for held in without]  # fmt: skip
            return np.array(each)[cluster.reshape(-1)]
        if name == "support":
            assert self.said is not None
            return _support(self.said, rows)[1]
        # A mean over pairs: each output takes part in its own mean and in those of the others.
        others: Floats = (values.sum() - 2 * values) / (n - 2)
        return others


def _entropy(counts: npt.NDArray[Any]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum()) + 0.0


def _matrix(given: Any, n: int) -> Floats | None:
    if given is None:
        return None
    table = np.asarray(given, np.float64)
    if table.shape != (n, n):
        raise ValueError(f"contradiction has the shape {table.shape} for {n} texts; give ({n}, {n}) or a callable.")
    if not ((table >= 0) & (table <= 1)).all():
        raise ValueError("contradiction holds a number that is not from 0 to 1.")
    return table


def _said(units: pd.DataFrame, points: int, n: int) -> Any:
    """Return how many units of each output (row) make each point (column), sparse."""
    with importing:
        from scipy.sparse import csr_matrix

    made = units[(units["point"] >= 0) & (units["point"] < points)]
    output = made["output"].to_numpy(np.int64)
    if len(output) and not 0 <= output.min() <= output.max() < n:
        raise ValueError(
            f"units names the output {output.max()}, but there are {n} texts; give the tables of these texts."
        )
    table = csr_matrix((np.ones(len(made)), (output, made["point"].to_numpy(np.int64))), (n, max(points, 1)))
    table.sum_duplicates()
    return table


def _support(said: Any, rows: Int64s) -> tuple[Floats, Floats]:
    """Return the mean support of the units of each output of a prompt, and the mean of all without each output.

    NaN for an output without units that make points.
    """
    n = len(rows)
    own = said[rows]
    holds = own.copy()
    holds.data = np.ones_like(holds.data)
    total = np.asarray(own.sum(axis=1)).ravel()
    some = total > 0
    share = own.multiply(1 / np.where(some, total, 1)[:, None]).tocsr()
    makers = np.asarray(holds.sum(axis=0)).ravel()
    each = (share @ makers - np.asarray(share.sum(axis=1)).ravel()) / (n - 1)
    support = np.where(some, each, np.nan)
    if n < 3:
        return support, np.full(n, np.nan)
    # Without an output, the others lose its support for the points that both make.
    weight = np.asarray(share.sum(axis=0)).ravel()
    lost = holds @ weight - np.asarray(holds.multiply(share).sum(axis=1)).ravel()
    kept = some.sum() - some
    without = ((each[some].sum() - np.where(some, each, 0)) * (n - 1) - lost) / (n - 2)
    return support, np.where(kept > 0, without / np.maximum(kept, 1), np.nan)
