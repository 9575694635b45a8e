"""The settings of a view: their defaults and valid values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "order": ("row", "typical", "unusual", "untagged", "disputed", "ranked", "complete", "alone"),
    "tool": ("lasso", "pan"),
    "mode": ("cards", "grid", "interleaved", "points"),
    "points_order": ("made", "place", "differ", "rare"),
    "scope": ("all", "selected"),
    "context": ("all", "selection"),
    "panel": ("", "compare", "phrases", "openings", "tags", "prompts"),
    "side": ("groups", "sources", "map"),
}
"""Settings with a fixed set of values."""

COLORS = ("cluster", "tags", "point", "sets")
"""The colours beside the columns."""

MOST_PINS = 6
"""The most outputs that can be pinned at once."""

DEFAULTS: dict[str, Any] = {
    "color": "cluster",
    "order": "row",
    "query": "",
    "regex": False,
    "tool": "lasso",
    "mode": "cards",
    "scope": "all",
    "layers": ["shared", "only"],
    "min_outputs": None,
    "min_words": 4,
    "context": "all",
    "markdown": False,
    "fold": False,
    "rows": None,
    "columns": None,
    "filter": None,
    "tagged": None,
    "blind": False,
    "pins": [],
    "scroll_to": None,
    "panel": "",
    "side": "groups",
    "side_width": None,
    "points_granularity": 0.5,
    "points_order": "made",
    "omissions": True,
}
"""The settings of a new lens. Pins and scroll_to are positions of rows."""


def checked(view: dict[str, Any], n_outputs: int) -> dict[str, Any]:
    """Return all settings of a view from a browser or file, each checked to have the right type.

    The browser may be older or newer than this code: missing settings get their defaults; unknown settings and rows
    that do not exist are dropped. Names of columns, layers and tags are not checked: unknown names have no effect.

    Raises
    ------
    ValueError
        If a setting has another type.
    """
    view = {**DEFAULTS, **{name: value for name, value in view.items() if name in DEFAULTS}}
    for name, value in view.items():
        if not _fits(name, value):
            raise ValueError(f"view.{name} cannot be {value!r:.60}; its default is {DEFAULTS[name]!r}.")
    view["pins"] = [row for row in view["pins"] if 0 <= row < n_outputs]
    if view["scroll_to"] is not None and not 0 <= view["scroll_to"] < n_outputs:
        view["scroll_to"] = None
    return view


def without_columns(view: dict[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return the defaults of the settings that name a column which is not among the known ones."""
    named = {name: view[name] for name in ("color", "rows", "columns")}
    named["filter"] = (view["filter"] or {}).get("column")
    kept = {None, *COLORS, *known}
    return {name: DEFAULTS[name] for name, column in named.items() if column not in kept}


def _fits(name: str, value: Any) -> bool:
    if name in CHOICES:
        return value in CHOICES[name]
    if name == "pins":
        return isinstance(value, list) and all(type(row) is int for row in value)
    if name == "scroll_to":
        return value is None or type(value) is int
    if name in ("side_width", "points_granularity"):
        return (name == "side_width" and value is None) or (type(value) in (int, float) and 0 <= value <= 1)
    if name in ("rows", "columns"):
        return value is None or isinstance(value, str)
    if name in ("filter", "tagged"):
        return value is None or (
            isinstance(value, dict) and all(cell is None or isinstance(cell, str) for cell in value.values())
        )
    if name == "layers":
        return isinstance(value, list) and all(isinstance(layer, str) for layer in value)
    if name in ("min_outputs", "min_words"):
        return value is None if name == "min_outputs" and value is None else type(value) in (int, float) and value > 0
    return type(value) is type(DEFAULTS[name])
