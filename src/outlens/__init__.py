"""Jupyter widgets for making sense of many outputs to one prompt."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["Lens", "__version__", "compare", "points", "sample", "tags", "text", "vectors"]
# Leave `open` out: `from outlens import *` must not hide the built-in.

if TYPE_CHECKING:
    from outlens import compare, points, tags, text, vectors
    from outlens.lens import Lens
    from outlens.samples import sample

    open = Lens.open

_HOME = {"Lens": "outlens.lens", "sample": "outlens.samples"}


def __getattr__(name: str) -> Any:
    # Import on first use, so that `import outlens` does not load pandas and the widget stack.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name == "open":
        return importlib.import_module("outlens.lens").Lens.open
    if name in ("compare", "points", "tags", "text", "vectors"):
        return importlib.import_module(f"outlens.{name}")
    raise AttributeError(f"module 'outlens' has no attribute {name!r}; it has {', '.join(__dir__())}")


def __dir__() -> list[str]:
    return sorted([*__all__, "open"])
