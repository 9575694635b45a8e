"""Measure how well several people agree on tags: Krippendorff's alpha and Cohen's kappa, with confidence intervals.

A table of judgements has one of two shapes:

- tags: `output`, `annotator`, `tag`, `on`, a row for each tag of each output that a person judged. `on=False` means
  that the person judged the output and did not give the tag; a missing row means that the person did not judge it.
- labels, where each person gives each output exactly one: `output`, `annotator`, `label`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlens._errors import hint
from outlens._imports import importing
from outlens.tags.frames import frame_of

# Numbers drawn at a time for the bootstrap, which bounds its memory.
_BLOCK = 4_000_000


def agreement(
    table: pd.DataFrame, tags: Iterable[str] | None = None, *, seed: int = 0, samples: int = 1000
) -> pd.DataFrame:
    """Compute Krippendorff's alpha and the raw agreement of each tag.

    Parameters
    ----------
    table : DataFrame
        As `lens.judgements()` returns, or another with the columns `output` (any hashable), `annotator`, and one of:
        `tags` (a tuple of str per row), `tag` and `on` (bool), or `label`.
    tags : iterable of str, optional
        Only these tags, in this order; by default all, sorted. Not with labels.
    seed : int, default 0
        Seed of the bootstrap. The same table and seed give the same interval.
    samples : int, default 1000
        How many times the bootstrap draws the outputs, with replacement.

    Returns
    -------
    DataFrame
        One row per tag: `tag` (str; with labels there is one row, named `"label"`), `outputs` (int, judged by two
        people or more), `raters` (int, people who judged one of these), `agreement` (float in 0..1, the share of equal
        pairs of judgements of one output, where each judgement has the same weight), `alpha` (float <= 1), `alpha_low`
        and `alpha_high` (95 % percentile bootstrap over outputs), and `reason` (str, why `alpha` is undefined, else
        `""`). No row covers all tags together: alpha over different tags would mostly show that some are rarer
        than others.

        NaN means undefined: `agreement` where no output has two judgements; `alpha` also where all judgements are
        equal, because then nothing shows that anybody can distinguish two cases. Resamples in which alpha is undefined
        are left out of the interval.

    Raises
    ------
    ValueError
        If a column is missing or has an invalid value, a person judged an output twice, or no row has a tag.
    TypeError
        If `table` is not a DataFrame, or `tags` is a str.

    Notes
    -----
    K. Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C (nominal data, missing values): with
    the coincidence matrix `o`, its margins `n_c` and its sum `n`, alpha is
    `1 - (n - 1) * sum(o_ck, c != k) / sum(n_c * n_k, c != k)`.

    Examples
    --------
    >>> rows = [("a", "ann", "refusal", True), ("a", "bob", "refusal", True),
    ...         ("b", "ann", "refusal", False), ("b", "bob", "refusal", False)]
    >>> agreement(pd.DataFrame(rows, columns=["output", "annotator", "tag", "on"]))["alpha"].item()
    1.0
    """
    _check_samples(samples)
    rows = []
    for tag, wide in _tables(table, tags):
        counts = _counts(wide)
        judged = wide[(wide >= 0).sum(axis=1) >= 2]
        low, high = _interval(counts, seed, samples)
        alpha = float(_alpha(*_sums(counts)))
        rows.append(
            {
                "tag": tag,
                "outputs": len(counts),
                "raters": int((judged >= 0).any(axis=0).sum()),
                "agreement": _raw(counts),
                "alpha": alpha,
                "alpha_low": low,
                "alpha_high": high,
                "reason": _reason(alpha, len(counts), "two people"),
            }
        )
    numbers = {"outputs": "int64", "raters": "int64"} | dict.fromkeys(
        ["agreement", "alpha", "alpha_low", "alpha_high"], "float64"
    )
    return pd.DataFrame(rows, columns=["tag", *numbers, "reason"], dtype=object).astype(numbers)


def kappas(
    table: pd.DataFrame, tags: Iterable[str] | None = None, *, seed: int = 0, samples: int = 1000
) -> pd.DataFrame:
    """Compute Cohen's kappa of each pair of people, for each tag.

    Parameters
    ----------
    table, tags, seed, samples
        As in `agreement`.

    Returns
    -------
    DataFrame
        One row per tag and pair: `tag`, `rater_a`, `rater_b` (in sorted order), `outputs` (int, judged by both),
        `kappa` (float in -1..1), `low` and `high` (95 % percentile bootstrap over the outputs that both judged), and
        `reason` (str, why `kappa` is undefined, else `""`).

        NaN means undefined: no output was judged by both, or both gave all of these the same value, so that chance
        alone explains the agreement. Pairs without a common output are listed too, with 0 outputs.

    Raises
    ------
    ValueError, TypeError
        As `agreement`.
    """
    _check_samples(samples)
    rows = []
    for tag, wide in _tables(table, tags):
        for a, b in combinations(wide.columns, 2):
            both = wide[(wide[a] >= 0) & (wide[b] >= 0)]
            left, right = both[a].to_numpy(), both[b].to_numpy()
            low, high = _kappa_interval(left, right, seed, samples)
            kappa = _kappa(left, right)
            row = {"tag": tag, "rater_a": a, "rater_b": b, "outputs": len(both)}
            rows.append({**row, "kappa": kappa, "low": low, "high": high, "reason": _reason(kappa, len(both), "both")})
    numbers = {"outputs": "int64"} | dict.fromkeys(["kappa", "low", "high"], "float64")
    return pd.DataFrame(rows, columns=["tag", "rater_a", "rater_b", *numbers, "reason"], dtype=object).astype(numbers)


def _check_samples(samples: object) -> None:
    if not isinstance(samples, (int, np.integer)) or isinstance(samples, bool) or samples < 1:
        raise ValueError(f"samples={samples!r} must be a whole number of at least 1; the usual number is 1000.")


def _tables(table: pd.DataFrame, tags: Iterable[str] | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each tag with its codes: one row per output, one column per person, -1 where the person did not judge."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"the table is a {type(table).__name__}, not a DataFrame; give lens.judgements().")
    if isinstance(tags, str):
        raise TypeError(f"tags is the text {tags!r}; give a list of tags, such as [{tags!r}].")
    if {"output", "annotator", "tags"} <= set(table.columns) and not {"tag", "label"} & set(table.columns):
        table = _each_tag(table)
    labelled = "label" in table.columns and "tag" not in table.columns
    needed = ["output", "annotator", "label"] if labelled else ["output", "annotator", "tag", "on"]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise ValueError(
            f"the table has no column {missing[0]!r}; it needs output, annotator, and tags, tag and on, or label, as "
            "lens.judgements() returns."
        )
    for name in needed:
        if table[name].isna().any():
            raise ValueError(f"column {name!r} has an empty cell; leave out the rows of people who did not judge.")
    if labelled:
        if tags is not None:
            raise ValueError("tags does not apply to a table with labels; filter its rows instead.")
        yield "label", _wide(table, table["label"], "")
        return
    if not table["on"].isin([True, False]).all():
        raise ValueError("column 'on' must be True or False in each row.")
    # Grouped by number: a tag with a lone surrogate cannot be a label of pandas 3.
    codes, names = pd.factorize(table["tag"].to_numpy(object), sort=True)
    groups = {str(name): table[codes == code] for code, name in enumerate(names)}
    for tag in groups if tags is None else tags:
        if tag not in groups:
            raise ValueError(f"no row of the table has the tag {tag!r}; {hint(tag, groups, 'tags')}")
        rows = groups[tag]
        yield tag, _wide(rows, rows["on"].astype(bool), f" for the tag {tag!r}")


def _each_tag(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each judgement and tag, for a table with a tuple of tags per judgement."""
    given = [set(tags) for tags in table["tags"]]
    names = sorted(set().union(*given))
    columns = {
        "output": np.repeat(table["output"].to_numpy(object), len(names)),
        "annotator": np.repeat(table["annotator"].to_numpy(object), len(names)),
        "tag": np.array(names * len(table), object),
        "on": np.array([name in tags for tags in given for name in names], bool),
    }
    return frame_of(columns)


def _wide(rows: pd.DataFrame, values: pd.Series, of_tag: str) -> pd.DataFrame:
    twice = rows.duplicated(["output", "annotator"])
    if twice.any():
        row = rows[twice].iloc[0]
        raise ValueError(
            f"{row['annotator']!r} judged the output {row['output']!r} twice{of_tag}; keep one of the two rows."
        )
    outputs, units = pd.factorize(rows["output"].to_numpy(object))
    people, names = pd.factorize(rows["annotator"].to_numpy(object), sort=True)
    wide = np.full((len(units), len(names)), -1, dtype=np.int64)
    wide[outputs, people] = pd.factorize(values.to_numpy(object))[0]
    return pd.DataFrame(wide, columns=pd.Index(names, dtype=object), dtype=np.int64)


def _counts(wide: pd.DataFrame) -> NDArray[np.float64]:
    """Count the judgements of each value, for the outputs that two people or more judged: (outputs, values)."""
    codes = wide.to_numpy(np.int64)
    counts = np.zeros((len(codes), int(codes.max(initial=-1)) + 1))
    unit, person = np.nonzero(codes >= 0)
    np.add.at(counts, (unit, codes[unit, person]), 1.0)
    judged: NDArray[np.float64] = counts[counts.sum(axis=1) >= 2]
    return judged


def _raw(counts: NDArray[np.float64]) -> float:
    size = counts.sum(axis=1, keepdims=True)
    return float((counts * (counts - 1) / (size - 1)).sum() / size.sum()) if len(counts) else float("nan")


def _sums(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum of the diagonal of the coincidence matrix, and its margins (`n_c`)."""
    return np.asarray((counts * (counts - 1) / (counts.sum(axis=1, keepdims=True) - 1)).sum()), counts.sum(axis=0)


def _alpha(same: NDArray[np.float64], margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute alpha from the results of `_sums`, for each leading index of both."""
    total = margins.sum(axis=-1)
    expected = total**2 - (margins**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (total - 1) * (total - same) / expected, np.nan)


def _reason(value: float, outputs: int, people: str) -> str:
    """Say why a coefficient is undefined; `outputs` is the number of outputs that these people judged."""
    if not math.isnan(value):
        return ""
    return "all judgements are equal" if outputs else f"no output was judged by {people}"


def _draws(weights: NDArray[np.int64], seed: int, samples: int) -> Iterator[NDArray[np.int64]]:
    """Yield how often each resample has each kind of unit, in blocks of (resamples, kinds)."""
    rng = np.random.default_rng(seed)
    total = int(weights.sum())
    step = max(1, _BLOCK // max(1, len(weights)))
    for start in range(0, samples, step):
        yield rng.multinomial(total, weights / total, size=min(step, samples - start))


def _percentiles(values: NDArray[np.float64]) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _interval(counts: NDArray[np.float64], seed: int, samples: int) -> tuple[float, float]:
    if not len(counts):
        return float("nan"), float("nan")
    # Drawing kinds (units with the same counts) is the same as drawing units, and there are few kinds.
    kinds, weights = np.unique(counts, axis=0, return_counts=True)
    same = (kinds * (kinds - 1) / (kinds.sum(axis=1, keepdims=True) - 1)).sum(axis=1)
    return _percentiles(np.concatenate([_alpha(draw @ same, draw @ kinds) for draw in _draws(weights, seed, samples)]))


def _kappa(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    if not len(left) or ((left == left[0]).all() and (right == left[0]).all()):
        return float("nan")
    with importing:
        from sklearn.metrics import cohen_kappa_score

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the undefined cases are handled above; any other warning is a bug
        return float(cohen_kappa_score(left, right))


def _kappa_interval(left: NDArray[np.int64], right: NDArray[np.int64], seed: int, samples: int) -> tuple[float, float]:
    if not len(left):
        return float("nan"), float("nan")
    kinds, weights = np.unique(np.column_stack([left, right]), axis=0, return_counts=True)
    size = int(kinds.max()) + 1
    rows, columns = np.eye(size)[kinds[:, 0]], np.eye(size)[kinds[:, 1]]
    equal = (kinds[:, 0] == kinds[:, 1]).astype(float)
    values = []
    for draw in _draws(weights, seed, samples):
        observed = draw @ equal / len(left)
        expected = ((draw @ rows) * (draw @ columns)).sum(axis=1) / len(left) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            values.append(np.where(expected < 1, (observed - expected) / (1 - expected), np.nan))
    return _percentiles(np.concatenate(values))
