"""The methods of `Lens` that write files."""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path
from typing import Protocol

from outlens import archive, report
from outlens._files import check_target
from outlens.owners import Owners
from outlens.widget import Bridge


class Bridged(Owners, Protocol):
    """A lens with its widget."""

    _bridge: Bridge


def to_html(
    lens: Bridged,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    author: str = "",
    tags: bool = True,
    columns: list[str] | None = None,
) -> Path:
    """Write a page with the widget in its current state; it needs no kernel and no network. Returns the path.

    The page shows a title, the author and the date, and offers the listed or tagged outputs as CSV. With several
    prompts it holds those that were shown, or all after `prepare`; a warning says how many are left out.

    Parameters
    ----------
    path : path of the page; its folder must exist.
    title : title above the widget. By default the prompt, cut after 80 characters.
    author : name beside the title; "" leaves it out.
    tags : whether to include the tags, notes and stars given so far.
    columns : the columns of your data to include beside the texts. By default all that can be shown.
    """
    study = lens._study
    check_target(path, "page")
    content = lens._bridge.page(title=title, author=author, tags=tags, columns=columns)
    if left := len(study.parts) - len(study.computed):
        warnings.warn(
            f"the page holds {len(study.parts) - left} of {len(study.parts)} prompts: those that were shown. Call"
            " lens.prepare() first to have all of them.",
            stacklevel=2,
        )
    return report.write(path, content)


def save(lens: Owners, path: str | os.PathLike[str]) -> Path:
    """Write the whole lens as one file, which `outlens.open` reads; returns the path.

    The file holds the outputs unchanged, the vectors, clusters, names and maps of the prompts that were shown,
    everybody's tags of these outputs, the selection, the view and your own layers. The same lens gives the same bytes.
    Only the name of the model is kept. Call `prepare` first to include all prompts; a warning reminds you. If the lens
    cannot be written, for example because of the values in a column, an existing file at the path is unchanged.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
    >>> path = lens.save("answers.outlens")
    >>> ol.open(path, store=False)
    Lens of 2 outputs: 2 clusters at granularity 0.5, 0 selected
    """
    archive.check(path, lens._study, lens._tags)
    # If clusters and map cannot be computed (without the model, say), a warning says that the file lacks them.
    with contextlib.suppress(Exception):
        lens._study.finish()
    return archive.save(path, lens._study, lens._state, lens._tags)
