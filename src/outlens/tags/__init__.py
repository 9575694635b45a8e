"""Tags as a log of events: kept on disk, undone, merged between people; how far people agree; out and in."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outlens.tags.agree import agreement, kappas
    from outlens.tags.formats import (
        Judgement,
        from_column,
        from_datasets,
        read_argilla,
        read_events,
        read_label_studio,
        read_table,
        to_datasets,
        write_argilla,
        write_events,
        write_label_studio,
        write_table,
    )
    from outlens.tags.merging import merge

__all__ = [
    "Judgement", "agreement", "from_column", "from_datasets", "kappas", "merge", "read_argilla", "read_events",
    "read_label_studio", "read_table", "to_datasets", "write_argilla", "write_events", "write_label_studio",
    "write_table",
]  # fmt: skip

_HOME = {"agreement": "agree", "kappas": "agree", "merge": "merging"}


def __getattr__(name: str) -> Any:
    # At first need: the log itself needs no pandas.
    if name not in __all__:
        raise AttributeError(f"module 'outlens.tags' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"outlens.tags.{_HOME.get(name, 'formats')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
