"""Lens: the public class. It resolves names, raises clear errors, and delegates the work to the floors below."""

from __future__ import annotations

import inspect
import os
import warnings
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import (
    archive,
    charting,
    comparing,
    exporting,
    growing,
    marking,
    measuring,
    outputs,
    pointing,
    selecting,
    settings,
    tables,
    tagging,
)
from outlens._errors import hint
from outlens._finalizers import finalize
from outlens._notebook import variable_of
from outlens._signal import Signal
from outlens.naming import rename
from outlens.part import Part
from outlens.state import LensState
from outlens.study import Study
from outlens.summary import summarize
from outlens.tags.book import TagBook
from outlens.vectors import check
from outlens.vectors.engine import DefaultEngine
from outlens.vectors.positions import check_xy
from outlens.view import View, view_of
from outlens.widget import Bridge

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Lens:
    """Many outputs to one prompt: a map, clusters and the texts, linked.

    Show a lens in a notebook to see its widget. `selected` returns the rows selected in the widget, and `select`
    changes that selection. Your data is never changed. A lens is closed by `close()`, at the end of a `with` block, or
    when nothing refers to it.

    Parameters
    ----------
    data : DataFrame, list of str, list of dict, dict of lists, or the path of a .csv, .tsv, .jsonl, .json or .parquet
        file.
    text : the column with the outputs. By default a column named response, output, completion, generation, answer or
        text.
    prompt : the column with the prompts. By default a column named "prompt" or "instruction", if there is one; False
        uses none. With several prompts, one is shown at a time.
    by : the column or columns with the source of each output (model, temperature).
    id : a column that identifies each output. It is shown on cards instead of the index label, and tags are stored
        under it instead of under the text and its prompt.
    vectors : your own (n, d) array, or the column that holds one vector per row; then nothing is embedded.
    xy : your own (n, 2) positions for the map, or the two columns that hold them; then UMAP is not needed.
    model : a sentence-transformers name or folder, "fast", a SentenceTransformer, or a callable from a list of str to
        an array.
    store : the file for tags. By default ".outlens/tags.sqlite" in the notebook's folder; False keeps them in memory.
    annotator : your name on the tags you give. By default your login name.
    seed : seed of the map; None for a different map each time.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "Yes!", "No, never."], vectors=[[1, 0], [1, 0], [0, 1]])
    >>> lens.select([True, True, False])
    >>> lens.selected["response"].tolist()
    ['Yes.', 'Yes!']
    """

    __slots__ = ("__weakref__", "_bridge", "_end", "_selected", "_state", "_study", "_tags")

    def __init__(
        self,
        data: Any,
        *,
        text: str | None = None,
        prompt: str | Literal[False] | None = None,
        by: str | list[str] | None = None,
        id: str | None = None,
        vectors: Any = None,
        xy: Any = None,
        model: str | SentenceTransformer | Callable[[list[str]], Any] = "all-MiniLM-L6-v2",
        store: str | os.PathLike[str] | bool | None = None,
        annotator: str | None = None,
        seed: int | None = 42,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(_unknown_keyword(next(iter(unknown))))
        given = outputs.read(data, text=text, prompt=prompt, by=by, id=id)
        n = len(given.texts)
        own_vectors = None if vectors is None else check(given.values(vectors, "vectors"), n)
        own_xy = None if xy is None else check_xy(given.values(xy, "xy"), n)
        self._join(Study(given, DefaultEngine(model, seed), own_vectors, own_xy), 0, store, annotator)

    def _join(
        self, study: Study, shown: int, store: str | os.PathLike[str] | bool | None, annotator: str | None
    ) -> None:
        """Make the lens of a study, starting with the prompt numbered `shown`."""
        state = LensState(len(study.outputs.texts), len(study.parts))
        tags = TagBook(study.outputs, store, annotator, state.lock)
        part = study.parts[shown]
        # Comparing very much text takes a while, so wait until it is requested.
        paged = Bridge.pages(part)
        state.change(prompt=shown, **({"view": {**state.view, "layers": []}} if paged else {}))
        bridge = Bridge(study, state, tags)
        # The names of clusters do not depend on the outputs that were added to them.
        tags.cluster_names.leave_out(study.added().tolist())
        self._study, self._state, self._tags, self._bridge = study, state, tags, bridge
        self._selected = Signal()
        self._end = finalize(self, bridge.leave)
        here = weakref.ref(self)
        state.observe(lambda change: study.begin(change.new), "prompt")
        study.begin(shown)
        # After the bridge: the widget shows the selection even if the user's function raises.
        state.observe(lambda change: _call_observers(here) if change.name == "selection" else None)

    def __setattr__(self, name: str, value: Any) -> None:
        settable = ("granularity", "prompt")
        if name in settable or name in Lens.__slots__:
            object.__setattr__(self, name, value)
        elif name in settings.DEFAULTS:
            raise AttributeError(f"a lens has no attribute {name!r} to set; write lens.view.{name} = {value!r:.40}.")
        else:
            raise AttributeError(f"a lens has no attribute {name!r} to set; {hint(name, settable, 'settable ones')}")

    def __len__(self) -> int:
        return len(self._study.outputs.texts)

    # Closing

    def close(self) -> None:
        """Close the lens, its widget in every view, and its store; frees memory. A second call does nothing."""
        if not self._tags.closed:
            self._bridge.close()
            self._bridge.release()
        self._end.detach()

    def __enter__(self) -> Lens:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Contents

    @property
    def _part(self) -> Part:
        return self._study.parts[self._state.prompt]

    @property
    def prompts(self) -> list[str]:
        """The distinct prompts, in order of first appearance."""
        return [part.label for part in self._study]

    @property
    def prompt(self) -> str:
        """The current prompt. Set it to a prompt or its number to show another one."""
        return self._part.label

    @prompt.setter
    def prompt(self, prompt: str | int) -> None:
        self._state.change(prompt=self._study.number_of(prompt))

    @property
    def frame(self) -> pd.DataFrame:
        """Your rows plus cluster, cluster_name, x, y, tags and note; prompts not shown yet are computed first.

        `cluster` is an int within the prompt: 0 is the largest (before `add`), -1 like no other. `tags` is a tuple of
        the tags that anybody gave; `note` holds your note and then those of others, one per line. Once the points of
        all prompts were found, `points` (how many it makes), `alone` (how many only it makes) and `completeness` (the
        share it makes of those that half of the outputs make) follow, then what `measure` added. If you have a column
        of the same name, the new one ends in "_lens". In a lens opened without its model, prompts that were not shown
        before cannot be computed: their cluster (then Int64), cluster_name, x and y are missing, and a warning says so.
        """
        try:
            self.prepare()
        except archive.ModelNotKept as error:
            computed, count = len(self._study.computed), len(self._study.parts)
            warnings.warn(
                f"cluster, cluster_name, x and y are missing for {count - computed} of {count} prompts: {error}",
                stacklevel=2,
            )
        return tables.frame(self._study, self._state, self._tags)

    def prepare(self) -> None:
        """Compute the vectors, clusters and maps of all prompts that were not shown yet, with a progress bar."""
        self._study.prepare()

    @property
    def clusters(self) -> pd.DataFrame:
        """One row per cluster of the current prompt, largest first (before `add`).

        Columns `name, size, share` (of the outputs), `holds` (share of the members that contain the name),
        `medoid` (the index label of the most typical row), `text` (its text), `words` (tuple), and a column
        "by=value" with the size for each value of each `by` column. Outputs like no other are the last row, -1.
        """
        by = self._study.outputs.by
        return tables.clusters(self._study, self._part, self.granularity, self._tags, by)

    @property
    def summary(self) -> str:
        """One sentence about the outputs of the current prompt, also shown at the top of the widget.

        It counts outputs, sources and new outputs, clusters, outputs that are equal to another, shared words, outputs
        like no other and missing or blank ones. If the mean silhouette of the clusters is 0.25 or less, it says "no
        clear groups" instead; of fewer than three outputs, nothing about groups. Shared words are left out if there are
        more than 8 MB of text.
        """
        part = self._part
        part.landscape.get()
        if not Bridge.pages(part):
            part.index.get()
        return summarize(self._study, part, self._tags, self.granularity, self._state.new)

    @property
    def vectors(self) -> npt.NDArray[np.float32]:
        """The vectors of the current prompt's outputs: (n, d) float32, of unit length."""
        return self._part.vectors.get()

    @property
    def warnings(self) -> list[str]:
        """Warnings about your data, one sentence each, such as how many outputs are blank or missing."""
        return [*self._study.outputs.warnings, *self._tags.session.warnings]

    @property
    def view(self) -> View:
        """The settings of the widget's view; see `help(lens.view)`."""
        return view_of(self._study, self._state, self._tags)

    chart = property(charting.charts_of)
    show = charting.show

    # Selection

    @property
    def selection(self) -> outputs.Positions:
        """Positions of the selected rows in your frame: int64, sorted, for `select` and `df.iloc`."""
        return outputs.Positions(self._state.selection)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of your frame, with its index, columns and dtypes."""
        return self._study.outputs.frame.iloc[self._state.selection].copy()

    select = selecting.select
    find = selecting.find
    similar = selecting.similar

    def observe(self, function: Callable[[Lens], object]) -> Callable[[], None]:
        """Call `function(lens)` after every change of the selection; return a function that stops this.

        It runs in the thread of the change, which locks the lens until the function returns.
        """
        if not callable(function):
            raise TypeError(f"observe takes a function of the lens, not {function!r}.")
        return self._selected.connect(function)

    # Shared and distinctive text, and groups

    shared = marking.shared
    distinctive = marking.distinctive
    aligned = marking.aligned
    highlight = marking.highlight
    text_of = marking.text_of
    visible = property(marking.visible)

    compare = comparing.compare
    measure = measuring.measure
    overview = property(measuring.overview)

    # Points and clusters

    points = property(pointing.points)
    point_spans = property(pointing.point_spans)
    omissions = pointing.omissions
    support = pointing.support
    name_point = pointing.name_point
    merge_points = pointing.merge_points
    split_point = pointing.split_point

    @property
    def granularity(self) -> float:
        """The granularity of the clusters, 0 (coarse) to 1 (fine)."""
        return float(self._state.granularity)

    @granularity.setter
    def granularity(self, granularity: float) -> None:
        self.recluster(granularity)

    def recluster(self, granularity: float) -> pd.DataFrame:
        """Make the clusters finer or coarser, 0 (coarse) to 1 (fine); return `clusters`."""
        self._part.tree.get().level(granularity)
        self._state.change(granularity=float(granularity))
        return self.clusters

    def rename(self, cluster: int, name: str) -> None:
        """Name a cluster of the current prompt. The name stays with the members when the granularity changes."""
        rename(self._part, self.granularity, cluster, name, self._tags)

    # Tags

    tag = tagging.tag
    untag = tagging.untag
    note = tagging.note
    star = tagging.star
    undo = tagging.undo
    redo = tagging.redo
    suggest = tagging.suggest
    tagged = tagging.tagged
    tag_columns = tagging.tag_columns
    tag_counts = tagging.tag_counts
    judgements = tagging.judgements
    tags_from = tagging.tags_from
    merge_tags = tagging.merge_tags

    tags = property(tagging.tags)
    prompt_tags = property(tagging.prompt_tags)
    tag_log = property(tagging.tag_log)

    # More outputs, and out

    add = growing.add
    refit = growing.refit
    to_html = exporting.to_html
    save = exporting.save

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        store: str | os.PathLike[str] | bool | None = None,
        annotator: str | None = None,
        model: str | SentenceTransformer | Callable[[list[str]], Any] | None = None,
    ) -> Lens:
        """Open a file that `Lens.save` wrote, without embedding, clustering or projecting.

        Nothing in the file is executed, so you can open files from strangers. Its tags are added to the store.

        Parameters
        ----------
        path : path of the file, which is not changed.
        store, annotator : as in `Lens`.
        model : the model for prompts that were not shown when the lens was saved. By default the one the lens was made
            with, if that is "all-MiniLM-L6-v2" or "fast"; no other model is loaded from a file.
        """
        parts = archive.read(path)
        engine = DefaultEngine(parts.model if model is None else model, parts.seed)
        lens = cls.__new__(cls)
        lens._join(Study(parts.outputs, engine, parts.vectors, parts.xy, parts.lands), parts.prompt, store, annotator)
        lens._tags.take(parts.events)
        lens._state.change(
            layers=parts.layers, granularity=parts.granularity, view=parts.view, selection=parts.selection
        )
        return lens

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        table = tables.html(self._study, self._part, self.granularity, self._tags, repr(self))
        fallback = {"text/plain": repr(self), "text/html": table}
        return self._bridge.mimebundle(fallback, variable_of(self), **kwargs)

    def __repr__(self) -> str:
        made = tables.describe(self._study, self._part, self.granularity)
        return f"{made}, {len(self._state.selection):,} selected"


def _call_observers(reference: weakref.ref[Lens]) -> None:
    # The state must not refer to the lens, or neither would ever be freed.
    if (lens := reference()) is not None:
        lens._selected.emit(lens)


def _unknown_keyword(name: str) -> str:
    known = [p for p in inspect.signature(Lens).parameters if p not in ("data", "unknown")]
    return f"Lens has no keyword {name!r}; {hint(name, known, 'keywords')}"
