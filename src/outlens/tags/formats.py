"""Tags out and in: the log as JSONL, tables as CSV, JSONL and Parquet, Label Studio, Argilla, Hugging Face datasets.

The log as a file (`write_events`, `read_events`; the exported page writes the same)
------------------------------------------------------------------------------------
UTF-8, lines ended by LF. The first line is `{"outlens": "events", "version": 1}`; each further line is one event, an
object with exactly the fields `id`, `annotator`, `key`, `action`, `value`, `gesture`, `lens` (strings) and `time` (an
integer from 0 to below 2**53, microseconds since 1970 UTC), as `outlens.tags.events.Event` says; `id` and `gesture` are
32 lower-case hex digits. Lone surrogates are `\\uXXXX` escapes, as `JSON.stringify` writes them. Empty lines mean
nothing.

Judgements
----------
What Label Studio and Argilla know is not events but judgements: what one person says of one output. `to_events` makes
events of them.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import pandas as pd

from outlens.tags.events import ACTIONS, Action, Event, keys, new_id

if TYPE_CHECKING:
    from os import PathLike

    Location = str | PathLike[str]

VERSION = 1
_FIELDS = ("id", "time", "annotator", "key", "action", "value", "gesture", "lens")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_ID = re.compile(r"[0-9a-f]{32}\Z")
_HALF = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
# What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), and the sign that defuses it.
_FORMULA = re.compile("[=+\\-@\t\r\n'＝＋－＠]")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person says of one output; without tags: judged, and none given.

    Attributes
    ----------
    key : str
        Of the output, as `outlens.tags.events.keys` makes it.
    text, prompt : str
    annotator : str
    tags : tuple of str
    note : str
        `""` for none.
    star : bool
    """

    key: str
    text: str
    prompt: str
    annotator: str
    tags: tuple[str, ...] = ()
    note: str = ""
    star: bool = False


def to_events(judgements: Iterable[Judgement], lens: str = "") -> list[Event]:
    """The events that say the same: one gesture a person, all at the present time."""
    now = time.time_ns() // 1000
    gestures: dict[str, str] = {}
    events = []
    for one in judgements:
        gesture = gestures.setdefault(one.annotator, new_id())
        said: list[tuple[Action, str]] = [("tag", tag) for tag in dict.fromkeys(one.tags) if tag.strip()]
        if one.note:
            said.append(("note", one.note))
        if one.star:
            said.append(("star", ""))
        events += [Event(new_id(), now, one.annotator, one.key, action, value, gesture, lens) for action, value in said]
    return events


def from_column(
    values: Iterable[Any], annotator: str, keys: Sequence[str], sep: str | None = None, lens: str = ""
) -> list[Event]:
    """Tags that stand in a column, as events of one gesture.

    Parameters
    ----------
    values : iterable, length n
        Each a str (one tag, or a JSON list of them), a list of str, or None, NaN or blank (no tag).
    annotator : str
        Who gave them.
    keys : sequence of str, length n
    sep : str, optional
        Splits each str; blanks around the parts are dropped.

    Raises
    ------
    ValueError
        If the lengths differ.
    TypeError
        If a cell holds something else.
    """
    cells = list(values)
    if len(cells) != len(keys):
        raise ValueError(f"{len(cells)} cells but {len(keys)} keys; give one key for each cell.")
    given = zip(cells, keys, strict=True)
    return to_events([Judgement(key, "", "", annotator, _names(cell, sep)) for cell, key in given], lens)


def _names(cell: Any, sep: str | None) -> tuple[str, ...]:
    if isinstance(cell, str):
        names: Any = [part.strip() for part in cell.split(sep)] if sep else _json_list(cell) or [cell]
    elif isinstance(cell, (list, tuple, set, frozenset, np.ndarray)):
        names = sorted(cell) if isinstance(cell, (set, frozenset)) else list(cell)
    elif _missing(cell):
        return ()
    else:
        names = [cell]
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"a cell holds {name!r}, which is no tag; write a str, a list of str, or None.")
    return tuple(name for name in names if name.strip())


def _json_list(cell: str) -> list[str] | None:
    try:
        value = json.loads(cell) if cell.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return (value or [""]) if isinstance(value, list) and all(isinstance(name, str) for name in value) else None


def _missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell))


# The log


def write_events(path: Location, events: Iterable[Event]) -> Path:
    """Write events as JSONL, whole or not at all; returns the path. The format is told at the top of this module."""
    rows = [{field: getattr(event, field) for field in _FIELDS} for event in events]
    lines = [{"outlens": "events", "version": VERSION}, *rows]
    return _write(path, "".join(_dump(line) + "\n" for line in lines).encode("utf-8", "surrogatepass"))


def read_events(path: Location) -> list[Event]:
    """Read what `write_events` or an exported page wrote, in the order of the file.

    Raises
    ------
    ValueError
        If the file is no such file, of a newer version, or a line is damaged (it says which).
    """
    lines = _read(path).split("\n")
    head = _line(path, lines[0], 1) if lines[0].strip() else None
    if not isinstance(head, dict) or head.get("outlens") != "events":
        raise ValueError(f"{str(path)!r} holds no events of outlens: its first line is not the header.")
    version = head.get("version")
    if type(version) is not int or version < 1:
        raise ValueError(f"{str(path)!r}, line 1: {version!r} is no version; the header is damaged.")
    if version > VERSION:
        raise ValueError(
            f"{str(path)!r} is of version {version}, written by a newer outlens; this one reads version {VERSION}."
        )
    return [_event(path, line, i) for i, line in enumerate(lines[1:], 2) if line.strip()]


def _line(path: Location, line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{str(path)!r}, line {number}: damaged or cut off, not JSON; restore the file or delete the line."
        ) from error


def _event(path: Location, line: str, number: int) -> Event:
    value = _line(path, line, number)
    where = f"{str(path)!r}, line {number}"
    if not isinstance(value, dict) or set(value) != set(_FIELDS):
        raise ValueError(f"{where}: no event; an event has exactly the fields {', '.join(_FIELDS)}.")
    for field, item in value.items():
        if field == "time" and not (type(item) is int and 0 <= item < 2**53):
            raise ValueError(f"{where}: the time {item!r} is no whole number of microseconds since 1970, below 2**53.")
        if field != "time" and not isinstance(item, str):
            raise ValueError(f"{where}: the field {field!r} must be a string, not {item!r}.")
        if field in ("id", "gesture") and not _ID.match(item):
            raise ValueError(f"{where}: the {field} {item!r} is not 32 hex digits.")
    if value["action"] not in ACTIONS:
        raise ValueError(f"{where}: unknown action {value['action']!r}; there are {', '.join(ACTIONS)}.")
    return Event(**value)


# Tables


def write_table(frame: pd.DataFrame, path: Location, excel: bool = False) -> Path:
    """Write a table by the file's suffix: `.csv`, `.jsonl` or `.parquet`; whole or not at all.

    Parameters
    ----------
    frame : DataFrame
        Column names are str. Its index is not written (`reset_index()` first, to keep it).
    path : path
    excel : bool, default False
        For CSV: a text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line end) gets a
        ' before it, and so does a text that begins with '. `read_table(path, excel=True)` takes it off. Numbers stay
        numbers. The file begins with a byte order mark, by which Excel knows UTF-8.

    Returns
    -------
    Path

    Notes
    -----
    In CSV every text is in quotes, numbers, True and False are not, and a missing cell is nothing; lists are JSON text.
    So `read_table` tells `"7"` from `7`. Dates come back from CSV and JSONL as ISO text. A missing cell comes back as
    NaN or None, as pandas takes it.

    Raises
    ------
    ValueError
        If the suffix is another, two columns have one name, a name is no str, or CSV or Parquet would have to hold half
        of a surrogate pair (JSONL can).
    """
    kind = _kind(path, excel)
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ValueError(f"the columns must have distinct names that are str; they are {names[:8]!r}.")
    try:
        if kind == ".parquet":
            return _whole(path, lambda part: frame.to_parquet(part, index=False))
        cells = [[_plain(cell) for cell in frame[name].tolist()] for name in names]
        rows = list(zip(*cells, strict=True)) if names else []
        if kind == ".jsonl":
            text = "".join(_dump(dict(zip(names, row, strict=True))) + "\n" for row in rows)
            return _write(path, text.encode("utf-8", "surrogatepass"))
        text = "".join(",".join(_cell(cell, excel) for cell in row) + "\r\n" for row in [names, *rows])
        return _write(path, text.encode("utf-8-sig" if excel else "utf-8"))
    except UnicodeEncodeError as error:
        raise ValueError(
            f"a text holds half of a surrogate pair, which {kind} cannot; write .jsonl, or clean the text."
        ) from error


def read_table(path: Location, excel: bool = False, lists: Sequence[str] = ("tags",)) -> pd.DataFrame:
    """Read what `write_table` wrote; `lists` names the columns of CSV that hold lists.

    A CSV that another program saved is read too: a cell without quotes is a number, True or False if it looks like one,
    otherwise text.
    """
    kind = _kind(path, excel)
    if kind == ".parquet":
        frame = pd.read_parquet(path)
        for name in frame.columns:
            if frame[name].map(lambda cell: isinstance(cell, np.ndarray)).any():
                frame[name] = pd.Series([_plain(cell) for cell in frame[name]], dtype=object, index=frame.index)
        return frame
    text = _read(path)
    if kind == ".jsonl":
        return pd.DataFrame([_line(path, line, i) for i, line in enumerate(text.split("\n"), 1) if line.strip()])
    head, *rows = list(_csv(text, excel)) or [[]]
    if len(head) > 1:
        rows = [row for row in rows if row != [None]]  # a blank line; with one column it is a missing cell
    for i, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise ValueError(f"{str(path)!r}, row {i}: {len(row)} cells where the header has {len(head)}.")
    frame = pd.DataFrame(rows, columns=pd.Index(head, dtype=object))
    for name in set(lists) & set(head):
        column = [list(_names(cell, None)) if isinstance(cell, str) else cell for cell in frame[name].tolist()]
        frame[name] = pd.Series(column, dtype=object, index=frame.index)
    return frame


def _kind(path: Location, excel: bool) -> str:
    kind = Path(path).suffix.lower()
    if kind not in (".csv", ".jsonl", ".parquet"):
        raise ValueError(f"{str(path)!r} ends in {kind!r}; name the file .csv, .jsonl or .parquet.")
    if excel and kind != ".csv":
        raise ValueError(f"excel=True is for .csv, not for {kind}.")
    return kind


def _plain(cell: Any) -> Any:
    """What JSON can hold: lists for arrays, Python's own numbers, None for missing, ISO text for dates."""
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [_plain(item) for item in cell]
    if _missing(cell):
        return None
    if isinstance(cell, np.generic):
        return cell.item()
    return cell if isinstance(cell, (str, bool, int, float, dict)) else str(cell)


def _cell(cell: Any, excel: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (bool, int, float)):
        return repr(cell)
    text = cell if isinstance(cell, str) else _dump(cell)
    if excel and _FORMULA.match(text):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"'


_TOKEN = re.compile(r'(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|\n|\r|\Z)')


def _csv(text: str, excel: bool) -> Iterator[list[Any]]:
    at, head = 0, True
    row: list[Any] = []
    while at < len(text) or row:
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"the CSV is damaged at character {at}: a quote is not closed, or stands inside a cell.")
        quoted, bare, end = found.groups()
        value = quoted.replace('""', '"') if quoted is not None else bare if head else _bare(bare)
        if excel and isinstance(value, str) and value.startswith("'"):
            value = value[1:]
        row.append(value)
        at = found.end()
        if end != ",":
            yield row
            row, head = [], False


# As `repr` writes them: "1_000" and "٣" are text, though int() takes them; "007" loses its meaning as a number.
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]{0,18})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|inf)")


def _bare(text: str) -> Any:
    if text == "":
        return None
    if text in ("True", "False", "TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eEinf") else int(text)
    return text


# Hugging Face datasets


def to_datasets(frame: pd.DataFrame) -> Any:
    """The table as a `datasets.Dataset`; needs the package `datasets`. The index is left out."""
    try:
        from datasets import Dataset  # type: ignore[import-not-found, unused-ignore]
        from datasets.table import InMemoryTable  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise ImportError("to_datasets needs the package datasets: pip install outlens[datasets].") from error
    # A fingerprint of its own: the one that `Dataset.from_pandas` makes pickles all of pyarrow, which may fail.
    content = repr(frame.to_dict("list")).encode("utf-8", "surrogatepass")
    table = InMemoryTable.from_pandas(frame, preserve_index=False)
    return Dataset(table, fingerprint=blake2b(content, digest_size=8).hexdigest())


def from_datasets(dataset: Any) -> pd.DataFrame:
    """The table of a `datasets.Dataset`, with lists as lists."""
    frame: pd.DataFrame = dataset.to_pandas()
    for name in frame.columns:
        if frame[name].map(lambda cell: isinstance(cell, np.ndarray)).any():
            frame[name] = pd.Series([_plain(cell) for cell in frame[name]], dtype=object, index=frame.index)
    return frame


# Label Studio


def write_label_studio(path: Location, judgements: Iterable[Judgement]) -> Path:
    """Write tasks with annotations for Label Studio (JSON of version 1.x), whole or not at all.

    A project that takes them has in its labeling configuration `<Text name="text" value="$text"/>`,
    `<Choices name="tags" toName="text" choice="multiple">`, `<TextArea name="note" toName="text"/>`,
    `<Choices name="star" toName="text">` with the one choice `star`, and `<TextArea name="annotator" toName="text"/>`.
    The annotator is a text and not `completed_by`, because Label Studio takes only the numbers of its own users there.
    """
    tasks: list[dict[str, Any]] = []
    for rows in _by_key(judgements):
        data = {"key": rows[0].key, "prompt": rows[0].prompt, "text": rows[0].text}
        tasks.append({"data": data, "annotations": [{"result": _results(one)} for one in rows]})
    return _write(path, _dump(tasks).encode("utf-8", "surrogatepass"))


def _results(one: Judgement) -> list[dict[str, Any]]:
    results = [_result("annotator", "textarea", "text", [one.annotator])]
    if one.tags:
        results.append(_result("tags", "choices", "choices", list(one.tags)))
    if one.note:
        results.append(_result("note", "textarea", "text", [one.note]))
    if one.star:
        results.append(_result("star", "choices", "choices", ["star"]))
    return results


def _result(name: str, kind: str, field: str, value: list[str]) -> dict[str, Any]:
    return {"id": new_id()[:10], "from_name": name, "to_name": "text", "type": kind, "value": {field: value}}


def read_label_studio(path: Location) -> list[Judgement]:
    """Read the JSON export of Label Studio, or what `write_label_studio` wrote.

    Tags are the choices named `tags`, notes the text area `note`. The annotator is the text area `annotator`, otherwise
    `completed_by`: the email address where the export has it, else the number. A task without `key` in its data gets
    the key of its prompt and text. Skipped annotations and predictions are left out.

    Raises
    ------
    ValueError
        If the file is no JSON of this form.
    """
    tasks = _records(path)
    with _form(path, "Label Studio"):
        found = _keys([(task["data"].get("key"), _pair(task["data"])) for task in tasks])
        judgements = []
        for task, key in zip(tasks, found, strict=True):
            prompt, text = _pair(task["data"])
            for annotation in task.get("annotations", []):
                if annotation.get("was_cancelled"):
                    continue
                said: dict[str, list[str]] = {"tags": [], "note": [], "star": [], "annotator": []}
                for result in annotation["result"]:
                    value = result["value"].get("choices", result["value"].get("text", []))
                    said.setdefault(result["from_name"], []).extend([value] if isinstance(value, str) else value)
                who = annotation.get("completed_by", "")
                who = who.get("email", who.get("id", "")) if isinstance(who, dict) else who
                annotator = said["annotator"][0] if said["annotator"] else str(who)
                tags, note = tuple(dict.fromkeys(said["tags"])), "\n".join(said["note"])
                judgements.append(Judgement(key, text, prompt, annotator, tags, note, bool(said["star"])))
        return judgements


# Argilla


def write_argilla(path: Location, judgements: Iterable[Judgement], users: Mapping[str, str] | None = None) -> Path:
    """Write records for Argilla (2.x, the JSON of `dataset.records.to_json`), whole or not at all.

    Fields `prompt` and `text`; questions `tags` (several labels), `note` (text) and `star` (a label `star`). `users`
    gives the UUID of a person on the server; a person without gets one made of the name. The names stand in the
    metadata `annotators`, which a server must allow (`allow_extra_metadata`). An Argilla server refuses an answer
    without a label; such a judgement is in the file and comes back by `read_argilla`.
    """
    records = []
    for rows in _by_key(judgements):
        responses: dict[str, list[dict[str, Any]]] = {"tags": []}
        names = []
        for one in rows:
            user = (users or {}).get(one.annotator) or str(
                uuid5(NAMESPACE_URL, one.annotator.encode("utf-8", "surrogatepass").hex())
            )
            names.append(f"{user} {one.annotator}")
            responses["tags"].append({"value": list(one.tags), "user_id": user})
            if one.note:
                responses.setdefault("note", []).append({"value": one.note, "user_id": user})
            if one.star:
                responses.setdefault("star", []).append({"value": "star", "user_id": user})
        fields = {"prompt": rows[0].prompt, "text": rows[0].text}
        record = {"id": rows[0].key, "fields": fields, "metadata": {"annotators": names}, "suggestions": {}}
        records.append({**record, "responses": responses, "vectors": {}})
    return _write(path, _dump(records).encode("utf-8", "surrogatepass"))


def read_argilla(path: Location, users: Mapping[str, str] | None = None) -> list[Judgement]:
    """Read records of Argilla 2.x (`dataset.records.to_json`), or what `write_argilla` wrote.

    The record's id is the key. A person's name is found in `users` (name to UUID), in the metadata `annotators`, and
    otherwise is the UUID.

    Raises
    ------
    ValueError
        If the file is no JSON of this form.
    """
    records = _records(path)
    with _form(path, "Argilla"):
        found = _keys([(record.get("id"), _pair(record["fields"])) for record in records])
        judgements = []
        for record, key in zip(records, found, strict=True):
            prompt, text = _pair(record["fields"])
            known = dict(name.split(" ", 1) for name in (record.get("metadata") or {}).get("annotators", []))
            known.update({user: name for name, user in (users or {}).items()})
            said: dict[str, dict[str, Any]] = {}
            for question in ("tags", "note", "star"):
                for response in record["responses"].get(question, []):
                    said.setdefault(response["user_id"], {})[question] = response["value"]
            for user, values in said.items():
                tags = values.get("tags") or []
                tags = (tags,) if isinstance(tags, str) else tuple(dict.fromkeys(tags))
                note, star = values.get("note") or "", bool(values.get("star"))
                judgements.append(Judgement(key, text, prompt, known.get(user, user), tags, note, star))
        return judgements


def _by_key(judgements: Iterable[Judgement]) -> list[list[Judgement]]:
    groups: dict[str, list[Judgement]] = {}
    for one in judgements:
        groups.setdefault(one.key, []).append(one)
    return list(groups.values())


def _pair(data: Mapping[str, Any]) -> tuple[str, str]:
    prompt, text = data.get("prompt") or "", data["text"]
    if not isinstance(prompt, str) or not isinstance(text, str):
        raise TypeError("prompt and text are texts")
    return prompt, text


def _keys(found: list[tuple[Any, tuple[str, str]]]) -> list[str]:
    made = keys([text for _, (_, text) in found], [prompt for _, (prompt, _) in found])
    return [str(own) if own is not None else other for (own, _), other in zip(found, made, strict=True)]


def _records(path: Location) -> list[dict[str, Any]]:
    try:
        value = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is damaged or cut off: it is not JSON.") from error
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{str(path)!r} is not a list of objects, as an export is.")
    return value


@contextmanager
def _form(path: Location, program: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{str(path)!r} is not of the form that {program} exports: {error}.") from error


# Files


def _dump(value: Any) -> str:
    """JSON as text; `_HALF` because two halves that stand side by side must not become one character on the way."""
    return _HALF.sub(lambda found: f"\\u{ord(found[0]):04x}", _ENCODE(value))


def _read(path: Location) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ValueError(f"{str(path)!r} is damaged or no text: byte {error.start} is not UTF-8.") from error


def _write(path: Location, data: bytes) -> Path:
    return _whole(path, lambda part: part.write_bytes(data))


def _whole(path: Location, write: Callable[[Path], Any]) -> Path:
    """Let `write` fill a file that takes the place of `path` only when it is complete."""
    target = Path(path)
    if target.is_dir():
        raise ValueError(f"{str(target)!r} is a folder; give the name of a file.")
    if not target.absolute().parent.is_dir():
        raise ValueError(f"the folder {str(target.absolute().parent)!r} does not exist; make it first.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target
