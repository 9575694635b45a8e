"""What happened to an output, and the keys by which outputs are found again: the ground of the tag log."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args
from uuid import uuid4

Action = Literal["tag", "untag", "note", "star", "unstar", "name", "define", "undo", "redo"]
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
        Of the output, as `keys` makes it; `"prompt:..."` for a prompt (`prompt_key`), `"tag:<name>"` for the definition
        of a tag, `""` for undo and redo.
    action : str
        One of `ACTIONS`.
    value : str
        tag, untag: the tag's name. note: the text, `""` clears it. name: the name given to the cluster in which the
        output was, `""` takes it away. define: JSON with those of `color`, `description` and `key`
        that change. undo, redo: the id of the gesture. star, unstar: `""`.
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
    """What to raise where two different events have one id."""
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
    """The key of each output: what it is, not where it stands.

    Parameters
    ----------
    texts : sequence of str, length n
    prompts : sequence of str, length n, optional
        The prompt that each output answers; none is the same as an empty prompt.
    ids : iterable, length n, optional
        The user's own identifiers. With them the text does not matter.

    Returns
    -------
    list of str, length n
        `"id:<id>"`, or `"text:<hash of prompt and text>"`; the second and third equal one end in `#2` and `#3`. So keys
        survive a re-run, another order and added rows. They are all different.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> keys(["yes", "no"], ids=[7, 7])
    ['id:7', 'id:7#2']
    """
    if prompts is not None and len(prompts) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(prompts)} prompts; give one prompt for each text.")
    if ids is not None:
        # A column of whole numbers becomes one of floats where a row was missing for a while: 7.0 is 7.
        stems = [f"id:{int(i) if isinstance(i, float) and i.is_integer() else i}" for i in ids]
        if len(stems) != len(texts):
            raise ValueError(f"{len(texts)} texts but {len(stems)} ids; give one id for each text.")
    elif prompts is None:
        stems = [f"text:{_hash('', text)}" for text in texts]
    else:
        stems = [f"text:{_hash(prompt, text)}" for prompt, text in zip(prompts, texts, strict=True)]
    # An id may itself end in "#2": a key that some other output has as its stem is never made up for a repeat.
    taken = set(stems)
    counts: dict[str, int] = {}
    result = []
    for stem in stems:
        count = counts.get(stem, 0) + 1
        key = stem
        if count > 1:
            while (key := f"{stem}#{count}") in taken:
                count += 1
            taken.add(key)
        counts[stem] = count
        result.append(key)
    return result


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
