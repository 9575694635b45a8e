"""Lens: what the user holds. It ties the floors together and computes nothing itself."""

from __future__ import annotations

import contextlib
import datetime
import difflib
import html
import inspect
import os
import warnings
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import outputs, report, saved, text
from outlens.tagging import ALONE, Tagging
from outlens.text import Index
from outlens.vectors import Landscape, check, landscape
from outlens.widget import LensWidget, View, layers, wire
from outlens.widget.view import Shown

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Lens(Tagging):
    """Many outputs to one prompt: a map, clusters and the texts, linked.

    Showing a lens in a notebook shows its widget. What is selected there is `selected` here, and `select` selects
    there. The user's own data is never changed.

    Parameters
    ----------
    data : DataFrame, list of str, list of dict, dict of lists, or the path of a .csv, .tsv, .jsonl, .json or
        .parquet file.
    text : the column of the outputs; found by itself if there is one named response, output, completion,
        generation, answer or text.
    prompt : the column of the prompts; None takes one named "prompt" or "instruction" if there is one, False takes
        none. With several prompts one is shown at a time.
    by : column or columns that name where an output comes from (model, temperature).
    id : a column that names each output; shown on its card instead of the index label, and what its tags are kept
        under. Without it that is the text and its prompt.
    vectors : your own (n, d) array, or the column that holds one vector a row; nothing is embedded then.
    model : a sentence-transformers name or folder, "fast", a SentenceTransformer, or a callable from a list of str to
        an array.
    store : the file in which tags are kept; None is ".outlens/tags.sqlite" in the folder of the notebook, False keeps
        them in memory only.
    annotator : who tags; None is the login name.
    seed : of the map.

    Raises
    ------
    ValueError, TypeError, KeyError
        One sentence with what was wrong, the value seen, and what to write instead.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "Yes!", "No, never."], vectors=[[1, 0], [1, 0], [0, 1]])
    >>> lens.select([True, True, False])
    >>> lens.selected["response"].tolist()
    ['Yes.', 'Yes!']
    """

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
        seed: int = 42,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(_unknown_keyword(next(iter(unknown))))
        given = outputs.read(data, text=text, prompt=prompt, by=by, id=id)
        if isinstance(vectors, str):
            vectors = list(given.column(vectors, "vectors"))
        own = None if vectors is None else check(vectors, len(given.texts))
        self._begin(given, own, model, seed, {}, 0, store, annotator)

    def _begin(
        self,
        given: outputs.Outputs,
        vectors: npt.NDArray[np.float32] | None,
        model: Any,
        seed: int,
        lands: dict[int, Landscape],
        shown: int,
        store: str | os.PathLike[str] | bool | None,
        annotator: str | None,
    ) -> None:
        """Make the lens of checked outputs; of the prompts in `lands` nothing is computed anew."""
        self._outputs = given
        self._model = model
        self._seed = seed
        self._vectors = vectors
        self._prompts = self._outputs.prompts()
        self._lands = lands
        self._indexes: dict[int, Index] = {}
        self._alignments: dict[int, pd.DataFrame] = {}
        # What the browser asked for, as it travels, by kind and prompt.
        self._asked: dict[tuple[str, int], dict[str, Any]] = {}
        self._layers: dict[str, layers.Own] = {}
        self._observers: list[Callable[[Lens], object]] = []
        self._open_tags(store, annotator)
        self._widget = LensWidget(self._encoded_texts, self._matching, self._prepare, self._set_apart, self._gesture)
        self._land(shown)
        self._show_prompt(shown)
        if self._widget._paged:
            # Comparing so much text takes a while: when it is asked for.
            self._set_view({**self._widget.view, "layers": []})
        self._widget.observe(self._on_prompt, "prompt_index")
        self._widget.observe(self._on_selection, "selection")
        self._widget.observe(self._on_renames, "renames")

    # What is in it

    @property
    def prompts(self) -> list[str]:
        """The different prompts, in order of first appearance."""
        return [label for label, _ in self._prompts]

    @property
    def prompt(self) -> str:
        """The prompt that is shown; set it (to a prompt or its number) to show another."""
        return self._prompts[self._widget.prompt_index][0]

    @prompt.setter
    def prompt(self, prompt: str | int) -> None:
        self._widget.prompt_index = self._number_of(prompt)

    def _number_of(self, prompt: str | int) -> int:
        if isinstance(prompt, int) and 0 <= prompt < len(self._prompts):
            return prompt
        if prompt in self.prompts:
            return self.prompts.index(str(prompt))
        near = difflib.get_close_matches(str(prompt), self.prompts, 1, 0.3)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ValueError(
            f"no prompt {prompt!r} among the {len(self._prompts)} here; give one of lens.prompts or a number"
            f" from 0 to {len(self._prompts) - 1}{hint}"
        )

    @property
    def frame(self) -> pd.DataFrame:
        """The user's rows plus cluster, cluster_name, x, y, tags and note, for every prompt that was shown.

        `cluster` is an int within the prompt: 0 is the largest, -1 like no other. `tags` is a tuple of the tags that
        anybody gave, `note` one's own note and then those of others, a line each. Where the user has a column of the
        same name, ours ends in "_lens". A warning tells when some prompts were not shown yet, and their rows are not
        in it.
        """
        self._warn_of_others("lens.frame")
        made = np.sort(np.concatenate([self._prompts[p][1] for p in self._lands]))
        cluster = np.full(len(self._outputs.texts), -1, np.int64)
        name = np.full(len(cluster), "", object)
        xy = np.zeros((len(cluster), 2), np.float32)
        for p, land in self._lands.items():
            rows = self._prompts[p][1]
            cut = land.tree.cut(self.granularity)
            names = [*self._names(p), ALONE]  # the last one is cluster -1's
            cluster[rows], name[rows], xy[rows] = cut, np.array(names, object)[cut], land.xy
        ours = {"cluster": cluster, "cluster_name": name, "x": xy[:, 0], "y": xy[:, 1], **self._tags_and_notes()}
        frame = self._outputs.frame.iloc[made].copy()
        for column, values in ours.items():
            free = (column, f"{column}_lens", *(f"{column}_lens{k}" for k in range(2, len(frame.columns) + 2)))
            # Given with its dtype: Arrow, which pandas 3 would take for texts, refuses lone surrogates.
            frame[next(name for name in free if name not in frame)] = pd.Series(
                values[made], index=frame.index, dtype=values.dtype
            )
        return frame

    @property
    def clusters(self) -> pd.DataFrame:
        """One row a cluster of the prompt shown, largest first.

        Columns `name, size, share` (of the outputs), `holds` (share of the members that hold the name),
        `medoid` (the index label of the most typical row), `text` (its text), `words` (tuple), and a column
        "by=value" with the size for each value of each `by` column. Outputs like no other are the last row, -1.
        """
        return self._clusters(self._outputs.by)

    def _clusters(self, by_columns: list[Hashable]) -> pd.DataFrame:
        p = self._widget.prompt_index
        land, rows = self._land(p), self._prompts[p][1]
        cut = land.tree.cut(self.granularity)
        nodes = land.tree.order(land.tree.level(self.granularity))
        index = self._outputs.frame.index
        table: list[dict[str, Any]] = []
        for number, (node, name) in enumerate(zip(nodes, self._names(p), strict=True)):
            medoid = int(rows[land.tree.medoids[node]])
            size = int((cut == number).sum())
            table.append({
                "cluster": number, "name": name, "size": size, "share": size / len(cut),
                "holds": land.names[node].share, "medoid": index[medoid],
                "text": self._outputs.texts[medoid], "words": land.names[node].words,
            })  # fmt: skip
        alone = int((cut == -1).sum())
        if alone:
            table.append({
                "cluster": -1, "name": ALONE, "size": alone, "share": alone / len(cut),
                "holds": float("nan"), "medoid": None, "text": "", "words": (),
            })  # fmt: skip
        columns = ["cluster", "name", "size", "share", "holds", "medoid", "text", "words"]
        # Texts stay Python's own strings: Arrow's take no lone surrogate.
        frame = pd.DataFrame(table, columns=columns, dtype=object).set_index("cluster")
        frame.index = frame.index.astype("int64")
        frame = frame.astype({"size": "int64", "share": "float64", "holds": "float64"})
        for by in by_columns:
            counts: dict[str, npt.NDArray[np.int64]] = {}
            codes, values = outputs.categories(self._outputs.frame[by])
            here = codes[rows]
            for code in np.unique(here[here >= 0]).tolist():
                sizes = np.bincount(cut[here == code] + 1, minlength=len(frame) + 1)
                counts[wire.clean(f"{by}={values[code]}")] = sizes[frame.index + 1]
            frame = pd.concat([frame, pd.DataFrame(counts, index=frame.index)], axis=1)
        return frame

    @property
    def vectors(self) -> npt.NDArray[np.float32]:
        """(n, d) float32, unit length: the vectors of the outputs of the prompt shown."""
        return self._land(self._widget.prompt_index).vectors

    @property
    def warnings(self) -> list[str]:
        """What you should know about the outputs: how many are blank, missing or have no prompt."""
        return self._outputs.warnings

    @property
    def view(self) -> View:
        """The settings of the widget's view: what it shows of the outputs, and what it marks in them."""
        shown = Shown(
            columns=lambda: self._widget._info["columns"],
            layers=lambda: list(self._layers),
            tags=lambda: (self._widget._tagged["names"], self._widget._tagged["annotators"]),
            positions=self._outputs.positions,
            index=self._outputs.frame.index,
        )
        return View(lambda: self._widget.view, self._set_view, shown)

    # Selection

    @property
    def selection(self) -> outputs.Positions:
        """Positions of the selected rows in your frame: int64, sorted. `select` and `df.iloc` take them."""
        rows = np.frombuffer(self._widget.selection, "<u4").astype(np.int64)
        return outputs.Positions(rows[rows < len(self._outputs.texts)])

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of the user's frame: their index, columns and dtypes."""
        return self._outputs.frame.iloc[self.selection].copy()

    def select(self, rows: Any) -> None:
        """Select rows, here and in every view of this lens; the reader shows them, or all when there are none.

        Parameters
        ----------
        rows : boolean mask, index labels (plain integers are labels, as in `df.loc`), positions such as
            `lens.selection`, a DataFrame or Series of some of the rows, a span table, a function of the frame that
            returns one of these, or None to clear.

        Raises
        ------
        KeyError, ValueError
            If a label is not in the index, a mask has another length, or a table does not hold rows.
        """
        positions = self._outputs.positions(rows)
        with self._widget.hold_sync():
            self._set_view({**self._widget.view, "scope": "selected" if len(positions) else "all"})
            self._widget.selection = positions.astype("<u4").tobytes()

    def find(self, query: str, regex: bool = False) -> pd.DataFrame:
        """Select the outputs that contain a text, any case; the widget marks the hits.

        Returns the span table: columns `output` (position), `start`, `end` (code points), int64.
        """
        spans = text.find(self._outputs.texts, query, regex=regex)
        self._set_view({**self._widget.view, "query": query, "regex": regex})
        self._widget.selection = np.unique(spans["output"]).astype("<u4").tobytes()
        return spans

    # What they share, and where they differ

    def shared(self, min_outputs: float = 0.3, min_words: int = 4) -> pd.DataFrame:
        """What the outputs of the prompt shown share: `text.shared_spans`, `output` being the row's position.

        What only repeats the prompt is not counted.
        """
        p = self._widget.prompt_index
        return self._placed(p, self._index(p).shared_spans(min_outputs, min_words))

    def distinctive(self, by: str | None = None) -> pd.DataFrame:
        """What each group of the outputs shown says more often than the others: `text.distinctive`.

        Parameters
        ----------
        by : the column that names the groups; None takes the first `by` column of the lens, or without one the
            clusters.
        """
        p = self._widget.prompt_index
        rows = self._prompts[p][1]
        if by is None and not self._outputs.by:
            names = np.array([*self._names(p), ALONE], object)
            groups = names[self._land(p).tree.cut(self.granularity)].tolist()
        else:
            column = self._outputs.by[0] if by is None else by
            groups = self._outputs.column(column, "by").iloc[rows].tolist()
        return text.distinctive(self._texts(p), groups)

    def aligned(self) -> pd.DataFrame:
        """Which sentences of the outputs shown play the same part: `text.align`, `output` being the row's position."""
        p = self._widget.prompt_index
        return self._placed(p, self._alignment(p))

    def highlight(self, spans: pd.DataFrame | None, name: str, by: str | None = None) -> None:
        """Mark spans of your own in the texts, as a layer that is switched on and off like the others.

        Parameters
        ----------
        spans : DataFrame with the columns output (position of the row in your frame), start, end (code points, as in
            `text[start:end]`), of any prompts; spans may overlap. None takes the layer away.
        name : of the layer. One of the same name is replaced; a new one is switched on.
        by : column of `spans` that tells what each span is; the eight most frequent have a colour of their own.

        Raises
        ------
        TypeError, KeyError
            Where spans is no such table.
        ValueError
            Where a span does not lie in its output (it says which), or the name is taken by one of the lens's layers.

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
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"a layer's name is a text that is not blank, not {name!r}.")
        name = wire.clean(name.strip())
        if name.casefold() in layers.RESERVED:
            raise ValueError(f"the lens has a layer {name!r} of its own; give yours another name.")
        on = self._widget.view["layers"]
        if spans is None:
            if name not in self._layers:
                listed = ", ".join(map(repr, self._layers)) or "none"
                raise KeyError(f"there is no layer {name!r} of yours to take away; there are {listed}.")
            kept = {other: layer for other, layer in self._layers.items() if other != name}
            on = [other for other in on if other != name]
        else:
            kept = {**self._layers, name: layers.Own.of(spans, name, self._outputs.texts, by)}
            on = on if name in self._layers else [*on, name]
        rows = self._prompts[self._widget.prompt_index][1]
        encoded = [layer.wire(self._outputs.texts, rows) for layer in kept.values()]
        self._layers = kept
        with self._widget.hold_sync():
            self._widget._layers = encoded
            self._set_view({**self._widget.view, "layers": on})

    @property
    def visible(self) -> pd.DataFrame:
        """What the layers that are on mark in the outputs shown, one row a span, sorted by output and start.

        Columns `layer` ("shared", "common", "only", "echo", "aligned", "search", or your own layer's name), `output`
        (position), `start`, `end` (code points), int64, and `value`: of "shared" 1 to 3, few to all of the outputs; of
        "aligned" the group's rank; of your own layers the type; else 0. Shown is the prompt that is shown, and of it
        with `view.scope` "selected" what is selected.
        """
        p = self._widget.prompt_index
        rows = self._prompts[p][1]
        view = self.view
        selected = np.flatnonzero(np.isin(rows, self.selection))
        shown = selected if view.scope == "selected" and len(selected) else np.arange(len(rows))
        within = view.context == "selection" and len(selected) > 0
        on = [name for name in (*layers.NAMES, *self._layers) if name in view.layers]
        parts: list[tuple[str, pd.DataFrame]] = []
        if set(on) & set(layers.OF_WORDS):
            marked = selected if within else shown
            parts += layers.words(self._index(p), on, view.min_outputs, view.min_words, marked, within)
        if "aligned" in on and len(rows) <= wire.ALIGNED:
            units = self._alignment(p)
            own = units[(units["rank"] >= 0) & np.isin(units["output"], shown)]
            parts.append(("aligned", own.assign(value=own["rank"])))
        for name, layer in self._layers.items():
            if name in on:
                spans = layer.spans(self._outputs.texts, rows[shown])
                parts.append((name, spans.assign(output=shown[spans["output"]])))
        if view.query:
            # The search box says what is wrong with an expression, and nothing is marked.
            with contextlib.suppress(ValueError):
                texts = [self._outputs.texts[row] for row in rows[shown].tolist()]
                found = text.find(texts, view.query, regex=view.regex)
                parts.append(("search", found.assign(output=shown[found["output"]], value=0)))
        return self._placed(p, layers.together(parts))

    def _index(self, p: int) -> Index:
        if p not in self._indexes:
            self._indexes[p] = Index(self._texts(p), prompt=self._prompts[p][0] if self._outputs.prompt else None)
        return self._indexes[p]

    def _alignment(self, p: int) -> pd.DataFrame:
        if p not in self._alignments:
            self._alignments[p] = text.align(self._texts(p))
        return self._alignments[p]

    def _texts(self, p: int) -> list[str]:
        return [self._outputs.texts[i] for i in self._prompts[p][1]]

    def _placed(self, p: int, spans: pd.DataFrame) -> pd.DataFrame:
        return spans.assign(output=self._prompts[p][1][spans["output"]])

    def observe(self, function: Callable[[Lens], object]) -> Callable[[], None]:
        """Call `function(lens)` after every change of the selection; returns what ends that."""
        if not callable(function):
            raise TypeError(f"observe takes a function of the lens, not {function!r}.")
        self._observers.append(function)
        return lambda: self._observers.remove(function) if function in self._observers else None

    # Clusters

    @property
    def granularity(self) -> float:
        """How fine the clusters are, 0 (coarse) to 1 (fine)."""
        return float(min(max(self._widget.granularity, 0.0), 1.0))

    @granularity.setter
    def granularity(self, granularity: float) -> None:
        self.recluster(granularity)

    def recluster(self, granularity: float) -> pd.DataFrame:
        """Make the clusters finer or coarser, 0 (coarse) to 1 (fine); returns `clusters`.

        Raises
        ------
        ValueError
            Where the granularity is out of range.
        """
        self._land(self._widget.prompt_index).tree.level(granularity)
        self._widget.granularity = float(granularity)
        return self.clusters

    def rename(self, cluster: int, name: str) -> None:
        """Name a cluster of the prompt shown. The name stays with the members when they are clustered anew."""
        p = self._widget.prompt_index
        tree = self._land(p).tree
        order = tree.order(level := tree.level(self.granularity))
        if isinstance(cluster, bool) or not isinstance(cluster, int | np.integer):
            raise TypeError(f"rename takes a cluster's number, 0 for the largest, not {cluster!r}; see lens.clusters.")
        if not 0 <= cluster < len(order):
            raise KeyError(f"no cluster {cluster!r} to rename; there are 0 to {len(order) - 1}.")
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"a cluster's name is a text that is not blank, not {name!r}.")
        leaves = np.flatnonzero(tree.levels[level] == order[cluster]).tolist()
        weight = tree.weights
        # An earlier name for these members would come back when this one is taken away.
        kept = [r for r in self._widget.renames if r["prompt"] != p or not _same_members(r["leaves"], leaves, weight)]
        self._widget.renames = [*kept, {"prompt": p, "name": wire.clean(name.strip()), "leaves": leaves}]

    # Out

    def to_html(self, path: str | os.PathLike[str], *, title: str | None = None, author: str = "") -> Path:
        """Write a page with the widget as it stands; it needs no kernel and no network. Return the path.

        The page shows a title, the author and the day it was written, and offers the listed or tagged outputs as CSV.
        With several prompts it holds those that were shown; a warning tells when there are others.

        Parameters
        ----------
        path : of the page; its folder must exist.
        title : stands above the widget; None is the prompt, cut after 80 characters.
        author : stands beside the title; "" shows nobody.
        """
        self._warn_of_others("the page")
        if title is None:
            title = self._widget._info["title"][:80] or "Outputs"
        today = datetime.date.today().isoformat()
        page = report.page(self._page_state(), title=title, author=author, date=today, fallback=self._table())
        return report.write(path, page)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the whole lens as one file, which `outlens.open` gives back; returns the path.

        In it are the outputs as they were given, the vectors, clusters, names and maps of the prompts that were shown,
        everybody's tags of these outputs, the selection, the view and the layers of your own. The same lens gives the
        same bytes. Of a model only the name is kept.

        Raises
        ------
        ValueError
            Where a column holds what a file cannot hold (it says which), or the path is no place for a file. What was
            at the path stays then.

        Examples
        --------
        >>> import outlens as ol
        >>> lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
        >>> path = lens.save("answers.outlens")
        >>> ol.open(path, store=False)
        Lens of 2 outputs: 2 clusters at granularity 0.5, 0 selected
        """
        with self._lock:
            parts = saved.Parts(
                outputs=self._outputs,
                vectors=self._vectors,
                model=self._model,
                seed=self._seed,
                lands=self._lands,
                layers=self._layers,
                events=saved.events_of(self._session),
                prompt=self._widget._info["prompt"],
                granularity=self.granularity,
                selection=self.selection,
                view=self._widget.view,
            )
            return saved.write(path, parts)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        store: str | os.PathLike[str] | bool | None = None,
        annotator: str | None = None,
        model: str | SentenceTransformer | Callable[[list[str]], Any] | None = None,
    ) -> Lens:
        """Open what `Lens.save` wrote; nothing is embedded, clustered or projected anew.

        Nothing in the file is run, so one of a stranger's can be opened. Its tags are added to the store, each once.

        Parameters
        ----------
        path : of the file; it is only read.
        store, annotator : as in `Lens`.
        model : embeds the prompts that were not shown when the lens was saved, once they are. None is the one it was
            made with, if that is "all-MiniLM-L6-v2" or "fast"; another is not taken from a file.

        Raises
        ------
        ValueError
            Where there is no such file, it is none of a lens, is damaged, or was written by a newer outlens; or the
            store cannot be written.
        """
        parts = saved.read(path)
        lens = cls.__new__(cls)
        chosen = parts.model if model is None else model
        lens._begin(parts.outputs, parts.vectors, chosen, parts.seed, parts.lands, parts.prompt, store, annotator)
        lens._take(parts.events)
        lens._show_names()
        lens._layers = parts.layers
        rows = lens._prompts[parts.prompt][1]
        with lens._widget.hold_sync():
            lens._widget._layers = [layer.wire(parts.outputs.texts, rows) for layer in parts.layers.values()]
            lens._widget.granularity = parts.granularity
            lens._set_view(parts.view)
            lens._widget.selection = parts.selection.astype("<u4").tobytes()
        return lens

    def _page_state(self) -> dict[str, Any]:
        """The widget's traits, and those of each prompt that was shown, for a page without a kernel."""
        made = sorted(self._lands)
        state = self._widget.page_state()
        state["prompt_index"] = made.index(state["prompt_index"])
        state["renames"] = [{**r, "prompt": made.index(r["prompt"])} for r in state["renames"] if r["prompt"] in made]
        pages = []
        for number, p in enumerate(made):
            traits = self._traits(p, paged=False)
            prompts = [traits["_info"]["prompts"][other] for other in made]
            aligned = p in self._alignments or len(self._prompts[p][1]) <= wire.ALIGNED_IN_PAGE
            pages.append({
                **traits,
                "_info": {**traits["_info"], "prompts": prompts, "prompt": number},
                "_index": self._encoded("index", p) if wire.indexed(self._texts(p)) else {},
                "_aligned": self._encoded("aligned", p) if aligned else {},
                # A reader of the page is to know nothing of this machine, nor to undo what was done on it.
                "_tagged": {**self._tags_of(p), "store": "", "problem": "", "undo": "", "redo": ""},
                "_keys": self._keys_of(p),
            })  # fmt: skip
        if state["_ranked"].get("prompt") in made:
            state["_ranked"] = {**state["_ranked"], "prompt": made.index(state["_ranked"]["prompt"])}
        state["_pages"] = pages
        state["_lens"] = self._session.lens
        return state

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._listen()
        bundle = self._widget._repr_mimebundle_(**kwargs)
        # What a viewer without widgets shows: a repository's page, a notebook made into HTML.
        fallback = {"text/plain": repr(self), "text/html": self._table()}
        if isinstance(bundle, tuple):
            return {**bundle[0], **fallback}, bundle[1]
        return {**(bundle or {}), **fallback}

    def __repr__(self) -> str:
        p = self._widget.prompt_index
        among = f" to {len(self._prompts)} prompts" if len(self._prompts) > 1 else ""
        count = len(self._names(p)) if p in self._lands else 0
        clusters = f"{count} cluster{'s' * (count != 1)}"
        return (
            f"Lens of {len(self._outputs.texts)} outputs{among}: {clusters} at granularity"
            f" {self.granularity:g}, {len(self.selection)} selected"
        )

    def _table(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(wire.clean(str(c.name)))}</td><td>{c.size}</td>"
            f"<td>{html.escape(wire.clean(str(c.text)[:160]))}</td></tr>"
            for c in self._clusters([])[["name", "size", "text"]].rename_axis(None).itertuples(index=False, name="C")
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption>"
            f"<thead><tr><th>cluster</th><th>size</th><th>a typical output</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    # Between the floors

    def _land(self, p: int) -> Landscape:
        if p not in self._lands:
            label, rows = self._prompts[p]
            self._lands[p] = landscape(
                self._texts(p),
                prompt=label if self._outputs.prompt else None,
                vectors=None if self._vectors is None else self._vectors[rows],
                model=self._model,
                seed=self._seed,
            )
        return self._lands[p]

    def _names(self, p: int) -> list[str]:
        """The names of the clusters in the order of their numbers, the user's own names first of all."""
        land = self._land(p)
        level = land.tree.level(self.granularity)
        order = [int(node) for node in land.tree.order(level)]
        names = {node: land.names[node].name for node in order}
        for rename in self._widget.renames:
            if rename["prompt"] != p:
                continue
            for node in order:
                leaves = np.flatnonzero(land.tree.levels[level] == node).tolist()
                if _same_members(rename["leaves"], leaves, land.tree.weights):
                    names[node] = rename["name"]
        return [wire.clean(names[node]) for node in order]

    def _warn_of_others(self, what: str) -> None:
        left = len(self._prompts) - len(self._lands)
        if left:
            shown = sum(len(self._prompts[p][1]) for p in self._lands)
            warnings.warn(
                f"{what} holds {len(self._lands)} of {len(self._prompts)} prompts, {shown} of"
                f" {len(self._outputs.texts)} outputs: the others were not shown yet. `for lens.prompt in lens.prompts:"
                " pass` makes them all.",
                stacklevel=3,
            )

    def _show_prompt(self, p: int) -> None:
        rows = self._prompts[p][1]
        traits = self._traits(p, paged=sum(len(self._outputs.texts[i]) for i in rows) > wire.PAGED_ABOVE)
        with self._widget.hold_sync():
            self._widget.prompt_index = p
            for name, value in traits.items():
                setattr(self._widget, name, value)
            for kind in ("index", "aligned"):
                setattr(self._widget, f"_{kind}", self._asked.get((kind, p), {}))
            self._widget._tagged = self._tags_of(p)
            self._show_names()

    def _traits(self, p: int, *, paged: bool) -> dict[str, Any]:
        """What the browser knows of a prompt's outputs, by trait."""
        land, (label, rows) = self._land(p), self._prompts[p]
        frame = self._outputs.frame.iloc[rows]
        data, offsets = self._encoded_texts(p, None)
        columns: dict[str, bytes] = {}
        about = []
        for described in self._outputs.columns:
            description, columns[described.name] = wire.column(described, rows)
            about.append(description)
        index = frame.index if self._outputs.id is None else pd.Index(frame[self._outputs.id])
        return {
            "_rows": rows.astype("<u4").tobytes(),
            "_xy": land.xy.astype("<f4").tobytes(),
            "_columns": columns,
            "_texts": b"" if paged else data,
            "_offsets": offsets.astype("<u4").tobytes(),
            "_paged": paged,
            "_leaf": land.tree.leaf.astype("<i4").tobytes(),
            "_tree": wire.tree(land),
            "_typical": land.typical.astype("<f4").tobytes(),
            "_variant": wire.variants(self._texts(p)),
            "_layers": [layer.wire(self._outputs.texts, rows) for layer in self._layers.values()],
            "_info": {
                "n": len(rows),
                "total": len(self._outputs.texts),
                "title": wire.clean(label) if self._outputs.prompt else "",
                "prompt": p,
                "prompts": [{"label": wire.clean(name), "n": len(at)} for name, at in self._prompts],
                "columns": about,
                "labels": wire.labels(index),
                "notes": self.warnings,
                "missing": np.flatnonzero(frame[self._outputs.text].isna().to_numpy()).tolist(),
                "params": self._parameters(),
                "source": next((c["name"] for c in about if c["by"]), None),
            },
        }

    def _parameters(self) -> str:
        if self._vectors is not None:
            made = f"your vectors, {self._vectors.shape[1]} dimensions"
        else:
            made = saved.label(self._model)
        return f"{made} · UMAP seed {self._seed}"

    def _encoded_texts(self, p: int, ids: list[int] | None) -> tuple[bytes, npt.NDArray[np.uint32]]:
        rows = self._prompts[p][1]
        chosen = rows if ids is None else rows[ids]
        return wire.encode([self._outputs.texts[i] for i in chosen])

    def _matching(self, p: int, query: str, regex: bool) -> npt.NDArray[np.int64]:
        return np.unique(text.find(self._texts(p), query, regex=regex)["output"]).astype(np.int64)

    def _prepare(self, kind: str, p: int) -> None:
        """Make what the browser asks for, "index" or "aligned"; also when another prompt is shown by now."""
        if not 0 <= p < len(self._prompts):
            return
        made = self._encoded(kind, p)
        if "error" not in made:
            self._asked[kind, p] = made
        if p == self._widget._info["prompt"]:
            setattr(self._widget, f"_{kind}", made)

    def _encoded(self, kind: str, p: int) -> dict[str, Any]:
        """The index or the alignment of a prompt as it travels, or {"error": why not}."""
        if (kind, p) in self._asked:
            return self._asked[kind, p]
        n = len(self._prompts[p][1])
        try:
            if kind == "index":
                return wire.index(self._index(p))
            if n > wire.ALIGNED:
                raise ValueError(
                    f"The sentences of {n:,} outputs are too many to align here, where {wire.ALIGNED:,} are the most;"
                    " lens.aligned() makes the table in Python."
                )
            return wire.alignment(self._texts(p), self._alignment(p))
        except Exception as error:
            # The browser waits for an answer, whatever it is.
            return {"error": str(error) or type(error).__name__}
        except KeyboardInterrupt:
            return {"error": "This was interrupted; switch the layer off and on to try again."}

    def _set_apart(self, p: int) -> tuple[list[dict[str, Any]], list[bytes]]:
        """What the selected outputs of a prompt say more often than its others."""
        if not 0 <= p < len(self._prompts):
            raise ValueError(f"There is no prompt {p}.")
        own = np.isin(self._prompts[p][1], self.selection)
        if not own.any():
            raise ValueError("No output is selected: select some to see what sets them apart.")
        if own.all():
            raise ValueError("All outputs are selected: there are no others to compare them with.")
        texts = self._texts(p)
        table = text.distinctive(texts, np.where(own, "selected", "others").tolist())
        table = table[table["group"] == "selected"].head(wire.MOST_PHRASES)
        if not len(table):
            raise ValueError("The selected outputs say nothing more often than the others.")
        return wire.phrases(texts, table)

    def _set_view(self, view: dict[str, Any]) -> None:
        self._widget.view = {k: wire.clean(v) if isinstance(v, str) else v for k, v in view.items()}

    def _on_prompt(self, change: dict[str, Any]) -> None:
        if change["new"] != self._widget._info["prompt"] and 0 <= change["new"] < len(self._prompts):
            try:
                self._show_prompt(change["new"])
            except BaseException:
                # The prompt before is what is still shown.
                self._widget.prompt_index = self._widget._info["prompt"]
                raise

    def _on_selection(self, _change: object) -> None:
        first: BaseException | None = None
        for function in list(self._observers):
            try:
                function(self)
            except Exception as error:
                first = first or error
        if first is not None:
            raise first


def _same_members(a: list[int], b: list[int], weight: npt.NDArray[np.int64]) -> bool:
    """Whether two sets of leaves have more than half of their outputs in common (Jaccard), as the browser asks it."""
    first, second = ({leaf for leaf in leaves if 0 <= leaf < len(weight)} for leaves in (a, b))
    return bool(2 * weight[list(first & second)].sum() > weight[list(first | second)].sum())


def _unknown_keyword(name: Hashable) -> str:
    known = [p for p in inspect.signature(Lens).parameters if p not in ("data", "unknown")]
    near = difflib.get_close_matches(str(name), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}."
    return f"Lens has no keyword {name!r}; {hint}"
