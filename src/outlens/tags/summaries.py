"""Tags, tagged outputs and judgements as DataFrames. Each function first reads other people's events."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import NotFound, hint
from outlens.outputs import Outputs
from outlens.tags import frames
from outlens.tags.book import TagBook
from outlens.tags.frames import frame_of, with_columns
from outlens.tags.judgements import COLUMNS, Judgement, prompt_texts

ANYBODY = "(anybody)"
"""Stands for all annotators together; an output counts once."""


def tags(book: TagBook) -> pd.DataFrame:
    """Return one row per tag; see `Lens.tags`."""
    with book.lock:
        book.refresh()
        state = book.session.state
        defined = state.definitions()
        names = book.names()

        def count(name: str, who: str | None = None) -> int:
            return len(state.holders(name, who).difference(book.prompt_keys))

        table = {
            "description": np.array([defined.get(name, {}).get("description", "") for name in names], object),
            "outputs": np.array([count(name) for name in names], np.int64),
            **{f"annotator={who}": np.array([count(name, who) for name in names], np.int64) for who in book.people()},
        }
    return frame_of(table, pd.Index(names, dtype=object, name="tag"))


def prompt_tags(book: TagBook, outputs: Outputs) -> pd.DataFrame:
    """Return one row per prompt; see `Lens.prompt_tags`."""
    with book.lock:
        book.refresh()
        prompts = outputs.prompts()
        table = {
            "outputs": pd.Series([len(rows) for _, rows in prompts], dtype="int64"),
            **{name: pd.Series(cells, dtype=object) for name, cells in tags_and_notes(book, book.prompt_keys).items()},
        }
    return pd.DataFrame(table).set_index(pd.Index([label for label, _ in prompts], dtype=object, name="prompt"))


def tagged(book: TagBook, outputs: Outputs, name: str, annotator: str | None) -> pd.DataFrame:
    """Return the user's rows that have a tag, from anybody or from one person."""
    with book.lock:
        book.refresh()
        check_name(book, name)
        check_annotator(book, annotator)
        return outputs.frame[book.held(name, annotator)].copy()


def tag_columns(book: TagBook, outputs: Outputs, annotator: str | None) -> pd.DataFrame:
    """Return the user's rows with one boolean column per tag."""
    with book.lock:
        book.refresh()
        check_annotator(book, annotator)
        masks = {f"tag={name}": book.held(name, annotator) for name in book.names()}
    return with_columns(outputs.frame, masks)


def tag_counts(
    book: TagBook,
    clusters: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.integer[Any]], npt.NDArray[np.object_]]],
    by: pd.Series[Any] | None,
) -> pd.DataFrame:
    """Count the outputs with each tag, by annotator, cluster and the value of a column.

    Parameters
    ----------
    clusters : for each prompt the positions of its outputs, and the number and name of the cluster of each.
    by : the column, with one cell per output.
    """
    rows, cluster, names = (
        np.concatenate([np.zeros(0, kind), *(part[i] for part in clusters)])
        for i, kind in enumerate((np.int64, np.int64, object))
    )
    with book.lock:
        book.refresh()
        masks = [
            (tag, who or ANYBODY, book.held(tag, who)[rows]) for tag in book.names() for who in (None, *book.people())
        ]
    return frames.tag_counts(masks, cluster, names, None if by is None else by.iloc[rows])


def judgements(book: TagBook, outputs: Outputs, labels: Sequence[str] | None) -> pd.DataFrame:
    """Return one row for each output and person who judged it; see `Lens.judgements`."""
    with book.lock:
        book.refresh()
        if isinstance(labels, str):
            raise TypeError(f"labels is the text {labels!r}; give a list of tags, such as [{labels!r}].")
        for label in labels or []:
            check_name(book, label)
        rows = _judgements(book, outputs)
    table = frame_of(
        {
            "output": np.array([position for position, _ in rows], np.int64),
            **{name: _cells([getattr(given, name) for _, given in rows]) for name in COLUMNS},
        }
    ).astype({"star": bool})
    if labels is None:
        return table
    chosen = [[tag for tag in given.tags if tag in labels] for _, given in rows]
    table["label"] = pd.Series(_cells([tags[0] if len(tags) == 1 else None for tags in chosen]), dtype=object)
    return table[[len(tags) == 1 for tags in chosen]].reset_index(drop=True)


def _cells(values: list[Any]) -> npt.NDArray[np.object_]:
    cells = np.empty(len(values), object)
    cells[:] = values
    return cells


def _judgements(book: TagBook, outputs: Outputs) -> list[tuple[int, Judgement]]:
    """Return the judgements with the positions of their outputs, person by person."""
    state = book.session.state
    prompt = outputs.prompt
    prompts = [""] * len(book.keys) if prompt is None else prompt_texts(outputs.frame[prompt])
    made = []
    for who in book.people():
        notes, stars = state.notes(who), state.starred(who)
        tags: dict[str, list[str]] = {}
        for name in book.names():
            for key in state.holders(name, who):
                tags.setdefault(key, []).append(name)
        for i, key in enumerate(book.keys):
            if key in tags or key in notes or key in stars:
                names = tuple(tags.get(key, ()))
                note = notes.get(key, "")
                made.append((i, Judgement(key, outputs.texts[i], prompts[i], who, names, note, key in stars)))
    return made


def tag_log(book: TagBook, index: pd.Index[Any]) -> pd.DataFrame:
    """Return every event on the outputs of a lens, in order; see `Lens.tag_log`."""
    with book.lock:
        book.refresh()
        events = book.session.events()
        positions = [book.session.position(event.key) for event in events]
    rows = [
        {
            "time": pd.Timestamp(event.time, unit="us", tz="UTC"), "annotator": event.annotator,
            "action": event.action, "value": event.value,
            "row": None if position is None or position >= len(index) else index[position],
            "key": event.key, "gesture": event.gesture, "id": event.id, "lens": event.lens,
        }
        for event, position in zip(events, positions, strict=True)
    ]  # fmt: skip
    columns = ["time", "annotator", "action", "value", "row", "key", "gesture", "id", "lens"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    return table.assign(time=pd.to_datetime(table["time"], utc=True))


def tags_and_notes(book: TagBook, keys: Sequence[str]) -> dict[str, npt.NDArray[np.object_]]:
    """Return everybody's tags and notes for these keys: "tags" (tuples) and "note" (lines)."""
    with book.lock:
        state = book.session.state
        tags: dict[str, list[str]] = {}
        for name in book.names():
            for key in state.holders(name):
                tags.setdefault(key, []).append(name)
        notes: dict[str, list[str]] = {}
        for who in book.people():
            for key, text in state.notes(who).items():
                notes.setdefault(key, []).append(text if who == book.annotator else f"{who}: {text}")
    both = {"tags": np.empty(len(keys), object), "note": np.empty(len(keys), object)}
    for i, key in enumerate(keys):
        both["tags"][i] = tuple(tags.get(key, ()))
        both["note"][i] = "\n".join(notes.get(key, ()))
    return both


def check_name(book: TagBook, name: Hashable) -> None:
    """Raise KeyError if there is no such tag."""
    names = book.names()
    if name not in names:
        raise NotFound(f"no output has the tag {name!r}; {hint(name, names, 'tags')}")


def check_given(book: TagBook, name: str) -> None:
    """Raise KeyError if nobody ever gave this tag. A removed tag is accepted, so that a call can be repeated."""
    book.refresh()
    if name not in book.session.state.numbers():
        check_name(book, name)


def check_annotator(book: TagBook, name: str | None) -> None:
    """Raise KeyError if nobody of that name tagged anything here; None stands for anybody."""
    if name is None or name in (people := book.people()):
        return
    # Include people who have removed all their tags.
    people = list(dict.fromkeys([*people, *(e.annotator for e in book.session.store.events(book.session.keys))]))
    if name not in people:
        raise NotFound(f"no annotator {name!r} tagged anything here; {hint(name, people, 'annotators')}")
