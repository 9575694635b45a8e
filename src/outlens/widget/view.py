"""What the widget shows and how, readable and settable from Python."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

_CHOICES: dict[str, tuple[str, ...]] = {"order": ("row", "typical", "unusual"), "tool": ("lasso", "pan")}

DEFAULTS: dict[str, Any] = {"color": "cluster", "order": "row", "query": "", "regex": False, "tool": "lasso"}
"""How a lens opens."""


class View:
    """The settings of the widget's view; reading and setting one is like moving it by mouse.

    Attributes
    ----------
    color : "cluster" or a column's name, what colours the map.
    order : "row", "typical" or "unusual", how the reader is sorted.
    query, regex : what the search box holds, and whether it is a regular expression.
    tool : "lasso" or "pan", what a drag on the map does.
    """

    __slots__ = ("_columns", "_get", "_set")

    def __init__(
        self,
        get: Callable[[], dict[str, Any]],
        set: Callable[[dict[str, Any]], None],
        columns: Callable[[], list[str]],
    ) -> None:
        object.__setattr__(self, "_get", get)
        object.__setattr__(self, "_set", set)
        object.__setattr__(self, "_columns", columns)

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(_unknown(name))
        return {**DEFAULTS, **self._get()}[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in DEFAULTS:
            raise AttributeError(_unknown(name))
        choices = ("cluster", *self._columns()) if name == "color" else _CHOICES.get(name)
        if choices is not None and value not in choices:
            raise ValueError(f"view.{name} is one of {', '.join(map(repr, choices))}, not {value!r}.")
        if choices is None and not isinstance(value, type(DEFAULTS[name])):
            raise TypeError(
                f"view.{name} takes a {type(DEFAULTS[name]).__name__}, not {value!r} of type {type(value).__name__}."
            )
        self._set({**DEFAULTS, **self._get(), name: value})

    def __dir__(self) -> list[str]:
        return list(DEFAULTS)

    def __repr__(self) -> str:
        state = {**DEFAULTS, **self._get()}
        return f"View({', '.join(f'{k}={state[k]!r}' for k in DEFAULTS)})"


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, DEFAULTS, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(DEFAULTS)}."
    return f"a view has no setting {name!r}; {hint}"
