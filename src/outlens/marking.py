"""The methods of `Lens` that mark what outputs share and where they differ."""

from __future__ import annotations

import pandas as pd

from outlens import layers, tables
from outlens.owners import Owners


def text_of(lens: Owners, spans: pd.DataFrame) -> pd.Series[str]:
    """Return the text of each row of a span table, with the index of the table.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["It is 5 km.", "It is far."], vectors=[[1, 0], [0, 1]], store=False)
    >>> lens.text_of(lens.find("IT IS")).tolist()
    ['It is', 'It is']
    """
    return layers.text_of(spans, lens._study.outputs.texts)


def shared(lens: Owners, min_outputs: float = 0.3, min_words: int = 4) -> pd.DataFrame:
    """Return what the outputs of the current prompt share: `text.shared_spans` with the row's position as `output`.

    Text that only repeats the prompt is not counted.
    """
    part = lens._part
    return part.place(part.index.get().shared_spans(min_outputs, min_words))


def distinctive(lens: Owners, by: str | None = None, *, points: bool = False) -> pd.DataFrame:
    """Return what each group of outputs of the current prompt says more often than the others.

    Parameters
    ----------
    by : the column of the groups, or "cluster". By default it is the first `by` column of the lens, or the clusters if
        there is none.
    points : whether to compare points, as `points.distinctive` does, instead of words and phrases, as
        `text.distinctive` does. Points are found when first requested; `view.points_granularity` makes them finer or
        coarser.

    Returns
    -------
    The table of that function. For clusters, `group` is the name of the cluster and the first column, `cluster`, its
    number.
    """
    granularity = float(lens._state.view["points_granularity"]) if points else None
    return tables.distinctive(lens._study, lens._part, lens.granularity, lens._tags, by, granularity)


def aligned(lens: Owners) -> pd.DataFrame:
    """Align the sentences of the current prompt's outputs: `text.align` with the row's position as `output`."""
    return lens._part.place(lens._part.alignment.get())


def highlight(lens: Owners, spans: pd.DataFrame | None, name: str, by: str | None = None) -> None:
    """Mark your own spans in the texts, as a layer that you can switch on and off like the others.

    Parameters
    ----------
    spans : DataFrame with the columns output (position of the row in your frame), start, end (code points, as in
        `text[start:end]`), for any prompts; spans may overlap. None removes the layer.
    name : name of the layer. A layer of the same name is replaced; a new one is switched on.
    by : column of `spans` with the type of each span; the eight most frequent types have their own colours.

    Examples
    --------
    >>> import pandas as pd
    >>> import outlens as ol
    >>> lens = ol.Lens(["It is 5 km.", "It is far."], vectors=[[1, 0], [0, 1]])
    >>> spans = pd.DataFrame({"output": [0], "start": [6], "end": [10], "what": ["unit"]})
    >>> lens.highlight(spans, "slips", by="what")
    >>> lens.view.layers = ["slips"]
    >>> lens.visible.values.tolist()
    [['slips', 0, 6, 10, 'unit']]
    """
    layers.highlight(lens._study, lens._state, spans, name, by)


def visible(lens: Owners) -> pd.DataFrame:
    """The current highlights: one row per span that an active layer marks, sorted by output and start.

    Columns `layer` ("shared", "common", "only", "echo", "aligned", "search", or the name of your own layer),
    `output` (position), `start`, `end` (code points), int64, and `value`: for "shared" 1 to 3, from few to all
    outputs; for "aligned" the rank of the group; for your own layers the type; else 0. The table covers the current
    prompt or, if `view.scope` is "selected", its selected outputs.
    """
    return layers.visible(lens._study, lens._state)
