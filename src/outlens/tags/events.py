"""Events of the tag log, and the keys of outputs, prompts and tags that they are about."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args
from uuid import uuid4

Action = Literal["tag", "untag", "note", "star", "unstar", "name", "define", "undo", "redo", "cluster"]
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
        Who did it.
    key : str
        Of the output, as `outlens.tags.identity` makes it; `"prompt:..."` for a prompt (`prompt_key`), `"tag:<name>"`
        for the definition of a tag, `""` for undo and redo.
    action : str
        One of `ACTIONS`.
    value : str
        tag, untag: the tag's name. note: the text, `""` clears it. cluster: the name of the cluster that the outputs
        of the gesture make up, `""` clears it. define: JSON with those of `color`, `description` and `key` that change.
        undo, redo: the id of the gesture. star, unstar: `""`. name: in older logs, the name of the cluster that the
        output was in.
    gesture : str
        UUID4 that all events of one gesture share.
    lens : str
        Which lens wrote it; informative.
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
    """The place of an event among others: `(time, id)`."""
    return event.time, event.id


def distinct(events: Iterable[Event]) -> list[Event]:
    """Each event once, in the order `(time, id)`.

    Raises
    ------
    ValueError
        If two different events have one id: a log was edited by hand.
    """
    known: dict[str, Event] = {}
    for event in events:
        if known.setdefault(event.id, event) != event:
            raise different(event.id)
    return sorted(known.values(), key=order)


def different(identifier: str) -> ValueError:
    """Return the error for two different events with the same id."""
    return ValueError(
        f"Two different events have the id {identifier}: one of the logs was edited. Events are only added; "
        "take the log as it was written."
    )


def new_id() -> str:
    """A fresh UUID4, 32 hex digits."""
    return uuid4().hex


def is_id(text: str) -> bool:
    """Whether this is an id of an event or gesture: 32 lower-case hex digits."""
    return _ID.fullmatch(text) is not None


def keys(
    texts: Sequence[str], prompts: Sequence[str] | None = None, ids: Iterable[Hashable] | None = None
) -> list[str]:
    """Give each output a key by what it is, not by where it stands.

    `outlens.tags.identity.identify` also tells equal outputs apart by their other columns.

    Parameters
    ----------
    texts : sequence of str, length n
    prompts : sequence of str, length n, optional
        The prompt that each output answers; without them every prompt is empty.
    ids : iterable, length n, optional
        Your own identifiers. With them the text does not matter.

    Returns
    -------
    list of str, length n
        `"id:<id>"`, or `"text:<hash of prompt and text>"`, where the second and third equal output end in `#2` and
        `#3`. They are all different.

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
        # A column of whole numbers becomes one of fractions while a row of it is missing: 7.0 is 7.
        whole = isinstance(identifier, float) and identifier.is_integer()
        key = f"id:{int(identifier) if whole else identifier}"  # type: ignore[call-overload]
        if key in first:
            raise ValueError(_alike(first[key], identifier))
        first[key] = identifier
    return list(first)


def _alike(a: Hashable, b: Hashable) -> str:
    if a == b:
        return f"The id {getattr(b, 'item', lambda: b)()!r} is there twice; give each output an id of its own."
    return f"The ids {a!r} and {b!r} print alike, so their tags cannot be kept apart; make all ids one type."


def prompt_key(prompt: str) -> str:
    """The key of a prompt, for tags and notes that concern all outputs to it: `"prompt:<hash>"`."""
    return f"prompt:{_hash(prompt)}"


def tag_key(name: str) -> str:
    """The key under which the colour, description and shortcut of a tag are defined: `"tag:<name>"`."""
    return f"tag:{name}"


def _hash(*parts: str) -> str:
    """24 hex digits; lone surrogates are allowed, and `("ab", "c")` differs from `("a", "bc")`."""
    digest = blake2b(digest_size=12)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return digest.hexdigest()
