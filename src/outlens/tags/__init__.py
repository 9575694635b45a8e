"""The tag log: events kept on disk, undone, merged between people; agreement; exchange with other programs."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from outlens._errors import hint

if TYPE_CHECKING:
    from outlens.tags.agree import agreement, kappas
    from outlens.tags.argilla import read_argilla, write_argilla
    from outlens.tags.events_file import read_events, write_events
    from outlens.tags.judgements import Judgement, from_column
    from outlens.tags.label_studio import read_label_studio, write_label_studio
    from outlens.tags.merging import merge
    from outlens.tags.tables import from_datasets, read_table, to_datasets, write_table

__all__ = [
    "Judgement", "agreement", "from_column", "from_datasets", "kappas", "merge", "read_argilla", "read_events",
    "read_label_studio", "read_table", "to_datasets", "write_argilla", "write_events", "write_label_studio",
    "write_table",
]  # fmt: skip

_MODULES = {
    "Judgement": "judgements",
    "agreement": "agree",
    "from_column": "judgements",
    "from_datasets": "tables",
    "kappas": "agree",
    "merge": "merging",
    "read_argilla": "argilla",
    "read_events": "events_file",
    "read_label_studio": "label_studio",
    "read_table": "tables",
    "to_datasets": "tables",
    "write_argilla": "argilla",
    "write_events": "events_file",
    "write_label_studio": "label_studio",
    "write_table": "tables",
}


def __getattr__(name: str) -> Any:
    # Import on first use: the log itself does not need pandas.
    if name not in _MODULES:
        raise AttributeError(f"module 'outlens.tags' has no attribute {name!r}: {hint(name, __all__, 'names')}")
    return getattr(importlib.import_module(f"outlens.tags.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
