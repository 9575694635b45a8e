"""Lens: the public face. It resolves what the user names, words the errors, and leaves the work to the floors below."""

from __future__ import annotations

import inspect
import os
import warnings
import weakref
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import archive, exporting, layers, marking, outputs, selecting, settings, tables, tagging
from outlens._errors import hint
from outlens._signal import Signal
from outlens.naming import rename
from outlens.state import LensState
from outlens.study import Part, Study
from outlens.summary import summarize
from outlens.tags import summaries
from outlens.tags.book import TagBook
from outlens.vectors import check
from outlens.vectors.engine import DefaultEngine
from outlens.view import View, view_of
from outlens.widget import Bridge

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Lens:
    """Many outputs to one prompt: a map, clusters and the texts, linked.

    Show a lens in a notebook to see its widget. What is selected there is `selected` here, and `select` selects there.
    Your data is never changed. A lens ends with `close()`, at the end of a `with` block, or when nothing holds it.

    Parameters
    ----------
    data : DataFrame, list of str, list of dict, dict of lists, or the path of a .csv, .tsv, .jsonl, .json or .parquet
        file.
    text : the column of the outputs. By default the one named response, output, completion, generation, answer or
        text.
    prompt : the column of the prompts. By default a column named "prompt" or "instruction", if there is one; False
        uses none. With several prompts, one is shown at a time.
    by : the column or columns that say where an output comes from (model, temperature).
    id : a column that identifies each output. It is shown on cards instead of the index label, and tags are kept under
        it instead of under the text and its prompt.
    vectors : your own (n, d) array, or the column that holds one vector a row; nothing is embedded then.
    model : a sentence-transformers name or folder, "fast", a SentenceTransformer, or a callable from a list of str to
        an array.
    store : the file for tags. By default ".outlens/tags.sqlite" in the notebook's folder; False keeps them in memory.
    annotator : who tags. By default your login name.
    seed : of the map; None gives another one each time.

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
        model: str | SentenceTransformer | Callable[[list[str]], Any] = "all-MiniLM-L6-v2",
        store: str | os.PathLike[str] | bool | None = None,
        annotator: str | None = None,
        seed: int | None = 42,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(_unknown_keyword(next(iter(unknown))))
        given = outputs.read(data, text=text, prompt=prompt, by=by, id=id)
        if isinstance(vectors, str):
            vectors = list(given.column(vectors, "vectors"))
        given.check_order(vectors, "vectors")
        own_vectors = None if vectors is None else check(vectors, len(given.texts))
        self._join(Study(given, DefaultEngine(model, seed), own_vectors), 0, store, annotator)

    def _join(
        self, study: Study, shown: int, store: str | os.PathLike[str] | bool | None, annotator: str | None
    ) -> None:
        """Make the lens of a study; the prompt numbered `shown` is shown first."""
        state = LensState(len(study.outputs.texts), len(study.parts))
        tags = TagBook(study.outputs, store, annotator, state.lock)
        part = study.parts[shown]
        # Comparing very much text takes a while: that is left until it is asked for.
        paged = Bridge.pages(part)
        state.change(prompt=shown, **({"view": {**state.view, "layers": []}} if paged else {}))
        bridge = Bridge(study, state, tags)
        self._study = study
        self._state = state
        self._tags = tags
        self._bridge = bridge
        self._selected = Signal()
        self._end = weakref.finalize(self, bridge.leave)
        self._end.atexit = False
        here = weakref.ref(self)
        state.observe(lambda change: study.begin(change.new), "prompt")
        study.begin(shown)
        # After the bridge: the widget shows the selection also where the user's function raises.
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

    # Its end

    def close(self) -> None:
        """End the lens: its widget closes wherever it is shown, and its store is let go. Can be called again."""
        self._bridge.close()
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
        """The different prompts, in order of first appearance."""
        return [part.label for part in self._study]

    @property
    def prompt(self) -> str:
        """The prompt that is shown. Set it, to a prompt or its number, to show another."""
        return self._part.label

    @prompt.setter
    def prompt(self, prompt: str | int) -> None:
        self._state.change(prompt=self._study.number_of(prompt))

    @property
    def frame(self) -> pd.DataFrame:
        """Your rows plus cluster, cluster_name, x, y, tags and note; prompts that were not shown yet are prepared.

        `cluster` is an int within the prompt: 0 is the largest, -1 like no other. `tags` is a tuple of the tags that
        anybody gave; `note` holds your note and then those of others, a line each. If you have a column of the same
        name, ours ends in "_lens". In a lens that was opened without its model, prompts that were not shown before
        cannot be prepared: their cluster (Int64 then), cluster_name, x and y are missing, and a warning says so.
        """
        try:
            self.prepare()
        except archive.ModelNotKept as error:
            computed, count = len(self._study.computed), len(self._study.parts)
            warnings.warn(
                f"cluster, cluster_name, x and y are missing for {count - computed} of {count} prompts: {error}",
                stacklevel=2,
            )
        return tables.frame(self._study, self.granularity, self._tags)

    def prepare(self) -> None:
        """Compute the vectors, clusters and map of every prompt that was not shown yet, with a progress bar."""
        self._study.prepare()

    @property
    def clusters(self) -> pd.DataFrame:
        """One row a cluster of the prompt shown, largest first.

        Columns `name, size, share` (of the outputs), `holds` (share of the members that contain the name),
        `medoid` (the index label of the most typical row), `text` (its text), `words` (tuple), and a column
        "by=value" with the size for each value of each `by` column. Outputs like no other are the last row, -1.
        """
        return self._clusters(self._study.outputs.by)

    @property
    def summary(self) -> str:
        """What there is of the prompt shown, in one sentence; the widget begins with it.

        It counts outputs and sources, clusters, outputs that are equal to another, shared words, outputs like no other
        and missing or blank ones. If the mean silhouette of the clusters is 0.25 or less it says "no clear groups"
        instead. Shared words are left out where there are more than 8 MB of text.
        """
        part = self._part
        part.landscape.get()
        if not Bridge.pages(part):
            part.index.get()
        return summarize(self._study, part, self._tags, self.granularity)

    def _clusters(self, by: list[Hashable]) -> pd.DataFrame:
        return tables.clusters(self._study, self._part, self.granularity, self._tags, by)

    @property
    def vectors(self) -> npt.NDArray[np.float32]:
        """(n, d) float32, unit length: the vectors of the outputs of the prompt shown."""
        return self._part.vectors.get()

    @property
    def warnings(self) -> list[str]:
        """What you should know about your data, a sentence each: how many outputs are blank or missing, say."""
        return [*self._study.outputs.warnings, *self._tags.session.warnings]

    @property
    def view(self) -> View:
        """The settings of the widget's view: what it shows of the outputs, and what it marks in them."""
        return view_of(self._study, self._state, self._tags)

    # Selection

    @property
    def selection(self) -> outputs.Positions:
        """Positions of the selected rows in your frame: int64, sorted. `select` and `df.iloc` take them."""
        return outputs.Positions(self._state.selection)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of your frame: their index, columns and dtypes."""
        return self._study.outputs.frame.iloc[self._state.selection].copy()

    select = selecting.select
    find = selecting.find
    similar = selecting.similar

    def observe(self, function: Callable[[Lens], object]) -> Callable[[], None]:
        """Call `function(lens)` after every change of the selection; returns a function that ends this.

        It runs in the thread of the change, which has the lens to itself until the function returns.
        """
        if not callable(function):
            raise TypeError(f"observe takes a function of the lens, not {function!r}.")
        return self._selected.connect(function)

    # Shared and distinctive text

    shared = marking.shared
    distinctive = marking.distinctive
    aligned = marking.aligned
    highlight = marking.highlight
    text_of = marking.text_of

    @property
    def visible(self) -> pd.DataFrame:
        """What the layers that are on mark in the outputs shown, one row a span, sorted by output and start.

        Columns `layer` ("shared", "common", "only", "echo", "aligned", "search", or your own layer's name), `output`
        (position), `start`, `end` (code points), int64, and `value`: of "shared" 1 to 3, few to all of the outputs; of
        "aligned" the group's rank; of your own layers the type; else 0. The table covers the prompt that is shown, or
        with `view.scope` "selected" what is selected of it.
        """
        return layers.visible(self._study, self._state)

    # Clusters

    @property
    def granularity(self) -> float:
        """How fine the clusters are, 0 (coarse) to 1 (fine)."""
        return float(self._state.granularity)

    @granularity.setter
    def granularity(self, granularity: float) -> None:
        self.recluster(granularity)

    def recluster(self, granularity: float) -> pd.DataFrame:
        """Make the clusters finer or coarser, 0 (coarse) to 1 (fine); returns `clusters`."""
        self._part.tree.get().level(granularity)
        self._state.change(granularity=float(granularity))
        return self.clusters

    def rename(self, cluster: int, name: str) -> None:
        """Name a cluster of the prompt shown. The name stays with the members when they are clustered again."""
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

    @property
    def tags(self) -> pd.DataFrame:
        """One row a tag: how many outputs, of all prompts, have it from anybody (`outputs`) and from each annotator.

        The index is the tag's name; columns `description`, `outputs`, and "annotator=name" for each annotator, int64.
        """
        return summaries.tags(self._tags)

    @property
    def prompt_tags(self) -> pd.DataFrame:
        """One row a prompt: how many outputs it has, and the tags and notes on the prompt itself, by anybody.

        The index is the prompt; columns `outputs` (int64), `tags` (tuple of str) and `note`.
        """
        return summaries.prompt_tags(self._tags, self._study.outputs)

    @property
    def tag_log(self) -> pd.DataFrame:
        """Every event on the outputs of this lens, in order: who did what when.

        Columns `time` (UTC), `annotator`, `action`, `value`, `row` (the index label, None for undo, redo, definitions
        and prompts), `key` (of the output or prompt), `gesture` (events of one gesture share it), `id` and `lens`.
        """
        return summaries.tag_log(self._tags, self._study.outputs.frame.index)

    # Out

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
        """Open a file that `Lens.save` wrote; nothing is embedded, clustered or projected again.

        Nothing in the file is run, so you can open one from a stranger. Its tags are added to the store, each once.

        Parameters
        ----------
        path : of the file; it is only read.
        store, annotator : as in `Lens`.
        model : embeds the prompts that were not shown when the lens was saved, once they are. By default the one it was
            made with, if that is "all-MiniLM-L6-v2" or "fast"; another is not taken from a file.
        """
        parts = archive.read(path)
        engine = DefaultEngine(parts.model if model is None else model, parts.seed)
        lens = cls.__new__(cls)
        lens._join(Study(parts.outputs, engine, parts.vectors, parts.lands), parts.prompt, store, annotator)
        lens._tags.take(parts.events)
        lens._state.change(
            layers=parts.layers, granularity=parts.granularity, view=parts.view, selection=parts.selection
        )
        return lens

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self._bridge.mimebundle({"text/plain": repr(self), "text/html": self._table()}, **kwargs)

    def __repr__(self) -> str:
        count = len(self._study.parts)
        among = f" to {count} prompts" if count > 1 else ""
        tree = self._part.tree.peek()
        if tree is None:
            made = "clusters and map not ready yet"
        else:
            clusters = len(tree.order(tree.level(self.granularity)))
            made = f"{clusters} cluster{'s' * (clusters != 1)} at granularity {self.granularity:g}"
        return f"Lens of {len(self)} outputs{among}: {made}, {len(self._state.selection)} selected"

    def _table(self) -> str:
        """What a viewer without widgets shows: the clusters, or the first outputs if these are not ready."""
        if self._part.tree.peek() is None:
            return tables.first_outputs(self._study, self._part, repr(self))
        return tables.html(self._clusters([]), repr(self))


def _call_observers(reference: weakref.ref[Lens]) -> None:
    # The state must not hold the lens, or neither would ever go.
    if (lens := reference()) is not None:
        lens._selected.emit(lens)


def _unknown_keyword(name: str) -> str:
    known = [p for p in inspect.signature(Lens).parameters if p not in ("data", "unknown")]
    return f"Lens has no keyword {name!r}; {hint(name, known, 'keywords')}"
