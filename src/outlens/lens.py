"""Lens: the public face. It resolves what the user names, words the errors, and leaves the work to the floors below."""

from __future__ import annotations

import datetime
import inspect
import os
import warnings
import weakref
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import archive, layers, outputs, report, settings, tables, text
from outlens._errors import hint
from outlens._signal import Signal
from outlens._unicode import clean
from outlens.naming import members, names, rename
from outlens.ranking import Suggested, rank_by_tag
from outlens.state import LensState
from outlens.study import Part, Study
from outlens.tagging import act, switch
from outlens.tags import summaries
from outlens.tags.book import TagBook
from outlens.tags.judgements import from_column
from outlens.tags.merging import Merged
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
        part.landscape.get()
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

    # What is in it

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
        number = self._study.number_of(prompt)
        self._study.parts[number].landscape.get()
        self._state.change(prompt=number)

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

    def select(self, rows: Any = None, *, cluster: int | None = None) -> None:
        """Select rows, here and in every view of this lens; the reader shows them, or all if there are none.

        Parameters
        ----------
        rows : boolean mask, index labels (plain integers are labels, as in `df.loc`), positions such as
            `lens.selection`, a DataFrame or Series of some of the rows, a span table, a function of the frame that
            returns one of these, or None to clear.
        cluster : the number of a cluster of the prompt shown, instead of rows; -1 selects outputs like no other.
        """
        if cluster is None:
            self._select(self._study.outputs.positions(rows))
            return
        if rows is not None:
            raise ValueError("select takes either rows or a cluster, not both.")
        self._select(members(self._part, self.granularity, cluster))

    def _select(self, positions: npt.NDArray[np.int64], **view: Any) -> None:
        """Select rows; every change of the selection shows it in the reader."""
        scope = "selected" if len(positions) else "all"
        with self._state.lock:
            self._state.change(view={**self._state.view, "scope": scope, **view}, selection=positions)

    def find(self, query: str, regex: bool = False) -> pd.DataFrame:
        """Select the outputs that contain a text, in any case; the widget marks the hits.

        Returns the span table: columns `output` (position), `start`, `end` (code points), int64.
        """
        if not isinstance(regex, bool):
            raise ValueError(f"find takes regex=True or regex=False, not {regex!r:.60}.")
        spans = text.find(self._study.outputs.texts, query, regex=regex)
        self._select(np.unique(spans["output"]), query=query, regex=regex)
        return spans

    def text_of(self, spans: pd.DataFrame) -> pd.Series[str]:
        """Return the text that each row of a span table stands for, under the table's own index.

        Examples
        --------
        >>> import outlens as ol
        >>> lens = ol.Lens(["It is 5 km.", "It is far."], vectors=[[1, 0], [0, 1]], store=False)
        >>> lens.text_of(lens.find("IT IS")).tolist()
        ['It is', 'It is']
        """
        return layers.text_of(spans, self._study.outputs.texts)

    def observe(self, function: Callable[[Lens], object]) -> Callable[[], None]:
        """Call `function(lens)` after every change of the selection; returns a function that ends this.

        It runs in the thread of the change, which has the lens to itself until the function returns.
        """
        if not callable(function):
            raise TypeError(f"observe takes a function of the lens, not {function!r}.")
        return self._selected.connect(function)

    # What they share, and where they differ

    def shared(self, min_outputs: float = 0.3, min_words: int = 4) -> pd.DataFrame:
        """What the outputs of the prompt shown share: `text.shared_spans`, `output` being the row's position.

        What only repeats the prompt is not counted.
        """
        part = self._part
        return part.place(part.index.get().shared_spans(min_outputs, min_words))

    def distinctive(self, by: str | None = None) -> pd.DataFrame:
        """What each group of the outputs shown says more often than the others: `text.distinctive`.

        `by` is the column that gives the groups. By default that is the first `by` column of the lens, or the clusters
        if it has none: `group` is then the name of a cluster, and a column `cluster` has its number.
        """
        return tables.distinctive(self._study, self._part, self.granularity, self._tags, by)

    def aligned(self) -> pd.DataFrame:
        """Which sentences of the outputs shown play the same part: `text.align`, `output` being the row's position."""
        return self._part.place(self._part.alignment.get())

    def highlight(self, spans: pd.DataFrame | None, name: str, by: str | None = None) -> None:
        """Mark spans of your own in the texts, as a layer that is switched on and off like the others.

        Parameters
        ----------
        spans : DataFrame with the columns output (position of the row in your frame), start, end (code points, as in
            `text[start:end]`), of any prompts; spans may overlap. None removes the layer.
        name : of the layer. One of the same name is replaced; a new one is switched on.
        by : column of `spans` with the type of each span; the eight most frequent types have their own colours.

        Examples
        --------
        >>> import pandas as pd
        >>> import outlens as ol
        >>> lens = ol.Lens(["It is 5 km.", "It is far."], vectors=[[1, 0], [0, 1]])
        >>> spans = pd.DataFrame({"output": [0], "start": [6], "end": [10], "what": ["unit"]})
        >>> lens.highlight(spans, "slips", by="what")
        >>> lens.view.layers = ["slips"]
        >>> lens.visible.values.tolist()
        [['slips', 0, 6, 10, 'unit']]
        """
        layers.highlight(self._study, self._state, spans, name, by)

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

    def tag(self, name: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
        """Give a tag to outputs, or to a prompt; it is on disk when this returns.

        If it cannot be written now, `tags.StoreError` says why; it is kept, shown as not saved, and tried again.

        Parameters
        ----------
        name : of the tag, any text that is not blank. An output can have several.
        rows : which, as `select` takes them. By default the selection.
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
        act(self._study, self._state, self._tags, "tag", name, rows, prompt)

    def untag(self, name: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
        """Remove your tag from outputs or a prompt; `rows` and `prompt` as for `tag`."""
        act(self._study, self._state, self._tags, "untag", name, rows, prompt)

    def note(self, text: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
        """Write a note, in place of your earlier one; "" removes it. `rows` and `prompt` as for `tag`."""
        act(self._study, self._state, self._tags, "note", text, rows, prompt)

    def star(self, rows: Any = None, on: bool = True) -> None:
        """Give outputs a star, or remove it with `on=False`; `rows` as for `tag`."""
        act(self._study, self._state, self._tags, "star" if on else "unstar", "", rows)

    def undo(self) -> str:
        """Undo your last tag, note, star, definition or name of a cluster, also of an earlier session.

        Returns what was undone, "" if there was nothing.
        """
        return switch(self._tags, "undo")

    def redo(self) -> str:
        """Redo what was undone last; returns what that is, "" if there was nothing."""
        return switch(self._tags, "redo")

    def suggest(self, tag: str) -> Suggested:
        """Which outputs of the prompt shown most likely have a tag too; the reader lists them first.

        Nothing is tagged by it. It learns from all outputs with the tag, by anybody, against those with other tags and
        a part of the rest; see `tags.suggest`. In blind mode it learns only from what you may see.
        """
        return rank_by_tag(self._study, self._state, self._tags, tag)

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

    def tagged(self, name: str, annotator: str | None = None) -> pd.DataFrame:
        """Return your rows that have a tag, from anybody or from one annotator."""
        return summaries.tagged(self._tags, self._study.outputs, name, annotator)

    def tag_columns(self, annotator: str | None = None) -> pd.DataFrame:
        """Return your rows with one boolean column a tag, "tag=name": whether anybody, or one annotator, gave it.

        If you have a column of the same name, ours ends in "_lens".
        """
        return summaries.tag_columns(self._tags, self._study.outputs, annotator)

    def tag_counts(self, by: str | None = None) -> pd.DataFrame:
        """Count tagged outputs by annotator, cluster and, with `by`, the value of a column.

        Columns `tag`, `annotator` ("(anybody)" counts an output once), `cluster`, `cluster_name`, the column, if given,
        under its name, and `outputs` (int64, above 0); prompts that were not shown yet are prepared.
        """
        values = None if by is None else self._study.outputs.column(by, "by")
        self.prepare()
        cuts = [(part.rows, *tables.cut(part, self.granularity, self._tags)) for part in self._study.computed]
        return summaries.tag_counts(self._tags, cuts, values)

    def judgements(self, labels: list[str] | None = None) -> pd.DataFrame:
        """Return one row for each output that somebody judged, and person: those with a tag, note or star of theirs.

        Columns `output` (position), `annotator`, `tags` (tuple of str), `note`, `star` (bool), `key`, `prompt` and
        `text`. With `labels`, tags of which a person gives an output one, a column `label` has that one, and rows with
        none or several of them are left out.

        `tags.agreement`, `tags.kappas`, `tags.write_label_studio` and `tags.write_argilla` take the table.
        """
        return summaries.judgements(self._tags, self._study.outputs, labels)

    @property
    def tag_log(self) -> pd.DataFrame:
        """Every event on the outputs of this lens, in order: who did what when.

        Columns `time` (UTC), `annotator`, `action`, `value`, `row` (the index label, None for undo, redo, definitions
        and prompts), `key` (of the output or prompt), `gesture` (events of one gesture share it), `id` and `lens`.
        """
        return summaries.tag_log(self._tags, self._study.outputs.frame.index)

    def tags_from(self, column: str, annotator: str | None = None, sep: str | None = None) -> Merged:
        """Add the tags in a column of your frame: cells of str, list of str, or nothing.

        They are yours, or those of `annotator`; `sep` splits a cell with several tags. Returns how many tags were
        taken, and how many were known already: those that the column gave before, unless that was undone.
        """
        cells, tags = self._study.outputs.column(column, "column").tolist(), self._tags
        who = tags.annotator if annotator is None else annotator
        return tags.take_table(from_column(cells, who, tags.keys, sep, tags.session.lens))

    def merge_tags(self, *sources: Any) -> Merged:
        """Add what others tagged; tags of different people on one output are all kept.

        Returns how many events were taken, how many were known already, and how many are about outputs that this lens
        does not have. The store keeps the last for a lens that has them.

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
        return self._tags.merge(sources)

    # Out

    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        title: str | None = None,
        author: str = "",
        tags: bool = True,
        columns: list[str] | None = None,
    ) -> Path:
        """Write a page with the widget as it stands; it needs no kernel and no network. Returns the path.

        The page shows a title, the author and the day it was written, and offers the listed or tagged outputs as CSV.
        With several prompts it holds those that were shown, or all after `prepare`; a warning says if any are left out.

        Parameters
        ----------
        path : of the page; its folder must exist.
        title : stands above the widget. By default the prompt, cut after 80 characters.
        author : stands beside the title; "" shows nobody.
        tags : whether the page holds the tags, notes and stars that were given so far.
        columns : the columns of your data that the page holds beside the texts. By default all that can be shown.
        """
        study = self._study
        if left := len(study.parts) - len(study.computed):
            warnings.warn(
                f"the page holds {len(study.parts) - left} of {len(study.parts)} prompts: those that were shown. Call"
                " lens.prepare() first to have all of them.",
                stacklevel=2,
            )
        if title is None:
            title = clean(self._part.prompt or "")[:80] or "Outputs"
        state = self._bridge.page_state(tags=tags, columns=columns)
        today = datetime.date.today().isoformat()
        return report.write(path, report.page(state, title=title, author=author, date=today, fallback=self._table()))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the whole lens as one file, which `outlens.open` reads; returns the path.

        It holds the outputs as they were given, the vectors, clusters, names and maps of the prompts that were shown,
        everybody's tags of these outputs, the selection, the view and your own layers. The same lens gives the
        same bytes. Of a model only the name is kept; after `prepare` it is not needed any more, and a warning says so
        before. If the lens cannot be written, because of the values in a column, say, what was at the path stays.

        Examples
        --------
        >>> import outlens as ol
        >>> lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
        >>> path = lens.save("answers.outlens")
        >>> ol.open(path, store=False)
        Lens of 2 outputs: 2 clusters at granularity 0.5, 0 selected
        """
        return archive.save(path, self._study, self._state, self._tags)

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
        clusters = len(names(self._part, self.granularity, self._tags))
        return (
            f"Lens of {len(self)} outputs{among}: {clusters} cluster{'s' * (clusters != 1)} at granularity"
            f" {self.granularity:g}, {len(self._state.selection)} selected"
        )

    def _table(self) -> str:
        return tables.html(self._clusters([]), repr(self))


def _call_observers(reference: weakref.ref[Lens]) -> None:
    # The state must not hold the lens, or neither would ever go.
    if (lens := reference()) is not None:
        lens._selected.emit(lens)


def _unknown_keyword(name: str) -> str:
    known = [p for p in inspect.signature(Lens).parameters if p not in ("data", "unknown")]
    return f"Lens has no keyword {name!r}; {hint(name, known, 'keywords')}"
