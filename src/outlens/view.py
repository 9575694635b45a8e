"""The settings of the widget's view, to read and set from Python."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import layers, text
from outlens._errors import hint, nearest
from outlens._unicode import clean
from outlens.outputs import Categories, Numbers, Positions
from outlens.ranking import rank_by_column
from outlens.settings import CHOICES, COLORS, DEFAULTS, MOST_PINS
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook


@dataclass(frozen=True)
class Shown:
    """The names that a view accepts, looked up on use."""

    columns: Sequence[Categories | Numbers]
    """The columns to colour and filter by."""
    layers: Callable[[], list[str]]
    """The user layers."""
    tags: Callable[[], tuple[list[str], list[str]]]
    """The existing tags, and the people who gave any."""
    positions: Callable[[Any], npt.NDArray[np.int64]]
    """Returns the positions of rows that the user names."""
    index: pd.Index[Any]
    """The index labels of the user's rows."""
    rank: Callable[[str, bool], None]
    """Sorts the reader by a column of numbers, largest or smallest first."""


class View:
    """The settings of the widget's view; setting one has the same effect as changing it in the widget.

    Attributes
    ----------
    color : the colours of the map: "cluster", "tags", "point" (who makes the current point), "sets" (where the two sets
        of the panel Compare are denser) or the name of a column, also one that `lens.measure` added.
    order : the order of the reader: "row", "typical", "unusual", "untagged" (outputs without a tag first, cluster by
        cluster), "disputed" (outputs whose tags people disagree on most first), "complete" (outputs that make the most
        of the common points first), "alone" (outputs that say what no other does first) or "ranked" (the last
        `suggest`). Set it to a column of numbers to sort the outputs of the prompt by it, largest first; "-" before the
        name puts the smallest first. It is then "ranked".
    query, regex : the text in the search box, and whether it is a regular expression.
    tool : the effect of a drag on the map: "lasso" or "pan".
    mode : the layout of the reader: "cards", "grid", "interleaved" or "points".
    scope : the outputs in the reader: "all" or "selected"; all as well if nothing is selected.
    layers : list of the layers that mark the texts: "shared", "common", "only", "echo", "aligned", "points" and your
        own layers.
    min_outputs : how many outputs must share a passage to have it marked: a share above 0 and up to 1.0, a number from
        2, or None for the largest share that marks 2 % of the words, `text.Index.fit`.
    min_words : the length of the shortest shared passage in words, 1 or more.
    context : the outputs that each is compared with: "all" or "selection".
    markdown, fold : whether markdown is rendered, and whether long shared passages are folded.
    rows, columns : the columns of your data that make the rows and columns of the grid, or None. By default, `columns`
        is the source of the outputs (`by`), unless that has many values. A column set for one is cleared in the other.
    filter : None or {"column": name, "value": value}, the only value of a column that the grid shows.
    tagged : None or {"tag": name, "annotator": name}, to list only outputs with that tag ("" for any tag, None for no
        tag), given by that person (None for anybody).
    blind : whether to hide other people's tags of outputs that you have not tagged.
    pins : list of up to 6 rows that stay in sight. Set it to rows in any form that `lens.select` takes; it returns
        their labels, or their positions if labels repeat.
    scroll_to : None or a row to scroll to in cards and grid; returned as in `pins`.
    panel : the list below the texts: "", "phrases", "openings", "tags" or "prompts".
    side : the panel beside the texts: "groups", "sources" or "map".
    side_width : the width of that panel as a share, from 0.0 (hidden) to 1.0 (the texts are hidden). None, the default,
        hides it if there are fewer than 20 outputs. A narrow widget shows it as a drawer instead.
    points_granularity : from 0.0 (few broad points) to 1.0 (many narrow ones).
    points_order : the order of the points: "made" (by the most outputs first), "place" (as they come in the outputs),
        "differ" (most different between sources first) or "rare".
    omissions : whether a card lists the common points that its output leaves out, while the layer "points" is visible
        or the order is "complete" or "alone".
    """

    __slots__ = ("_shown", "_state")

    def __init__(self, state: LensState, shown: Shown) -> None:
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_shown", shown)

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(_unknown(name))
        value = copy.deepcopy(self._state.view[name])
        labels = self._shown.index
        if name == "pins":
            # Labels that repeat do not identify rows.
            return labels[value].tolist() if labels.is_unique else np.array(value, np.int64).view(Positions)
        if name == "scroll_to" and value is not None:
            return labels[[value]].tolist()[0] if labels.is_unique else Positions([value])
        # JSON does not distinguish 1 and 1.0.
        share = name == "points_granularity" or (name == "min_outputs" and value is not None and value <= 1)
        return float(value) if share else value

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in DEFAULTS:
            raise AttributeError(_unknown(name))
        view = self._state.view
        now = getattr(self, name)
        if name != "scroll_to" and type(value) is type(now) and not isinstance(now, Positions) and value == now:
            # Accept the current value, even if it names a tag that has since been removed.
            return
        if name == "order" and isinstance(value, str) and (column := self._numbers(value)) is not None:
            self._shown.rank(column, value != column)
            return
        stored = self._stored(name, value)
        if name == "scroll_to" and stored is not None and stored == view[name]:
            # Reset it, so that setting the same row scrolls back to it.
            self._state.show(scroll_to=None)
        changed = {**view, name: stored}
        if name in ("query", "regex") and changed["regex"] and changed["query"]:
            # Raise the error of an invalid expression.
            text.find([], changed["query"], regex=True)
        other = {"rows": "columns", "columns": "rows"}.get(name)
        if other and stored is not None and view[other] == stored:
            changed[other] = None
        self._state.change(view=changed)

    def _numbers(self, value: str) -> str | None:
        """Return the column of numbers that an order names, with or without "-"; a fixed order comes first."""
        names = [column.name for column in self._shown.columns if isinstance(column, Numbers)]
        found = (clean(name) for name in (value, value.removeprefix("-")))
        return None if value in CHOICES["order"] else next((name for name in found if name in names), None)

    def _stored(self, name: str, value: Any) -> Any:
        """Return the value in the form that is sent to the browser."""
        if name == "color":
            return _choice(name, value, [*COLORS, *(column.name for column in self._shown.columns)])
        if name == "order":
            numbers = [column.name for column in self._shown.columns if isinstance(column, Numbers)]
            return _choice(name, value, [*CHOICES[name], *numbers])
        if name in CHOICES:
            return _choice(name, value, CHOICES[name])
        if name == "layers":
            return self._layers(value)
        if name == "min_outputs":
            return None if value is None else _min_outputs(value)
        if name == "side_width":
            return None if value is None else _share(name, value, "None or a share of the width")
        if name == "points_granularity":
            return _share(name, value, "a number")
        if name == "min_words":
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise ValueError(f"view.min_words must be a whole number of words, 1 or more, not {value!r}.")
            return int(value)
        if name in ("rows", "columns"):
            return None if value is None else _choice(name, value, self._categories(), "None or ")
        if name == "filter":
            return None if value is None else self._filter(value)
        if name == "tagged":
            return None if value is None else self._tagged(value)
        if name == "pins":
            return self._pins(value)
        if name == "scroll_to":
            return None if value is None else self._row(value)
        kind = type(DEFAULTS[name])
        if not isinstance(value, kind):
            raise TypeError(f"view.{name} takes a {kind.__name__}, not {value!r} of type {type(value).__name__}.")
        return clean(value) if isinstance(value, str) else value

    def _layers(self, value: Any) -> list[str]:
        if not isinstance(value, list | tuple):
            hint = f"; write [{value!r}]" if isinstance(value, str) else ""
            raise TypeError(f"view.layers takes a list of names, not {value!r}{hint}.")
        names = [*layers.NAMES, layers.POINTS, *self._shown.layers()]
        names_given = [_choice("layers", name, names, "a list of names, each ") for name in value]
        return list(dict.fromkeys(names_given))

    def _categories(self) -> dict[str, list[str]]:
        return {c.name: c.values for c in self._shown.columns if isinstance(c, Categories)}

    def _filter(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or set(value) != {"column", "value"}:
            raise TypeError(f'view.filter must be None or {{"column": name, "value": value}}, not {value!r}.')
        categories = self._categories()
        column = _choice("filter's column", value["column"], categories)
        wanted = clean(str(value["value"]))
        if wanted not in categories[column]:
            raise ValueError(
                f"view.filter's value must be one of the column {column!r}, {_listed(categories[column])}, not"
                f" {value['value']!r}{_near(wanted, categories[column])}"
            )
        return {"column": column, "value": wanted}

    def _tagged(self, value: Any) -> dict[str, str | None]:
        if not isinstance(value, dict) or not value or not set(value) <= {"tag", "annotator"}:
            raise TypeError(f'view.tagged must be None or {{"tag": name, "annotator": name}}, not {value!r}.')
        names, people = self._shown.tags()
        tag, annotator = value.get("tag"), value.get("annotator")
        if tag is not None and not names:
            raise ValueError(f"view.tagged must be None while nothing is tagged, not {value!r}; see lens.tag.")
        return {
            "tag": tag if tag is None or tag == "" else _choice("tagged's tag", tag, names, "None or "),
            "annotator": None if annotator is None else _choice("tagged's annotator", annotator, people, "None or "),
        }

    def _pins(self, value: Any) -> list[int]:
        rows = self._shown.positions(value).tolist()
        if len(rows) > MOST_PINS:
            raise ValueError(f"view.pins takes at most {MOST_PINS} rows, not {len(rows)}: {value!r:.80}.")
        if isinstance(value, Positions):
            return list(dict.fromkeys(value.tolist()))
        labels = list(value) if isinstance(value, list | tuple | pd.Index) else []
        if any(isinstance(label, bool | np.bool_) for label in labels):
            labels = []
        # Keep the given order.
        place: dict[Hashable, int] = {}
        for label in labels:
            place.setdefault(label, len(place))
        return sorted(rows, key=lambda row: place.get(self._shown.index[row], len(place)))

    def _row(self, value: Any) -> int:
        rows = self._shown.positions(value)
        if len(rows) != 1:
            raise ValueError(
                f"view.scroll_to takes one row, and {value!r:.80} stands for {len(rows)}; give the label of one, or a"
                " mask with one True."
            )
        return int(rows[0])

    def __dir__(self) -> list[str]:
        return list(DEFAULTS)

    def __repr__(self) -> str:
        return f"View({', '.join(f'{k}={getattr(self, k)!r}' for k in DEFAULTS)})"


def view_of(study: Study, state: LensState, tags: TagBook) -> View:
    """Return the view of a lens."""
    shown = Shown(
        columns=study.columns,
        layers=lambda: list(state.layers),
        tags=lambda: (list(map(clean, tags.names())), list(map(clean, tags.people()))),
        positions=study.outputs.positions,
        index=study.outputs.frame.index,
        rank=lambda name, smallest: rank_by_column(study, state, name, smallest),
    )
    return View(state, shown)


def _choice(name: str, value: Any, choices: Iterable[str], before: str = "") -> str:
    known = list(choices)
    wanted = clean(value) if isinstance(value, str) else value
    if not isinstance(wanted, str) or wanted not in known:
        listed = f"{before}one of {_listed(known)}" if known else "None: no column has categories here"
        raise ValueError(f"view.{name} must be {listed}, not {value!r}{_near(wanted, known)}")
    return wanted


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:12])) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _near(value: Any, names: Sequence[str]) -> str:
    """Return the end of a sentence about a wrong name that already lists the valid ones."""
    near = nearest(value, [name for name in names if name]) if isinstance(value, str) else None
    return f"; did you mean {near!r}?" if near else "."


def _min_outputs(value: Any) -> float:
    if not isinstance(value, bool):
        if isinstance(value, int | np.integer) and value >= 2:
            return int(value)
        if isinstance(value, float | np.floating) and 0 < value <= 1:
            return float(value)
    raise ValueError(
        f"view.min_outputs must be a share of the outputs above 0 and up to 1.0, or a number of them from 2, not"
        f" {value!r}."
    )


def _share(name: str, value: Any, what: str) -> float:
    if isinstance(value, int | float | np.number) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError(f"view.{name} must be {what} from 0.0 to 1.0, not {value!r}.")


def _unknown(name: str) -> str:
    return f"a view has no setting {name!r}; {hint(name, DEFAULTS, 'settings')}"
