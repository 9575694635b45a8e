"""Charts that are linked with a lens: they select outputs, and draw which are selected."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from outlens._errors import type_of
from outlens._files import replacing
from outlens._imports import importing
from outlens.state import LensState
from outlens.vectors import cache

if TYPE_CHECKING:
    import altair as alt

Int64s = npt.NDArray[np.int64]

FIELD = "rows"
"""The field that says which outputs a mark stands for: their positions, with blanks between them."""

CLICK, BRUSH, HELD = "outlens_click", "outlens_brush", "outlens_held"
"""The parameters of a linked chart: the clicked mark, the brushed area, and the marks that hold selected outputs."""

OUTLINE = "#d55e00"
"""Marks that hold selected outputs have this outline."""

NO_ACTIONS = {"export": True, "source": False, "compiled": False, "editor": False}
"""The menu of a chart saves it. Vega's editor would send it to another site."""


def packed(rows: Iterable[int]) -> str:
    """Return positions as the field of a mark holds them."""
    return " ".join(map(str, np.asarray(list(rows), np.int64).tolist()))


def linked(chart: Any, state: LensState) -> alt.JupyterChart:
    """Return a widget of a chart that selects outputs, and draws which are selected; see `Lens.show`."""
    with importing:
        altair = import_module("altair")
    if not isinstance(chart, altair.TopLevelMixin):
        raise TypeError(f"show takes an Altair chart, such as lens.chart.map(), not {type_of(chart)}.")
    spec = chart.to_dict()
    spec.setdefault("background", "transparent")
    marks = _link(spec)
    made: alt.JupyterChart = _widget_class()(altair.Chart.from_dict(spec), embed_options={"actions": NO_ACTIONS})
    if marks:
        _Link(made, marks, state)
    return made


class _Link:
    """Passes selections between a chart and a lens, as long as the chart is there."""

    def __init__(self, widget: Any, marks: list[dict[str, Any]], state: LensState) -> None:
        self._widget = weakref.ref(widget)
        self._marks = marks
        self._rows = {mark[FIELD]: np.array(str(mark[FIELD]).split(), np.int64) for mark in marks}
        self._state = state
        self._chosen = False
        widget.selections.observe(self._on_click, CLICK)
        if BRUSH in widget.selections.trait_names():
            widget.selections.observe(self._on_brush, BRUSH)
        state.observe(self._on_state, "selection")
        widget.observe(self._on_close, "comm")
        self._on_state(None)

    def _on_click(self, change: Any) -> None:
        self._choose([self._rows[value[FIELD]] for value in change["new"].value if value.get(FIELD) in self._rows])

    def _on_brush(self, change: Any) -> None:
        area = {field: ends for field, ends in change["new"].value.items() if len(ends) == 2}
        inside = [
            self._rows[mark[FIELD]]
            for mark in self._marks
            if area and all(min(ends) <= mark[field] <= max(ends) for field, ends in area.items())
        ]
        self._choose(inside)

    def _choose(self, rows: list[Int64s]) -> None:
        # Nothing is clicked at first, and when another gesture took over: that drops no selection.
        if not rows and not self._chosen:
            return
        self._chosen = bool(rows)
        self._state.select(np.unique(np.concatenate([np.zeros(0, np.int64), *rows])))

    def _on_state(self, _: object) -> None:
        widget = self._widget()
        if widget is None:
            return
        chosen = set(self._state.selection.tolist())
        held = [key for key, rows in self._rows.items() if not chosen.isdisjoint(rows.tolist())] if chosen else None
        setattr(widget.params, HELD, held)

    def _on_close(self, change: Any) -> None:
        if change["new"] is None:
            self._state.unobserve(self._on_state, "selection")


def _link(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the marks of a chart select and be drawn as selected; return the rows of data that they stand for."""
    datasets = spec.get("datasets", {})
    units = [(unit, rows) for unit, rows in _units(spec, None, datasets) if rows and FIELD in rows[0]]
    marks: dict[str, dict[str, Any]] = {}
    for unit, rows in units:
        marks |= {row[FIELD]: row for row in rows}
        _draw_selected(unit)
    if not marks:
        return []
    for number, (unit, _) in enumerate(units):
        unit.setdefault("name", f"outlens_{number}")
    # In layers, a click reaches every mark: one of them listens.
    listening = [unit for unit, _ in units if _type_of(unit) not in ("text", "rule", "tick")] or [units[0][0]]
    params = [{"name": CLICK, "select": {"type": "point", "fields": [FIELD]}, "views": [listening[0]["name"]]}]
    areas = [unit for unit in listening if _is_scatter(unit)]
    if areas:
        params.append({"name": BRUSH, "select": {"type": "interval"}, "views": [areas[0]["name"]]})
    spec["params"] = [*spec.get("params", []), *params, {"name": HELD, "value": None}]
    return list(marks.values())


def _units(
    view: dict[str, Any], rows: list[dict[str, Any]] | None, datasets: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]] | None]]:
    """Yield the parts of a chart that draw marks, with their data."""
    data = view.get("data")
    if data:
        rows = datasets.get(data.get("name")) or data.get("values")
    if "mark" in view:
        yield view, rows if isinstance(rows, list) else None
    for key in ("layer", "concat", "hconcat", "vconcat"):
        for child in view.get(key, []):
            yield from _units(child, rows, datasets)
    if "spec" in view:
        yield from _units(view["spec"], rows, datasets)


def _draw_selected(unit: dict[str, Any]) -> None:
    """Dim points without selected outputs, and outline cells and bars with some."""
    encoding, kind = unit.setdefault("encoding", {}), _type_of(unit)
    held = f"indexof({HELD}, datum.{FIELD}) >= 0"
    if kind in ("point", "circle", "square") and "opacity" not in encoding:
        full = unit["mark"].get("opacity", 0.8) if isinstance(unit["mark"], dict) else 0.8
        encoding["opacity"] = {"condition": {"test": f"{HELD} === null || {held}", "value": full}, "value": 0.2}
    elif kind in ("rect", "bar") and "stroke" not in encoding:
        test = {"test": f"{HELD} !== null && {held}"}
        encoding["stroke"] = {"condition": {**test, "value": OUTLINE}, "value": None}
        encoding["strokeWidth"] = {"condition": {**test, "value": 2}, "value": 0}


def _type_of(unit: dict[str, Any]) -> str:
    mark = unit["mark"]
    return str(mark["type"] if isinstance(mark, dict) else mark)


def _is_scatter(unit: dict[str, Any]) -> bool:
    places = [unit.get("encoding", {}).get(channel, {}) for channel in ("x", "y")]
    return _type_of(unit) in ("point", "circle", "square") and all(
        place.get("type") == "quantitative" and "field" in place for place in places
    )


@lru_cache
def _widget_class() -> Any:
    """Return Altair's widget with its drawing code, so that nothing is fetched. Other charts stay as they are.

    vl-convert takes seconds to put the code together, so it is kept in the cache folder.
    """
    with importing:
        from altair import JupyterChart
    try:
        import_module("vl_convert")
    except ImportError as error:
        raise ImportError(
            "show needs vl-convert-python, to draw without a network; install outlens[charts]."
        ) from error

    class Linked(JupyterChart):
        """A chart whose drawing code comes from the kernel."""

    path = cache.folder() / f"altair-{version('altair')}-{version('vl-convert-python')}.js"
    if path.is_file():
        Linked._esm, Linked._is_offline = path.read_text("utf-8"), True
        return Linked
    Linked.enable_offline()
    # A folder that cannot be written costs these seconds in each kernel.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(Linked._esm.encode())
    return Linked
