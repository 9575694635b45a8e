"""The methods of `Lens` that tag outputs and count tags."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from outlens import tables
from outlens.owners import Owners
from outlens.ranking import rank_by_tag
from outlens.tags import summaries
from outlens.tags.book import TagBook
from outlens.tags.judgements import from_column
from outlens.tags.merging import Merged


def tag(lens: Owners, name: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
    """Tag outputs or a prompt; the tag is on disk when this returns.

    If the tag cannot be written now, this raises `tags.StoreError`; the tag is kept, shown as not saved, and retried.

    Parameters
    ----------
    name : name of the tag, any str that is not blank. An output can have several tags.
    rows : the rows to tag, in any form that `select` takes. By default the selection.
    prompt : a prompt or its number, to tag the prompt itself instead of outputs; see `prompt_tags`.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "No.", "Never."], vectors=[[1, 0], [0, 1], [0, 1]], store=False)
    >>> lens.tag("refusal", [1, 2])
    >>> lens.tagged("refusal")["response"].tolist()
    ['No.', 'Never.']
    >>> lens.undo()
    'tag ‘refusal’ on 2 outputs'
    """
    _act(lens, "tag", name, rows, prompt)


def untag(lens: Owners, name: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
    """Remove your tag from outputs or a prompt; `rows` and `prompt` as for `tag`.

    Outputs without the tag are unchanged. A tag that nobody ever gave raises KeyError.
    """
    _act(lens, "untag", name, rows, prompt)


def note(lens: Owners, text: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
    """Write a note, replacing your earlier one; "" removes it. `rows` and `prompt` as for `tag`."""
    _act(lens, "note", text, rows, prompt)


def star(lens: Owners, rows: Any = None, on: bool = True) -> None:
    """Give outputs a star, or remove it with `on=False`; `rows` as for `tag`."""
    _act(lens, "star" if on else "unstar", "", rows)


def undo(lens: Owners) -> str:
    """Undo your last tag, note, star, definition, cluster name or correction of points, even from an earlier session.

    Returns a description of what was undone, or "" if there was nothing to undo.
    """
    return _switch(lens._tags, "undo")


def redo(lens: Owners) -> str:
    """Redo what you undid last; return its description, or "" if there was nothing to redo."""
    return _switch(lens._tags, "redo")


def suggest(lens: Owners, tag: str) -> pd.DataFrame:
    """Rank the outputs of the current prompt by how likely they should have a tag too, and sort the reader by it.

    Returns your rows that have no tag yet, likeliest first, with a column `score`, float64 from 0 to 1, which is only
    for ranking. If you have a column `score`, the new one is named "score_lens". `attrs["says"]` describes the
    precision in cross-validation in one sentence, which the reader shows too; `attrs["precision"]` is None if it is
    unknown.

    This tags nothing. It learns from all outputs that anybody gave the tag, against outputs with other tags and a
    sample of the rest. In blind mode it learns only from the tags you may see.
    """
    study = lens._study
    part, suggestion = rank_by_tag(study, lens._state, lens._tags, tag)
    return tables.suggested(study, part, suggestion)


def tagged(lens: Owners, name: str, annotator: str | None = None) -> pd.DataFrame:
    """Return your rows that have a tag, from anybody or from one annotator."""
    return summaries.tagged(lens._tags, lens._study.outputs, name, annotator)


def tag_columns(lens: Owners, annotator: str | None = None) -> pd.DataFrame:
    """Return your rows with one boolean column per tag, "tag=name": whether anybody, or one annotator, gave it.

    If you have a column of the same name, the new one ends in "_lens".
    """
    return summaries.tag_columns(lens._tags, lens._study.outputs, annotator)


def tag_counts(lens: Owners, by: str | None = None) -> pd.DataFrame:
    """Count tagged outputs by annotator, cluster and, with `by`, the value of a column.

    Columns `tag`, `annotator` ("(anybody)" counts an output once), `cluster`, `cluster_name`, the column `by` under its
    name, if given, and `outputs` (int64, above 0). Prompts that were not shown yet are computed first.
    """
    values = None if by is None else lens._study.outputs.column(by, "by")
    lens.prepare()
    cuts = [(part.rows, *tables.cut(part, lens.granularity, lens._tags)) for part in lens._study.computed]
    return summaries.tag_counts(lens._tags, cuts, values)


def judgements(lens: Owners, labels: list[str] | None = None) -> pd.DataFrame:
    """Return one row for each output and each person who judged it, that is, gave it a tag, note or star.

    Columns `output` (position), `annotator`, `tags` (tuple of str), `note`, `star` (bool), `key`, `prompt` and `text`.
    `labels` lists tags that exclude each other: a column `label` then has the one that the person gave, and rows with
    none or several of them are left out.

    Pass the table to `tags.agreement`, `tags.kappas`, `tags.write_label_studio` or `tags.write_argilla`.
    """
    return summaries.judgements(lens._tags, lens._study.outputs, labels)


def tags_from(lens: Owners, column: str, annotator: str | None = None, sep: str | None = None) -> Merged:
    """Add the tags in a column of your frame, whose cells are str, list of str, or missing.

    They count as yours, or as those of `annotator`; `sep` splits a cell with several tags. Returns how many tags were
    added, and how many were already known because the column was read before and that was not undone.
    """
    cells, tags = lens._study.outputs.column(column, "column").tolist(), lens._tags
    who = tags.annotator if annotator is None else annotator
    return tags.take_table(from_column(cells, who, tags.keys, sep, tags.session.lens))


def merge_tags(lens: Owners, *sources: Any) -> Merged:
    """Add other people's tags; tags of different people on one output are all kept.

    Returns how many events were added, how many were already known, and how many are about outputs that this lens does
    not have. The store keeps the latter for a lens that has them.

    Parameters
    ----------
    *sources : paths of tag stores (.sqlite) and of exported events (.jsonl), lists of `tags.Judgement`, or tables
        like `tag_log` and `judgements()`. If one is missing, damaged or from a newer outlens, nothing is added.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
    >>> vectors = [[1, 0], [0, 1], [0, 1]]
    >>> ben = ol.Lens(["Yes.", "No.", "Never."], vectors=vectors, annotator="ben", store=False)
    >>> ben.tag("refusal", [1, 2])
    >>> lens.merge_tags(ben.tag_log)
    1 event taken, 0 known already, 1 about outputs that are not in this lens
    """
    return lens._tags.merge(sources)


def tags(lens: Owners) -> pd.DataFrame:
    """One row per tag: the number of outputs, of all prompts, with the tag from anybody and from each annotator.

    The index is the tag's name; columns `description`, `outputs`, and "annotator=name" for each annotator, int64.
    """
    return summaries.tags(lens._tags)


def prompt_tags(lens: Owners) -> pd.DataFrame:
    """One row per prompt: the number of its outputs, and everybody's tags and notes on the prompt itself.

    The index is the prompt; columns `outputs` (int64), `tags` (tuple of str) and `note`.
    """
    return summaries.prompt_tags(lens._tags, lens._study.outputs)


def tag_log(lens: Owners) -> pd.DataFrame:
    """The log of all events on the outputs of this lens, in order of time.

    Columns `time` (UTC), `annotator`, `action`, `value`, `row` (the index label; None for undo, redo, definitions
    and prompts), `key` (of the output or prompt), `gesture` (shared by the events of one gesture), `id` and `lens`.
    """
    return summaries.tag_log(lens._tags, lens._study.outputs.frame.index)


def _act(lens: Owners, action: str, value: str, rows: Any, prompt: str | int | None = None) -> None:
    """Perform a gesture of `tags.book.GESTURES`."""
    study, state, tags = lens._study, lens._state, lens._tags
    given = study.outputs
    if not isinstance(value, str):
        swapped = f" first, then the rows: lens.{action}({rows!r:.40}, {value!r:.40})" if isinstance(rows, str) else ""
        raise TypeError(f"{action} takes a text{swapped or f', not {value!r:.60}'}.")
    if prompt is not None and rows is not None:
        raise ValueError(f"{action} takes either rows or a prompt, not both.")
    if prompt is not None and given.prompt is None:
        raise ValueError("there are no prompts to tag; name their column when you create the lens: prompt='...'.")
    with tags.lock:
        if prompt is not None:
            positions = np.array([len(given.texts) + study.number_of(prompt)])
        else:
            positions = state.selection if rows is None else given.positions(rows)
        if rows is None and not len(positions):
            raise ValueError(f"nothing is selected; give {action} the rows, or select some first.")
        if action == "untag":
            summaries.check_given(tags, value)
        tags.act(action, value, positions)
        tags.finish()


def _switch(tags: TagBook, action: str) -> str:
    """Undo or redo; return a description, or "" if there was nothing to do."""
    done = tags.switch(action)
    tags.finish()
    return done
