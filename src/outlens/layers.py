"""The layers that mark text: user layers, and all layers as one span table."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import text
from outlens._errors import NotFound, hint, type_of
from outlens._unicode import clean
from outlens.state import LensState
from outlens.study import Study
from outlens.text import Index
from outlens.text.thresholds import outputs_needed

Ints = npt.NDArray[np.int64]

OF_WORDS = ("shared", "common", "only", "echo")
"""The layers that show how many outputs share each word."""

NAMES = (*OF_WORDS, "aligned")
"""The layers that every lens has."""

POINTS = "points"
"""The layer that shows how many outputs say what each unit says."""

RESERVED = (*NAMES, POINTS, "search")
"""Names that a user layer cannot have."""

MOST_ALIGNED = 20_000
"""The most outputs for which the reader shows an alignment."""

TYPES = 8
"""Number of span types with a colour each; less frequent types share the last."""

SEVERAL = TYPES + 1
"""Code of a place where types overlap; 0 is a place without a type."""


@dataclass(frozen=True)
class Layer:
    """A user layer: spans in the user's rows, sorted by output."""

    name: str
    types: list[str]
    """The kinds of spans, the most frequent first."""
    output: Ints
    start: Ints
    end: Ints
    code: Ints
    """1 to 8, the type (8 = all from the eighth on); 0 = none."""

    @classmethod
    def of(cls, spans: Any, name: str, texts: Sequence[str], by: str | None) -> Layer:
        """Make a layer of a span table: columns output (position), start, end (code points), and `by`, the type."""
        table = _checked(spans, texts, by)
        types: list[str] = []
        code = np.zeros(len(table), np.int64)
        if by is not None:
            types_given = ["" if gone else clean(str(v)) for v, gone in zip(table[by], table[by].isna(), strict=True)]
            counts = pd.Series(types_given, dtype=object).value_counts().to_dict()
            types = sorted((str(kind) for kind in counts if kind), key=lambda kind: (-counts[kind], kind))
            number = {kind: min(i, TYPES) for i, kind in enumerate(types, 1)}
            code = np.array([number.get(kind, 0) for kind in types_given], np.int64)
        return cls(name, types, table["output"].to_numpy(), table["start"].to_numpy(), table["end"].to_numpy(), code)

    def pieces(self, texts: Sequence[str], rows: Ints) -> tuple[Ints, Ints]:
        """Return the marked places in some outputs, without overlaps.

        Returns a (pieces,) index into `rows`, and (pieces, 3) start, end (code points) and code. Spans of one type that
        overlap or touch are merged; where several types overlap the code is `SEVERAL`.
        """
        left, right = np.searchsorted(self.output, rows), np.searchsorted(self.output, rows, "right")
        span = np.repeat(left - np.cumsum(right - left) + (right - left), right - left) + np.arange(
            (right - left).sum()
        )
        local = np.repeat(np.arange(len(rows)), right - left)
        # All outputs in one row of places, with a gap after each.
        lengths = np.array([len(texts[row]) + 1 for row in rows.tolist()], np.int64)
        origin = np.cumsum(lengths) - lengths
        start, end, code = self.start[span] + origin[local], self.end[span] + origin[local], self.code[span]
        cuts = np.unique(np.concatenate([start, end]))
        kinds = np.zeros(len(cuts), np.int64)
        what = np.zeros(len(cuts), np.int64)
        covered = np.zeros(len(cuts), bool)
        for kind in range(TYPES + 1):
            mine = code == kind
            change = np.bincount(np.searchsorted(cuts, start[mine]), minlength=len(cuts))
            change -= np.bincount(np.searchsorted(cuts, end[mine]), minlength=len(cuts))
            inside = np.cumsum(change) > 0
            covered |= inside
            if kind:
                kinds += inside
                what[inside] = kind
        what[kinds > 1] = SEVERAL
        # A piece begins where the marking changes, and ends where it changes again.
        state = np.where(covered, what, -1)
        before = np.concatenate([[-1], state[:-1]])
        begins = np.flatnonzero((state >= 0) & (state != before))
        ends = np.flatnonzero((before >= 0) & (state != before))
        of = np.searchsorted(origin, cuts[begins], "right") - 1
        places = np.stack([cuts[begins] - origin[of], cuts[ends] - origin[of], state[begins]], axis=1)
        return of, places

    def spans(self, texts: Sequence[str], rows: Ints) -> pd.DataFrame:
        """Return the pieces as a table: output (index into `rows`), start, end (code points), value (the type)."""
        of, pieces = self.pieces(texts, rows)
        table = pd.DataFrame({"output": of, "start": pieces[:, 0], "end": pieces[:, 1]})
        kinds = np.array([self.kind(code) for code in range(SEVERAL + 1)], object)
        return table.assign(value=pd.Series(kinds[pieces[:, 2]], dtype=object))

    def kind(self, code: int) -> str:
        """Return the type of a piece, as text."""
        if code == SEVERAL:
            return "several"
        if code == TYPES and len(self.types) > TYPES:
            return "other"
        return self.types[code - 1] if 0 < code <= len(self.types) else ""


def text_of(spans: Any, texts: Sequence[str]) -> pd.Series[str]:
    """Return the text of each span of a table with the columns output, start and end."""
    output, start, end = (
        _checked(spans, texts, None, ordered=False)[name].tolist() for name in ("output", "start", "end")
    )
    marked = [texts[o][a:b] for o, a, b in zip(output, start, end, strict=True)]
    return pd.Series(marked, index=spans.index, dtype=object, name="text")


def checked_name(name: Any) -> str:
    """Return the name if a user layer can have it.

    Raises
    ------
    TypeError, ValueError
        If it is not a str, is blank, or is the name of a built-in layer.
    """
    if isinstance(name, pd.DataFrame):
        raise TypeError("highlight takes the spans first, then the name: lens.highlight(spans, 'name').")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a layer's name must be a str that is not blank, not {name!r}.")
    kept = clean(name.strip())
    if kept.casefold() in RESERVED:
        raise ValueError(f"{kept!r} is the name of a built-in layer; give yours another name.")
    return kept


def changed(
    given: Mapping[str, Layer], on: Sequence[str], name: str, layer: Layer | None
) -> tuple[dict[str, Layer], list[str]]:
    """Return the user's layers and the layers that are on, after one is added, replaced or (None) removed."""
    if layer is not None:
        return {**given, name: layer}, [*on] if name in given else [*on, name]
    if name not in given:
        raise NotFound(f"you have no layer {name!r} to remove; {hint(name, given, 'layers')}")
    return {other: kept for other, kept in given.items() if other != name}, [other for other in on if other != name]


def highlight(study: Study, state: LensState, spans: Any, name: Any, by: str | None) -> None:
    """Add, replace or remove a user layer; see `Lens.highlight`."""
    name = checked_name(name)
    layer = None if spans is None else Layer.of(spans, name, study.outputs.texts, by)
    with state.lock:
        kept, on = changed(state.layers, state.view["layers"], name, layer)
        state.change(layers=kept, view={**state.view, "layers": on})


def _checked(spans: Any, texts: Sequence[str], by: str | None, *, ordered: bool = True) -> pd.DataFrame:
    """Return a checked copy of the user's span table, sorted unless `ordered` is False."""
    if not isinstance(spans, pd.DataFrame):
        raise TypeError(
            f"spans is {type_of(spans)}; give a DataFrame with the columns output, start and end, such as"
            " lens.find returns."
        )
    columns = list(dict.fromkeys(["output", "start", "end", *([] if by is None else [by])]))
    for column in columns:
        there = sum(other == column for other in spans.columns)
        if there != 1:
            listed = ", ".join(map(repr, spans.columns)) or "none"
            raise NotFound(f"the spans have {'no' if not there else 'twice a'} column {column!r}; they have {listed}.")
    table = spans[columns].reset_index(drop=True)
    if by is not None and (many := [cell for cell in table[by] if isinstance(cell, list | tuple | set | dict)]):
        raise TypeError(
            f"the column {by!r} of the spans holds {many[0]!r:.60}, but a span has one type; give each row one value:"
            f" spans.explode({by!r})."
        )
    place = np.stack([_numbers(table[column]) for column in ("output", "start", "end")], axis=1)
    output, start, end = place.T
    known = np.isfinite(place).all(axis=1) & (np.floor(place) == place).all(axis=1)
    there = known & (output >= 0) & (output < len(texts))
    lengths = np.zeros(len(table))
    lengths[there] = [len(texts[i]) for i in output[there].astype(np.int64).tolist()]
    bad = np.flatnonzero(~(there & (start >= 0) & (start <= end) & (end <= lengths)))
    if len(bad):
        row = int(bad[0])
        cells = [(name, table[name].iloc[row]) for name in columns[:3]]
        given = ", ".join(
            f"{name} {value.item() if isinstance(value, np.generic) else value!r}" for name, value in cells
        )
        if not known[row]:
            why = "they must be whole numbers"
        elif not there[row]:
            why = f"outputs are numbered 0 to {len(texts) - 1}" if texts else "there are no outputs"
        else:
            why = f"that output has {lengths[row]:g} characters, and 0 <= start <= end <= {lengths[row]:g} must hold"
        raise ValueError(f"row {row} of the spans ({given}) is not a place in an output: {why}.")
    for column, values in zip(("output", "start", "end"), place.T, strict=True):
        table[column] = values.astype(np.int64)
    return table.sort_values(["output", "start", "end"], kind="stable", ignore_index=True) if ordered else table


def _numbers(cells: Iterable[Any]) -> npt.NDArray[np.float64]:
    """Return the cells as numbers, NaN for a cell that is not a number."""

    def number(cell: Any) -> float:
        if isinstance(cell, bool) or not isinstance(cell, int | float | np.integer | np.floating):
            return np.nan
        try:
            return float(cell)
        except OverflowError:
            return np.inf

    return np.array([number(cell) for cell in cells], np.float64)


def steps(coverage: npt.NDArray[np.integer[Any]], k: int, counted: int) -> Ints:
    """Return the tint of each coverage: 0 for fewer than k outputs, else 1 to 3, rising from k to all outputs."""
    above = 3 * (coverage.astype(np.int64) - k) // max(1, counted - k + 1)
    return np.where(coverage >= k, 1 + np.minimum(2, above), 0)


def words(
    index: Index, names: Iterable[str], min_outputs: float, min_words: int, marked: Ints, within: bool
) -> list[tuple[str, pd.DataFrame]]:
    """Return the spans of the layers that mark words.

    Parameters
    ----------
    index : index of the outputs of a prompt.
    names : the layers that are on; only those in `OF_WORDS` are used.
    min_outputs, min_words : the thresholds of the view.
    marked : positions of the outputs to mark, ascending.
    within : whether only these are counted.

    Returns
    -------
    For each layer its name and a table of output, start, end, value; adjacent words with one value are one span.
    """
    on = [name for name in names if name in OF_WORDS]
    counted = len(marked) if within else index.n
    # One output represents each variant.
    _, first = np.unique(index.variant, return_index=True)
    # No output has more words than this, and the compiled loops take int32.
    m = min(min_words, np.iinfo(np.int32).max)

    def coverage(m: int) -> npt.NDArray[np.int32]:
        parts = index.coverage(m, outputs=marked if within else None)
        return np.concatenate([*(parts[i] for i in first.tolist()), np.zeros(0, np.int32)]).astype(np.int32)

    marks = []
    # The view may ask for more outputs than are counted now: then nothing is shared by enough.
    k = outputs_needed(min_outputs, max(counted, int(min_outputs)))
    covered = coverage(m) if {"shared", "common"} & set(on) else np.zeros(0, np.int32)
    for name in on:
        if name == "shared":
            value = steps(covered, k, counted)
            marks.append((name, _runs(index, value, value > 0, marked)))
        elif name == "common":
            marks.append((name, _runs(index, np.zeros(len(covered), np.int64), covered >= k, marked)))
        elif name == "only" and counted > 1:
            alone = coverage(1) == 1
            if index.echo is not None:
                alone &= index.echo < 1
            marks.append((name, _runs(index, np.zeros(len(alone), np.int64), alone, marked)))
        elif name == "echo":
            spans = index.echoed(m)[["output", "start", "end"]].assign(value=0)
            marks.append((name, spans[np.isin(spans["output"], marked)]))
    return marks


def _runs(index: Index, value: Ints, on: npt.NDArray[np.bool_], marked: Ints) -> pd.DataFrame:
    """Join adjacent words (of the variants) that are on and have one value into spans of the marked outputs."""
    tokens = index.tokens
    of = tokens.output
    if not len(of):
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in ("output", "start", "end", "value")})
    joins = np.append(False, on[1:] & on[:-1] & (value[1:] == value[:-1]) & (of[1:] == of[:-1]))
    first = np.flatnonzero(on & ~joins)
    last = np.flatnonzero(on & ~np.append(joins[1:], False))
    # The runs of a variant are consecutive; each marked output gets those of its variant.
    begin = np.searchsorted(of[first], np.arange(len(index.weight) + 1))
    first_run = begin[index.variant[marked]]
    each = begin[index.variant[marked] + 1] - first_run
    run = np.repeat(first_run - np.cumsum(each) + each, each) + np.arange(each.sum())
    return pd.DataFrame({
        "output": np.repeat(marked, each),
        "start": tokens.start[first][run].astype(np.int64),
        "end": tokens.end[last][run].astype(np.int64),
        "value": value[first][run],
    })  # fmt: skip


def together(parts: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return the spans of several layers as one table of layer, output, start, end, value, by output and start."""
    # `value` mixes numbers and names; the empty part sets the dtypes if there is no other.
    types = {"output": np.int64, "start": np.int64, "end": np.int64, "value": object}
    none = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in types.items()})
    table = pd.concat([none, *(spans[list(types)].astype(types) for _, spans in parts)], ignore_index=True)
    layer = np.repeat(np.array([name for name, _ in parts], object), [len(spans) for _, spans in parts])
    table.insert(0, "layer", pd.Series(layer, dtype=object))
    return table.sort_values(["output", "start", "end"], kind="stable", ignore_index=True)


def fitted(index: Index) -> float:
    """Return the share of the outputs above which shared words are marked by default."""
    fit = index.fit()
    return 0.3 if fit is None else fit.share


def visible(study: Study, state: LensState) -> pd.DataFrame:
    """Return what the active layers mark in the current prompt; see `Lens.visible` for the table.

    The table follows the view and the selection; `output` is the position in the user's frame.
    """
    with state.lock:
        part = study.parts[state.prompt]
        view, own_layers, selection = state.view, state.layers, state.selection
    selected = np.flatnonzero(np.isin(part.rows, selection))
    shown = selected if view["scope"] == "selected" and len(selected) else np.arange(len(part))
    within = view["context"] == "selection" and len(selected) > 0
    on = [name for name in (*NAMES, *own_layers) if name in view["layers"]]
    tables: list[tuple[str, pd.DataFrame]] = []
    if set(on) & set(OF_WORDS):
        marked = selected if within else shown
        index, least = part.index.get(), view["min_outputs"]
        tables += words(index, on, fitted(index) if least is None else least, view["min_words"], marked, within)
    if "aligned" in on and len(part) <= MOST_ALIGNED:
        units = part.alignment.get()
        grouped = units[(units["rank"] >= 0) & np.isin(units["output"], shown)]
        tables.append(("aligned", grouped.assign(value=grouped["rank"])))
    texts = [part.texts[i] for i in shown.tolist()]
    for name, layer in own_layers.items():
        if name in on:
            spans = layer.spans(study.outputs.texts, part.rows[shown])
            tables.append((name, spans.assign(output=shown[spans["output"]])))
    if view["query"]:
        # The search box reports an invalid expression; it marks nothing.
        with contextlib.suppress(ValueError):
            hits = text.find(texts, view["query"], regex=view["regex"])
            tables.append(("search", hits.assign(output=shown[hits["output"]], value=0)))
    return part.place(together(tables))
