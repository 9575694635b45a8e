"""The traits of a page without a kernel: those of the widget, and of each computed prompt."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import Any

from outlens import report, tables
from outlens._errors import NotFound, hint
from outlens._unicode import clean
from outlens.settings import DEFAULTS
from outlens.state import LensState
from outlens.study import Study
from outlens.tables import page_names
from outlens.tags.book import TagBook
from outlens.widget import tagged
from outlens.widget.parts import PartOnWire


def html(
    study: Study, state: LensState, tags: TagBook, traits: dict[str, Any], *, title: str | None, author: str
) -> str:
    """Return the HTML of a page that holds the traits of `page_state`; the title is the prompt by default."""
    part = study.parts[state.prompt]
    if title is None:
        title = clean(part.prompt or "")[:80] or "Outputs"
    caption = f"{len(study.outputs.texts):,} outputs"
    fallback = tables.html(study, part, state.granularity, tags, caption)
    today = datetime.date.today().isoformat()
    return report.page(traits, title=title, author=author, date=today, fallback=fallback)


def page_state(
    study: Study,
    state: LensState,
    tags: TagBook,
    parts: Sequence[PartOnWire],
    traits: dict[str, Any],
    *,
    with_tags: bool,
    left_out: Collection[str],
) -> dict[str, Any]:
    """Return the traits for a page; prompts are numbered among those that are computed.

    Parameters
    ----------
    traits : granularity, selection, prompt_index, renames, view and _ranked of the widget.
    with_tags : whether to include tags, notes and stars.
    left_out : names of the columns to leave out.
    """
    computed = study.computed
    place = {part.number: i for i, part in enumerate(computed)}
    view, ranked = _without(state.view, left_out, with_tags), traits["_ranked"]
    if not with_tags or ranked.get("prompt") not in place:
        ranked = {}
    pages = []
    for part in computed:
        on_wire = parts[part.number]
        traits_of_part = on_wire.traits(state, paged=False)
        info = traits_of_part["_info"]
        about = [column for column in info["columns"] if column["name"] not in left_out]
        pages.append({
            **traits_of_part,
            "_columns": {name: data for name, data in traits_of_part["_columns"].items() if name not in left_out},
            "_info": {
                **info,
                "prompts": [info["prompts"][other.number] for other in computed],
                "prompt": place[part.number],
                "columns": about,
                "source": next((column["name"] for column in about if column["by"]), None),
            },
            **on_wire.for_page(),
            "_summary": on_wire.summary(),
            "_tagged": _tagged(on_wire, tags) if with_tags else tagged.NONE,
            "_keys": on_wire.keys(),
        })  # fmt: skip
    renames = [{**r, "prompt": place[r["prompt"]]} for r in traits["renames"] if r["prompt"] in place]
    return {
        **traits,
        "prompt_index": place[traits["prompt_index"]],
        "renames": renames,
        "view": view,
        "_ranked": {**ranked, "prompt": place[ranked["prompt"]]} if ranked else {},
        "_pages": pages,
        "_names": page_names(study.outputs),
        "_lens": tags.session.lens,
    }


def columns_left_out(study: Study, columns: Sequence[str] | None) -> set[str]:
    """Return the names of the columns that a page with these columns leaves out; None includes all."""
    known = [column.name for column in study.columns]
    if columns is None:
        return set()
    if isinstance(columns, str):
        raise TypeError(f"columns takes a list of names; write [{columns!r}].")
    for name in columns:
        if name not in known:
            raise NotFound(f"the outputs have no column {name!r} to show on a page; {hint(name, known, 'columns')}")
    return set(known) - set(columns)


def _without(view: dict[str, Any], left_out: Collection[str], with_tags: bool) -> dict[str, Any]:
    """Return the view with defaults for settings that refer to something not on the page."""
    named = {name: view[name] for name in ("color", "rows", "columns")}
    named["filter"] = (view["filter"] or {}).get("column")
    gone = [name for name, column in named.items() if column in left_out]
    if not with_tags:
        gone += [name for name in ("color", "order") if view[name] in ("tags", "ranked", "disputed", "untagged")]
        gone += ["tagged", "blind"]
    return {**view, **{name: DEFAULTS[name] for name in gone}}


def _tagged(on_wire: PartOnWire, tags: TagBook) -> dict[str, Any]:
    """Return the tags for a reader of the page, who must not learn about this machine or undo anything on it."""
    made = on_wire.tagged()
    # Name the author only if they tagged something.
    first = made["annotators"][0] if tags.annotator in tags.session.state.annotators else ""
    hidden = {"me": "", "store": "", "problem": "", "undo": "", "redo": ""}
    return {**made, **hidden, "annotators": [first, *made["annotators"][1:]]}
