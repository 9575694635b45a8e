"""The methods of `Lens` that measure outputs and prompts."""

from __future__ import annotations

import pandas as pd

from outlens import measures
from outlens.owners import Owners


def measure(lens: Owners, name: str) -> pd.DataFrame:
    """Measure each output, and add the measures to `frame` and to the colours and orders of the widget.

    Your data is not changed. `lens.view.color = "exact"` colours the map, and `lens.view.order = "exact"` sorts the
    reader, largest first ("-exact": smallest first). The values stay as they were at the call until it is repeated;
    `add` and `refit` drop them. They are not saved with the lens.

    Parameters
    ----------
    name : "consistency" (how far each output agrees with the others of its prompt: `exact`, `likeness`,
        `cluster_share` and, once points were found, `support` of `compare.consistency`), "points" (`points`, `alone`
        and `completeness`, as in `frame`), "typical" (the likeness to the prompt's outputs that the order "typical"
        uses), "traits" (all of `compare.trait_values`) or one of them, such as "words".

    Returns
    -------
    One row per output with your index, and one column per measure. "consistency" also has `n`, the number of other
    outputs, and `note`, why a number is missing; these two are not added. If you have a column of the same name, the
    new one ends in "_lens". Prompts not shown yet are computed first, where needed.

    Raises
    ------
    KeyError
        If there is no such measure.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["42", "42", "7"], vectors=[[1, 0], [1, 0], [0, 1]], store=False)
    >>> lens.measure("consistency")["exact"].tolist()
    [0.5, 0.5, 0.0]
    >>> lens.view.color = "exact"
    >>> lens.frame["exact"].tolist()
    [0.5, 0.5, 0.0]
    """
    study, state = lens._study, lens._state
    if name in ("consistency", "typical"):
        lens.prepare()
    while True:
        before = study.parts
        made = measures.measure(study, state, lens._tags, name)
        with state.lock:
            # Another thread may have added outputs meanwhile.
            if study.parts is before:
                return made.rename(columns=study.measure(made.drop(columns=list(measures.NOT_SHOWN), errors="ignore")))


def overview(lens: Owners) -> pd.DataFrame:
    """One row per prompt, in the order of `prompts`; prompts not shown yet are computed first.

    The index is the number of the prompt: `lens.prompt = 3` shows it. Outputs without a text are left out.

    prompt : the prompt, "" if there is none.
    n : int64, its outputs.
    clusters, unlike : int64, its clusters at the present granularity, and the outputs like no other, in none of them.
    answers : float64, the effective number of answers, exp(H) of the shares of the clusters (an output like no other is
        one of its own): 1 if all are in one cluster, n if no two are. It is too low for few outputs.
    likeness : (mean cosine of its outputs to each other + 1) / 2.
    consistency : the mean share of its outputs that are in the cluster of an output, itself included.
    answers_low, answers_high, ... : their 95 % intervals over outputs, as of `compare.prompt_consistency`.
    source, other, distance : the two values of the first `by` column whose mean vectors are farthest apart, among those
        with at least 3 outputs, and `estimate` of `compare.difference` for them. None and NaN with fewer than two. Of
        many sources, the farthest are farther apart by chance too: `compare` tests it.
    tagged : int64, its outputs with a tag.
    note : why a number is missing, or "".
    """
    lens.prepare()
    return measures.overview(lens._study, lens._state, lens._tags)
