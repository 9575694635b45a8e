"""JSON files that may hold lone surrogates, and helpers for annotation exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, cast

import pandas as pd

from outlens._files import replacing
from outlens.tags.events import keys
from outlens.tags.judgements import Judgement, from_table, is_table_of_judgements

Location = str | PathLike[str]

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
# A pair is left alone: in Python it is two lone surrogates side by side, but JSON reads a pair of escapes as one
# character. `outlens._unicode.SURROGATE` also matches each half of a pair.
_UNPAIRED = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


def to_json(value: Any) -> str:
    """Return JSON text in which each unpaired surrogate is an escape, as `JSON.stringify` writes it."""
    return _UNPAIRED.sub(lambda match: f"\\u{ord(match[0]):04x}", _ENCODE(value))


def parse_line(path: Location, line: str, number: int) -> Any:
    """Return the JSON value of a line; errors name the line."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{str(path)!r}, line {number}: damaged or cut off, not JSON; restore the file or delete the line."
        ) from error


def check_file(path: Location) -> None:
    """Raise ValueError unless there is a file at the path."""
    if Path(path).is_dir():
        raise ValueError(f"{str(path)!r} is a folder; give the path of a file in it.")
    if not Path(path).is_file():
        raise ValueError(f"the file {str(path)!r} does not exist; give the path of an existing file.")


def read_text(path: Location) -> str:
    """Return the text of a UTF-8 file, without a byte order mark."""
    check_file(path)
    try:
        return Path(path).read_bytes().decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ValueError(f"{str(path)!r} is damaged or not text: byte {error.start} is not UTF-8.") from error


def write_bytes(path: Location, data: bytes) -> Path:
    """Write a file atomically."""
    with replacing(path) as file:
        file.write(data)
    return Path(path)


def write_json(path: Location, value: Any) -> Path:
    """Write one JSON value atomically."""
    return write_bytes(path, to_json(value).encode("utf-8", "surrogatepass"))


# Exports of annotation programs


def by_output(judgements: Iterable[Judgement] | pd.DataFrame) -> list[list[Judgement]]:
    """Group judgements by the output they are about.

    Raises
    ------
    TypeError
        If one is not a `Judgement`.
    """
    if is_table_of_judgements(judgements):
        judgements = from_table(cast("pd.DataFrame", judgements))
    if not isinstance(judgements, Iterable) or isinstance(judgements, str | pd.DataFrame):
        raise TypeError(f"{type(judgements).__name__} is not a table of judgements; give lens.judgements().")
    groups: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if not isinstance(judgement, Judgement):
            raise TypeError(f"{type(judgement).__name__} is not a Judgement; give lens.judgements().")
        groups.setdefault(judgement.key, []).append(judgement)
    return list(groups.values())


def read_records(path: Location) -> list[dict[str, Any]]:
    """Return the objects of a JSON file that is a list of objects."""
    text = read_text(path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is damaged or cut off: it is not JSON.") from error
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{str(path)!r} is not a list of objects, as an export is.")
    return value


@contextmanager
def exported_by(program: str, path: Location) -> Iterator[None]:
    """Raise ValueError if the block fails because an export does not have the expected form."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{str(path)!r} does not have the form that {program} exports: {error}.") from error


def prompt_and_text(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the prompt (`""` for none) and the text of a record."""
    prompt, text = data.get("prompt") or "", data["text"]
    if not isinstance(prompt, str) or not isinstance(text, str):
        raise TypeError("prompt and text must be strings")
    return prompt, text


def keys_of(given: list[Any], pairs: list[tuple[str, str]]) -> list[str]:
    """Return the key of each record: the one the file gives, or one made from its prompt and text."""
    made = keys([text for _, text in pairs], [prompt for prompt, _ in pairs])
    return [other if key is None else str(key) for key, other in zip(given, made, strict=True)]
