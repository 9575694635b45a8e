"""The tag log as a file: `write_events`, `read_events`. A page without a kernel writes the same format.

The file is UTF-8 with LF line ends. The first line is `{"outlens": "events", "version": 1}`, or version 2 if it holds
corrections of points; each other line is one event, an object with exactly the fields `id`, `annotator`, `key`,
`action`, `value`, `gesture`, `lens` (strings) and `time` (an integer, 0 <= time < 2**53, microseconds since 1970 UTC),
as `outlens.tags.events.Event` describes; `id` and `gesture` are 32 lower-case hex digits. Lone surrogates are
`\\uXXXX` escapes, as `JSON.stringify` writes them. Empty lines are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from outlens._errors import hint
from outlens.tags._json import Location, parse_line, read_text, to_json, write_bytes
from outlens.tags.events import ACTIONS, Event, is_id

VERSION = 2
_FIELDS = ("id", "time", "annotator", "key", "action", "value", "gesture", "lens")


def write_events(path: Location, events: Iterable[Event] | pd.DataFrame) -> Path:
    """Write events as JSONL atomically, and return the path.

    Parameters
    ----------
    path : path
    events : iterable of Event, or DataFrame
        A DataFrame must have the columns of `lens.tag_log`.

    Raises
    ------
    TypeError
        If `events` is anything else.
    """
    rows = [{field: getattr(event, field) for field in _FIELDS} for event in as_events(events)]
    version = 2 if any(row["action"] == "point" for row in rows) else 1
    lines = [{"outlens": "events", "version": version}, *rows]
    return write_bytes(path, "".join(to_json(line) + "\n" for line in lines).encode("utf-8", "surrogatepass"))


def as_events(events: Iterable[Event] | pd.DataFrame) -> list[Event]:
    """Return a list of events, from an iterable or a table with the columns of `lens.tag_log`."""
    if isinstance(events, pd.DataFrame):
        return _of_table(events)
    if not isinstance(events, Iterable) or isinstance(events, str):
        raise TypeError(
            f"{_shown(events)} is not a list of events; give lens.tag_log, or what tags.read_events or store.events() "
            "returns."
        )
    result = list(events)
    for item in result:
        if not isinstance(item, Event):
            raise TypeError(f"the list of events holds {_shown(item)}, which is not an Event; give lens.tag_log.")
    return result


def _shown(value: object) -> str:
    return value.__class__.__name__ if value is not None and not isinstance(value, (str, int, float)) else repr(value)


def _of_table(table: pd.DataFrame) -> list[Event]:
    absent = [field for field in _FIELDS if field not in table.columns]
    if absent:
        raise ValueError(
            f"the table has no column {absent[0]!r}: {hint(absent[0], table.columns, 'columns')} "
            "Give lens.tag_log, or a list of Event."
        )
    times = pd.to_datetime(table["time"], utc=True).astype("datetime64[us, UTC]").astype("int64")
    columns = [times.tolist() if field == "time" else table[field].tolist() for field in _FIELDS]
    return [Event(**dict(zip(_FIELDS, row, strict=True))) for row in zip(*columns, strict=True)]


def read_events(path: Location) -> list[Event]:
    """Read a file that `write_events` or an exported page wrote, in the order of the file.

    Raises
    ------
    ValueError
        If the file is of another kind or a newer version, or a line is damaged (the message names the line).
    """
    lines = read_text(path).split("\n")
    head = parse_line(path, lines[0], 1) if lines[0].strip() else None
    if not isinstance(head, dict) or head.get("outlens") != "events":
        raise ValueError(
            f"{str(path)!r} is not a file of tag events: its first line is not their header. Give a file that "
            "tags.write_events or a page wrote."
        )
    version = head.get("version")
    if type(version) is not int or version < 1:
        raise ValueError(f"{str(path)!r}, line 1: {version!r} is not a version; the header is damaged.")
    if version > VERSION:
        raise ValueError(
            f"{str(path)!r} has version {version}, from a newer outlens; this one reads version {VERSION}. "
            "Upgrade outlens."
        )
    return [_event(path, line, i) for i, line in enumerate(lines[1:], 2) if line.strip()]


def _event(path: Location, line: str, number: int) -> Event:
    value: Any = parse_line(path, line, number)
    where = f"{str(path)!r}, line {number}"
    if not isinstance(value, dict) or set(value) != set(_FIELDS):
        raise ValueError(f"{where}: not an event; an event has exactly the fields {', '.join(_FIELDS)}.")
    for field, item in value.items():
        if field == "time" and not (type(item) is int and 0 <= item < 2**53):
            raise ValueError(
                f"{where}: the time {item!r} is not a whole number of microseconds since 1970, below 2**53."
            )
        if field != "time" and not isinstance(item, str):
            raise ValueError(f"{where}: the field {field!r} must be a string, not {item!r}.")
        if field in ("id", "gesture") and not is_id(item):
            raise ValueError(f"{where}: the {field} {item!r} is not 32 hex digits.")
    if value["action"] not in ACTIONS:
        raise ValueError(f"{where}: unknown action {value['action']!r}; the actions are {', '.join(ACTIONS)}.")
    return Event(**value)
