"""Events of the tag log, and the keys of the outputs, prompts and tags that they concern."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args
from uuid import uuid4

Action = Literal["tag", "untag", "note", "star", "unstar", "name", "define", "undo", "redo", "cluster", "point"]
ACTIONS: tuple[Action, ...] = get_args(Action)
_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that one person did to one output. Events are appended, never edited or deleted.

    Attributes
    ----------
    id : str
        UUID4 of this event, 32 hex digits.
    time : int
        Microseconds since 1970, UTC. Events are ordered by `(time, id)`.
    annotator : str
        The person who did it.
    key : str
        Key of the output, as `outlens.tags.identity` makes it; `"prompt:..."` for a prompt (`prompt_key`),
        `"tag:<name>"` for the definition of a tag, `""` for undo and redo.
    action : str
        One of `ACTIONS`.
    value : str
        tag, untag: the tag's name. note: the text, or `""` to clear it. cluster: the name of the cluster that the
        outputs of the gesture form, or `""` to clear it. point: a correction of points, as
        `outlens.points.corrections` writes it, for the outputs that hold the wordings concerned. define: JSON of the
        changes in `color`, `description` and `key`. undo, redo: the id of the gesture. star, unstar: `""`. name: in
        older logs, the name of the cluster that the output was in.
    gesture : str
        UUID4 that all events of one gesture share.
    lens : str
        The lens that wrote it, for information only.
    """

    id: str
    time: int
    annotator: str
    key: str
    action: Action
    value: str
    gesture: str
    lens: str


def order(event: Event) -> tuple[int, str]:
    """Return the sort key of an event: `(time, id)`."""
    return event.time, event.id


def distinct(events: Iterable[Event]) -> list[Event]:
    """Return each event once, in the order `(time, id)`.

    Raises
    ------
    ValueError
        If two different events have the same id, because a log was edited by hand.
    """
    known: dict[str, Event] = {}
    for event in events:
        if known.setdefault(event.id, event) != event:
            raise different(event.id)
    return sorted(known.values(), key=order)


def different(identifier: str) -> ValueError:
    """Return the error for two different events with the same id."""
    return ValueError(
        f"Two different events have the id {identifier}: one of the logs was edited. Events are never edited; "
        "use the original log."
    )


def new_id() -> str:
    """Return a new UUID4, 32 hex digits."""
    return uuid4().hex


def is_id(text: str) -> bool:
    """Whether this is an id of an event or gesture: 32 lower-case hex digits."""
    return _ID.fullmatch(text) is not None


def keys(
    texts: Sequence[str], prompts: Sequence[str] | None = None, ids: Iterable[Hashable] | None = None
) -> list[str]:
    """Return a key for each output that depends on its content, not on its position.

    `outlens.tags.identity.identify` also distinguishes equal outputs by their other columns.

    Parameters
    ----------
    texts : sequence of str, length n
    prompts : sequence of str, length n, optional
        The prompt of each output; empty by default.
    ids : iterable, length n, optional
        Your own identifiers. If given, the texts are not used.

    Returns
    -------
    list of str, length n
        `"id:<id>"`, or `"text:<hash of prompt and text>"` with the suffix `#2`, `#3` and so on for repeated outputs.
        The keys are distinct.

    Raises
    ------
    ValueError
        If the lengths differ, or two ids are equal or print alike.

    Examples
    --------
    >>> keys(["yes", "no"], ids=[7, "b"])
    ['id:7', 'id:b']
    """
    if prompts is not None and len(prompts) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(prompts)} prompts; give one prompt for each text.")
    if ids is not None:
        return _id_keys(list(ids), len(texts))
    if prompts is None:
        stems = [f"text:{_hash('', text)}" for text in texts]
    else:
        stems = [f"text:{_hash(prompt, text)}" for prompt, text in zip(prompts, texts, strict=True)]
    counts: dict[str, int] = {}
    result = []
    for stem in stems:
        count = counts[stem] = counts.get(stem, 0) + 1
        result.append(stem if count == 1 else f"{stem}#{count}")
    return result


def _id_keys(ids: list[Hashable], n: int) -> list[str]:
    if len(ids) != n:
        raise ValueError(f"{n} texts but {len(ids)} ids; give one id for each text.")
    first: dict[str, Hashable] = {}
    for identifier in ids:
        # A missing row turns a column of whole numbers into floats: 7.0 is 7.
        whole = isinstance(identifier, float) and identifier.is_integer()
        key = f"id:{int(identifier) if whole else identifier}"  # type: ignore[call-overload]
        if key in first:
            raise ValueError(_alike(first[key], identifier))
        first[key] = identifier
    return list(first)


def _alike(a: Hashable, b: Hashable) -> str:
    if a == b:
        return f"The id {getattr(b, 'item', lambda: b)()!r} occurs twice; give each output its own id."
    return f"The ids {a!r} and {b!r} print alike, so their tags cannot be kept apart; make all ids one type."


def prompt_key(prompt: str) -> str:
    """Return the key of a prompt, for tags and notes about the prompt itself: `"prompt:<hash>"`."""
    return f"prompt:{_hash(prompt)}"


def tag_key(name: str) -> str:
    """Return the key for the colour, description and shortcut of a tag: `"tag:<name>"`."""
    return f"tag:{name}"


def _hash(*parts: str) -> str:
    """Return 24 hex digits; lone surrogates are allowed, and `("ab", "c")` differs from `("a", "bc")`."""
    data = b""
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        data += len(encoded).to_bytes(8, "little") + encoded
    return blake2b(data, digest_size=12).hexdigest()
