"""How groups of a lens's outputs differ: what `Lens.compare` returns."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import compare, digest, findings, text
from outlens._errors import NotFound, hint
from outlens._files import check_target
from outlens.compare.groups import FEW
from outlens.compare.trait_values import BUILT_IN
from outlens.correcting import corrections
from outlens.naming import ALONE
from outlens.outputs import Outputs
from outlens.part import Part
from outlens.report import write
from outlens.state import LensState
from outlens.study import Study
from outlens.tables import cut
from outlens.tags.book import TagBook
from outlens.text.distinctive import labels
from outlens.text.significance import adjusted

Int64s = npt.NDArray[np.int64]

PAIRS = 6
"""Up to so many groups are compared by pairs; with more, the pairs are too many to read."""

POINT_COLUMNS = (
    "group", "other", "point", "text", "name", "f1", "n1", "share1", "low1", "high1", "f2", "n2", "share2", "low2",
    "high2", "estimate", "low", "high", "unit", "p", "q", "note",
)  # fmt: skip
"""The columns of `compare.points`."""

Score = str | Callable[[str], Any] | None


class _Block(NamedTuple):
    """The outputs of a prompt, as they were when the comparison was made."""

    part: Part
    cluster: Int64s
    names: npt.NDArray[np.object_]
    corrections: tuple[str, ...]


class Comparison:
    """How groups of outputs differ, and whether it is more than chance; made by `Lens.compare`.

    It describes the outputs, clusters and corrected points at the time it was made: later changes of the lens, such as
    `add`, do not change it. Each table is computed when it is first requested, and kept. Print the comparison, or show
    it in a notebook, for a summary; nothing with q above .05 is called a difference there.

    Attributes
    ----------
    by : the column of the groups, or "cluster".
    groups : the values of the groups that have outputs, sorted.
    sizes : the number of outputs in each.
    against : "pairs", "rest" or the baseline: what each group is compared with; see `compare.difference`.
    missing, ungrouped : how many outputs are left out because they have no text, or no group.
    """

    def __init__(
        self,
        study: Study,
        state: LensState,
        tags: TagBook,
        by: Hashable | None,
        baseline: Any,
        on: Score,
        cases: Hashable | None,
    ) -> None:
        with state.lock:
            outputs, parts = study.outputs, study.parts
        self._outputs, self._texts = outputs, outputs.texts
        self._index = outputs.frame.index
        self._granularity = float(state.view["points_granularity"])
        if on is not None and not callable(on):
            _check_score(outputs, on)
        self._on = on
        self._cases = None if cases is None else outputs.column(cases, "cases")
        self.of_clusters = not outputs.by if by is None else by == "cluster" and by not in outputs.frame.columns
        values = None if self.of_clusters else outputs.column(outputs.by[0] if by is None else by, "by")
        self.by: Hashable = "cluster" if values is None else values.name
        if self.of_clusters and len(parts) > 1:
            raise ValueError("clusters are within a prompt, and the lens has several; give by= a column of your data.")
        self._blocks = [
            _Block(part, *cut(part, state.granularity, tags), corrections(part, tags))  # type: ignore[arg-type]
            for part in parts
        ]
        self._labels = _cluster_labels(self._blocks) if values is None else values.tolist()
        self._set_groups(baseline)

    def _set_groups(self, baseline: Any) -> None:
        n = len(self._texts)
        codes, every = labels(self._labels, n, f"the column {self.by!r}")
        no_text = self._outputs.frame[self._outputs.text].isna().to_numpy(bool)
        self.missing, self.ungrouped = int(no_text.sum()), int(((codes < 0) & ~no_text).sum())
        codes = np.where(no_text, -1, codes)
        counts = np.bincount(codes[codes >= 0], minlength=len(every)).tolist()
        self.groups = [name for name, count in zip(every, counts, strict=True) if count]
        self.empty = [name for name, count in zip(every, counts, strict=True) if not count]
        self.sizes = [count for count in counts if count]
        self._groups = [None if code < 0 else every[code] for code in codes.tolist()]
        if len(self.groups) < 2:
            found = f"one group with outputs, {self.groups[0]!r}" if self.groups else "no group with outputs"
            raise ValueError(f"{self.by!r} has {found}; give by= a column with two or more values to compare.")
        if baseline is not None and not any(name == baseline for name in self.groups):
            raise ValueError(
                f"baseline is {baseline!r}, not a value of {self.by!r} with outputs;"
                f" {hint(baseline, self.groups, 'groups')}"
            )
        if baseline is None and (word := next((w for w in ("pairs", "rest") if w in self.groups), None)):
            raise ValueError(f"a group is called {word!r}, which has a meaning here; rename it or give a baseline.")
        self.baseline = baseline
        self.against: Any = baseline if baseline is not None else "pairs" if len(self.groups) <= PAIRS else "rest"

    @property
    def n_prompts(self) -> int:
        """The number of prompts."""
        return len(self._blocks)

    # Over all prompts at once, as blocks

    @cached_property
    def _prompts(self) -> list[str] | None:
        """The prompt of each output, None if there is one prompt."""
        if self.n_prompts == 1:
            return None
        prompts = [""] * len(self._texts)
        for block in self._blocks:
            for row in block.part.rows.tolist():
                prompts[row] = block.part.label
        return prompts

    @cached_property
    def _vectors(self) -> npt.NDArray[np.float32]:
        found = [(block.part.rows, block.part.vectors.get()) for block in self._blocks]
        vectors = np.zeros((len(self._texts), found[0][1].shape[1]), np.float32)
        for rows, own in found:
            vectors[rows] = own
        return vectors

    @cached_property
    def difference(self) -> pd.DataFrame:
        """Whether the groups' mean vectors differ, as `compare.difference` returns it; prompts are blocks."""
        return compare.difference(self._vectors, self._groups, self._prompts, against=self.against)

    @cached_property
    def words(self) -> pd.DataFrame:
        """The words and phrases of each group, against all other outputs, as `text.distinctive` returns them.

        Prompts are blocks. `other` is the other group, or "rest" if there are several.
        """
        table = text.distinctive(self._texts, self._groups, prompts=self._prompts)
        two = len(self.groups) == 2
        other = [self.groups[self.groups[0] == name] if two else "rest" for name in table["group"]]
        table.insert(1, "other", pd.Series(other, index=table.index, dtype=object))
        return table

    @cached_property
    def traits(self) -> pd.DataFrame:
        """The built-in traits of the outputs, as `compare.traits` returns them; prompts are blocks."""
        return compare.traits(compare.trait_values(self._texts), self._groups, self._prompts, against=self.against)

    @cached_property
    def diversity(self) -> pd.DataFrame:
        """How different the outputs of each group are from each other, as `compare.diversity` returns it."""
        clusters = None
        if not self.of_clusters:
            clusters = np.zeros(len(self._texts), np.int64)
            for block in self._blocks:
                clusters[block.part.rows] = block.cluster
        return compare.diversity(
            self._texts, self._vectors, self._groups, self._prompts, None if clusters is None else clusters.tolist()
        )

    @cached_property
    def likeness(self) -> pd.DataFrame:
        """The mean cosine within and between groups, as `compare.likeness_between` returns it."""
        return compare.likeness_between(self._vectors, self._groups, self._prompts)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The five outputs of each group that show best how it differs, as `compare.telling_pairs` returns them.

        `output` and `other_output` are labels of your index; their texts follow as `text` and `other_text`.
        """
        table = compare.telling_pairs(self._vectors, self._groups, 5, self._prompts, against=self.against)
        for name, shown in (("output", "text"), ("other_output", "other_text")):
            rows = table[name].to_numpy(np.int64)
            table[shown] = pd.Series([self._texts[row] for row in rows.tolist()], index=table.index, dtype=object)
            table[name] = self._index.take(rows).to_numpy()
        return table

    # Prompt by prompt

    @cached_property
    def points(self) -> pd.DataFrame:
        """How many outputs of each group make each point, as `compare.points` returns it; found on first request.

        Points belong to a prompt: with several, each is compared on its own, `prompt` says which it is, and q is
        adjusted over all of them. Prompts in which no two compared groups have 3 outputs are left out.
        """
        from tqdm.auto import tqdm

        used = self._comparable
        waited = tqdm(used, desc="Finding points", unit="prompt", disable=len(used) < 2)
        return self._by_prompt(
            (block, *block.part.points.get().corrected(block.corrections).cut(self._granularity)[:2])
            for block in waited
        )

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """The share of each group's outputs in each cluster, with the columns of `points`; `cluster` is its number.

        Clusters belong to a prompt, and prompts are treated as for `points`. Clusters with fewer than
        three outputs of the two groups are left out; -1 holds the outputs like no other.
        """
        made = []
        for block in self._comparable:
            numbers, places, counts = np.unique(block.cluster, return_index=True, return_counts=True)
            units = pd.DataFrame({
                "output": np.arange(len(block.part)), "point": np.searchsorted(numbers, block.cluster)
            })  # fmt: skip
            table = pd.DataFrame({
                "cluster": numbers, "text": "", "name": block.names[places],
                "outputs": counts, "share": counts / len(block.part),
            })  # fmt: skip
            made.append((block, units, table))
        return self._by_prompt(made).rename(columns={"point": "cluster"}).drop(columns="text")

    @cached_property
    def _comparable(self) -> list[_Block]:
        """The prompts in which points and clusters can be compared."""
        return [block for block in self._blocks if self._compares(block)]

    def _compares(self, block: _Block) -> bool:
        sizes: dict[Any, int] = {}
        for row in block.part.rows.tolist():
            if (group := self._groups[row]) is not None:
                sizes[group] = sizes.get(group, 0) + 1
        if self.n_prompts == 1:
            return True
        if self.against == "rest":
            total = sum(sizes.values())
            return any(count >= FEW and total - count >= FEW for count in sizes.values())
        enough = [name for name, count in sizes.items() if count >= FEW]
        return len(enough) > 1 and (self.baseline is None or self.baseline in enough)

    def _by_prompt(self, made: Any) -> pd.DataFrame:
        """Compare tables of points, one prompt at a time."""
        found = []
        for block, units, points in made:
            groups = [self._groups[row] for row in block.part.rows.tolist()]
            table = compare.points(units, points, groups, against=self.against)
            if "cluster" in points:
                table["point"] = points["cluster"].to_numpy()[table["point"]]
            if self.n_prompts > 1:
                table.insert(0, "prompt", pd.Series([block.part.label] * len(table), dtype=object))
            found.append(table)
        if len(found) == 1:
            return found[0]
        if not found:
            columns = ["prompt", *POINT_COLUMNS]
            return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
        table = pd.concat(found, ignore_index=True)
        p = table["p"].to_numpy()
        tested = ~np.isnan(p)
        table.loc[tested, "q"] = adjusted(p[tested], int(tested.sum()))
        size = table["estimate"].abs().to_numpy()
        order = np.lexsort((-np.nan_to_num(size), np.nan_to_num(p, nan=2.0)))
        return table.iloc[order].reset_index(drop=True)

    # Cases

    @property
    def score_name(self) -> str | None:
        """The name of the score that `on` gives; None without."""
        if self._on is None:
            return None
        return str(getattr(self._on, "__name__", "score")) if callable(self._on) else str(self._on)

    @cached_property
    def _paired(self) -> compare.Paired:
        if self._on is None:
            raise ValueError('cases need a score: call lens.compare(on=...) with a column, a trait such as "words" or'
                             " a function of a text.")  # fmt: skip
        if self.baseline is None and len(self.groups) > 2:
            raise ValueError(f"cases need a baseline with {len(self.groups)} groups; give lens.compare(baseline=...).")
        name, kept = self.score_name, [row for row, group in enumerate(self._groups) if group is not None]
        texts = [self._texts[row] for row in kept]
        if callable(self._on):
            values = compare.trait_values(texts, {str(name): self._on})
        elif self._on in self._outputs.frame.columns:
            values = compare.trait_values(texts, {str(name): self._outputs.frame[self._on].iloc[kept].tolist()})
        else:
            values = compare.trait_values(texts, [self._on])
        scores = np.full(len(self._texts), np.nan)
        scores[kept] = values.iloc[:, 0].to_numpy(np.float64)
        return compare.paired(scores, self._groups, self._keys, self.case_baseline)

    @property
    def _keys(self) -> list[Any]:
        if self._cases is not None:
            return self._cases.tolist()
        return self._prompts or [self._blocks[0].part.label] * len(self._texts)

    @property
    def case_baseline(self) -> Any:
        """The group that cases are compared with: the baseline, or the first of two groups."""
        return self.groups[0] if self.baseline is None else self.baseline

    @cached_property
    def cases(self) -> pd.DataFrame:
        """One row per case, worst change of the score first: the `cases` of `compare.paired`; needs `on`.

        A case is a prompt, or a value of the column `cases`. With two groups and no baseline, the first is it. Larger
        scores are better. `outputs_baseline` and `outputs_version` are tuples of labels of your index.
        """
        rows: dict[tuple[Any, Any], list[Any]] = {}
        for place, (group, key) in enumerate(zip(self._groups, self._keys, strict=True)):
            if group is not None:
                rows.setdefault((group, key), []).append(self._index[place])
        table = self._paired.cases.copy()
        keys = list(zip(table["group"], table["case"], strict=True))
        for name, of in (("baseline", [(self.case_baseline, case) for _, case in keys]), ("version", keys)):
            listed = [tuple(rows.get(key, ())) for key in of]
            table[f"outputs_{name}"] = pd.Series(listed, index=table.index, dtype=object)
        return table

    @property
    def case_summary(self) -> pd.DataFrame:
        """How many cases are better, worse, same and missing, and the test: the `summary` of `compare.paired`."""
        return self._paired.summary.copy()

    # Shown

    def __repr__(self) -> str:
        return "\n".join(findings.sentences(self))

    def _repr_html_(self) -> str:
        return digest.html(findings.sentences(self), digest.tables(self, digest.SHOWN))

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the summary, with tables and how they were made, as a page (.html) or Markdown (.md); return the path.

        The page needs no network and has no script. Texts are escaped.

        Raises
        ------
        ValueError
            If the path has another ending, is a folder, or its folder does not exist.
        """
        ending = Path(path).suffix.lower()
        if ending not in (".html", ".md"):
            raise ValueError(f"a report is a page or Markdown; end the path {str(path)!r} in .html or .md.")
        check_target(path, "report")
        content = findings.sentences(self), digest.tables(self, digest.REPORTED)
        return write(path, digest.page(*content) if ending == ".html" else digest.markdown(*content))


def _check_score(outputs: Outputs, on: Any) -> None:
    columns = outputs.frame.columns
    known: Sequence[Any] = [*columns, *BUILT_IN]
    if not any(isinstance(on, type(name)) and on == name for name in known):
        raise NotFound(f"on is {on!r:.60}, neither a column nor a trait; {hint(on, known, 'columns and traits')}")


def _cluster_labels(blocks: list[_Block]) -> list[str]:
    """Return the name of each output's cluster, with its number where two have the same name."""
    if not blocks:
        return []
    block = blocks[0]
    names = {int(number): str(name) for number, name in zip(block.cluster, block.names, strict=True)}
    shown = list(names.values())
    alike = {number: name if shown.count(name) == 1 else f"{name} ({number})" for number, name in names.items()}
    return [ALONE if number < 0 else alike[number] for number in block.cluster.tolist()]
