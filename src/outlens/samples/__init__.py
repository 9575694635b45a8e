"""Packaged samples, to try everything without your own data."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import pandas as pd

from outlens._errors import hint

# The column with the source of each output.
_BY = {"outputs": "source", "emails": "temperature", "two_models": "source"}


def sample(name: Literal["outputs", "emails", "two_models"] = "outputs") -> pd.DataFrame:
    """Return a set of outputs to one prompt, written for this package; no model named in it exists.

    Parameters
    ----------
    name
        "outputs": 168 outputs, 24 from each of seven sources. They resemble real data: shared openings, a few really
        different answers, lists and prose, refusals, equal outputs, one that loops, one that is broken, one that is
        blank, emoji, other languages, code and markdown.

        "emails": nine e-mails to a landlord, three at each of three temperatures, to choose from and edit. Most say the
        same things in a different order. One gets a number from the prompt wrong, one says "do not" where the others
        agree, one has a different tone, and one is very short.

        "two_models": 25 outputs of "Heron" and 25 of "Tern", to compare two models. Heron writes numbered lists with
        bold headings, hedges and ends with a question; Tern writes plain prose, one piece of advice per sentence. Each
        has an opening that about half of its outputs share, and two equal outputs. One output of Heron is a refusal;
        one of Tern has a wrong number.

    Returns
    -------
    DataFrame
        Columns `prompt` (str, all the same), `response` (str), `source` (str; in "emails" `temperature`, float64,
        instead) and `sample` (int64, from 1: within a source, or through all nine e-mails).

    Raises
    ------
    ValueError
        If there is no sample of that name.

    Examples
    --------
    >>> import outlens as ol
    >>> ol.sample()["source"].nunique()
    7
    >>> ol.sample("two_models")["source"].value_counts().to_dict()
    {'Heron': 25, 'Tern': 25}
    """
    if name not in list(_BY):
        raise ValueError(f"there is no sample {name!r}; {hint(name, _BY, 'samples')}")
    with files(__name__).joinpath(f"{name}.jsonl").open(encoding="utf-8") as lines:
        frame = pd.read_json(lines, lines=True, dtype={"sample": "int64"}, precise_float=True)
    return frame[["prompt", "response", _BY[name], "sample"]]
