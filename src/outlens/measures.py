"""Measures of single outputs and of prompts, computed from a study."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import compare
from outlens._errors import NotFound, hint
from outlens.compare.groups import FEW
from outlens.compare.trait_values import BUILT_IN
from outlens.correcting import corrected, corrected_if_found
from outlens.outputs import Outputs
from outlens.part import Part
from outlens.points import by_output
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.tags.summaries import tags_and_notes

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NAMES = ("consistency", "points", "traits", "typical", *BUILT_IN)
"""What `Lens.measure` takes."""

NOT_SHOWN = ("n", "note")
"""Columns that say how far the others can be trusted; they are not measures."""


def measure(study: Study, state: LensState, tags: TagBook, name: str) -> pd.DataFrame:
    """Return a measure of each output, in the index of the user's rows; see `Lens.measure`."""
    if name not in NAMES:
        raise NotFound(f"there is no measure {name!r}; {hint(name, NAMES, 'measures')}")
    outputs, parts = study.outputs, study.parts
    if name == "consistency":
        made = _consistency(outputs, parts, float(state.granularity), float(state.view["points_granularity"]), tags)
    elif name == "points":
        made = _joined(outputs, parts, lambda part: _points(part, float(state.view["points_granularity"]), tags))
    elif name == "typical":
        made = _joined(outputs, parts, lambda part: pd.DataFrame({"typical": part.typical.get().astype(np.float64)}))
    else:
        gone = outputs.frame[outputs.text].isna().to_numpy(bool)
        made = compare.trait_values(outputs.texts, None if name == "traits" else [name])
        made = made.where(~gone[:, None]) if gone.any() else made
    return made.set_axis(outputs.frame.index)


def _joined(outputs: Outputs, parts: list[Part], of: Callable[[Part], pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all parts in the order of the outputs."""
    tables = [of(part).set_axis(part.rows) for part in parts]
    return pd.concat(tables).reindex(range(len(outputs.texts)))


def _points(part: Part, granularity: float, tags: TagBook) -> pd.DataFrame:
    units, table, _ = corrected(part, tags).cut(granularity)
    counted = by_output(units, table, len(part))
    return pd.DataFrame({name: counted[name] for name in ("points", "alone", "completeness")})


def _consistency(
    outputs: Outputs, parts: list[Part], granularity: float, of_points: float, tags: TagBook
) -> pd.DataFrame:
    prompts, clusters, vectors = _answers(outputs, parts, granularity)
    units, table = _said(parts, of_points, tags)
    made = compare.consistency(outputs.texts, vectors, prompts, clusters, units=units, points=table)
    return made.assign(note=made["note"].replace("no prompt", "no text"))


def _answers(
    outputs: Outputs, parts: list[Part], granularity: float
) -> tuple[list[int | None], list[int], npt.NDArray[np.float32]]:
    """Return the number of each output's prompt (None without a text), its cluster in that prompt, and its vector."""
    n = len(outputs.texts)
    prompt, cluster = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    vectors = np.zeros((n, parts[0].vectors.get().shape[1]), np.float32)
    for part in parts:
        prompt[part.rows], vectors[part.rows] = part.number, part.vectors.get()
        cluster[part.rows] = part.tree.get().cut(granularity)
    gone = outputs.frame[outputs.text].isna().to_numpy(bool)
    return [None if no else one for one, no in zip(prompt.tolist(), gone, strict=True)], cluster.tolist(), vectors


def _said(parts: list[Part], granularity: float, tags: TagBook) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Return the units and the points of all prompts, numbered through; None until all were found."""
    found = [(part, points) for part in parts if (points := corrected_if_found(part, tags)) is not None]
    if len(found) < len(parts):
        return None, None
    made: list[pd.DataFrame] = []
    count = 0
    for part, points in found:
        units, table, _ = points.cut(granularity)
        point = units["point"].to_numpy()
        # Frames are not points, and their numbers follow those of the points of their prompt.
        of = np.where((point >= 0) & (point < len(table)), point + count, -1)
        made.append(pd.DataFrame({"output": part.rows[units["output"]], "point": of}))
        count += len(table)
    return pd.concat(made, ignore_index=True), pd.DataFrame({"point": range(count)})


def overview(study: Study, state: LensState, tags: TagBook) -> pd.DataFrame:
    """Return one row per prompt; see `Lens.overview`."""
    outputs, parts = study.outputs, study.parts
    with tags.lock:
        tags.refresh()
        marks = tags_and_notes(tags, tags.keys)["tags"]
    prompts, clusters, vectors = _answers(outputs, parts, float(state.granularity))
    numbers = np.array(clusters, np.int64)
    measured = compare.prompt_consistency(outputs.texts, vectors, prompts, clusters).set_index(["measure", "prompt"])
    sources: list[Any] = outputs.column(outputs.by[0], "by").tolist() if outputs.by else []
    rows = []
    for part in parts:
        used = np.array([row for row in part.rows.tolist() if prompts[row] is not None], np.int64)
        cluster = numbers[used]
        alone = int((cluster < 0).sum())
        row: dict[str, Any] = {
            "prompt": part.label, "n": len(used), "clusters": len(np.unique(cluster[cluster >= 0])), "unlike": alone,
        }  # fmt: skip
        rows.append(row | {"number": part.number, "tagged": sum(bool(marks[i]) for i in part.rows.tolist())}
                    | _furthest(vectors[used], [sources[i] for i in used.tolist()] if sources else []))  # fmt: skip
    # pandas 3 would make texts of these columns, with NaN for None.
    kept = ("prompt", "source", "other")
    table = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object if name in kept else None)
                          for name in rows[0]})  # fmt: skip
    number = table.pop("number")
    for name, of in (("answers", "entropy"), ("likeness", "likeness"), ("consistency", "cluster_share")):
        found = measured.loc[of].reindex(number) if len(measured) else measured.reindex(number)
        for column, end in (("estimate", ""), ("low", "_low"), ("high", "_high")):
            values = found[column].to_numpy(np.float64)
            table[name + end] = np.exp(values) if name == "answers" else values
    # One output is one answer; the entropy of `prompt_consistency` starts at two.
    table.loc[table["n"] == 1, "answers"] = 1.0
    notes = found["note"].tolist()
    noted = [note if n else "no output with a text" for note, n in zip(notes, table["n"], strict=True)]
    table["note"] = pd.Series(noted, dtype=object)
    measures = [name + end for name in ("answers", "likeness", "consistency") for end in ("", "_low", "_high")]
    listed = ["prompt", "n", "clusters", "unlike", *measures, "source", "other", "distance", "tagged", "note"]
    return table[listed]


def _furthest(vectors: npt.NDArray[np.float32], sources: list[Hashable]) -> dict[str, Any]:
    """Return the two sources of a prompt whose mean vectors are farthest apart; `distance` as in `difference`."""
    none = {"source": None, "other": None, "distance": np.nan}
    codes, names = pd.factorize(np.array([*sources, None], object)[:-1])
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    enough = np.flatnonzero(sizes >= FEW)
    if len(enough) < 2:
        return none
    sums = np.stack([vectors[codes == code].astype(np.float64).sum(axis=0) for code in enough.tolist()])
    n = sizes[enough].astype(np.float64)
    squares = np.array([float((vectors[codes == code].astype(np.float64) ** 2).sum()) for code in enough.tolist()])
    products = sums @ sums.T
    # Without the products of an output with itself, which make small groups look far apart.
    within = (products.diagonal() - squares) / (n * (n - 1))
    distance = within[:, None] + within - 2 * products / np.outer(n, n)
    np.fill_diagonal(distance, -np.inf)
    one, other = np.unravel_index(np.argmax(distance), distance.shape)
    return {"source": names[enough[one]], "other": names[enough[other]], "distance": float(distance[one, other])}
