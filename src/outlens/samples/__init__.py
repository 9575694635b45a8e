"""A packaged sample, so that everything runs with no data of one's own."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd


def sample() -> pd.DataFrame:
    """168 outputs to one prompt, 24 from each of seven made-up sources, written for this package.

    Columns `prompt` (str, all the same), `response` (str), `source` (str) and `sample` (int, 1 to 24 within a source).
    They hold what real sets hold: shared openings, a few really different answers, lists and prose, refusals, equal
    outputs, one that loops, one that is broken, one that is blank, emoji, other languages, code and markdown.

    Examples
    --------
    >>> import outlens as ol
    >>> ol.sample()["source"].nunique()
    7
    """
    with files(__name__).joinpath("outputs.jsonl").open(encoding="utf-8") as lines:
        frame = pd.read_json(lines, lines=True, dtype={"sample": "int64"})
    return frame[["prompt", "response", "source", "sample"]]
