"""The outputs and the clusters of a study, as DataFrames."""

from __future__ import annotations

import html as escaping
import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import text
from outlens._unicode import clean
from outlens.correcting import corrected, corrected_if_found
from outlens.naming import ALONE, names
from outlens.outputs import Outputs, categories
from outlens.part import Part
from outlens.points import by_output
from outlens.points import distinctive as distinctive_points
from outlens.points import makers as points_made
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.tags.frames import free_name, free_names
from outlens.tags.suggest import Suggestion
from outlens.tags.summaries import tags_and_notes

FORMULA = re.compile(r"[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""The beginning of a text that some spreadsheet would run: some skip spaces, some accept full-width signs."""

ADDED = ("cluster", "cluster_name", "x", "y", "tags", "note")
"""The columns of `Lens.frame` beside the user's."""

MEASURES = ("points", "alone", "completeness")
"""The columns of `Lens.frame` once points were found."""

FIRST = 5
"""The number of outputs that a viewer without widgets shows before there are clusters."""


def frame(study: Study, state: LensState, tags: TagBook) -> pd.DataFrame:
    """Return the user's rows with their clusters, positions on the map, tags and notes; see `Lens.frame`.

    For prompts that are not computed, cluster (then Int64), cluster_name, x and y are missing. The measures of points
    are there once the points of all prompts have been found.
    """
    with tags.lock:
        # More outputs may come in another thread.
        outputs, computed, keys = study.outputs, study.computed, tags.keys
    n = len(outputs.texts)
    cluster, name = np.full(n, -1, np.int64), np.full(n, None, object)
    xy = np.full((n, 2), np.nan, np.float32)
    made = np.zeros(n, bool)
    for part in computed:
        cluster[part.rows], name[part.rows] = cut(part, state.granularity, tags)
        xy[part.rows] = part.xy.get()
        made[part.rows] = True
    tags.refresh()
    numbers = cluster if made.all() else pd.arrays.IntegerArray(cluster, ~made)
    marks = tags_and_notes(tags, keys)
    ours = [numbers, name, xy[:, 0], xy[:, 1], marks["tags"], marks["note"]]
    table = outputs.frame.copy()
    added = dict(zip(ADDED, ours, strict=True)) | _measures(study, n, state.view["points_granularity"], tags)
    for column, values in zip(free_names(tuple(added), table.columns), added.values(), strict=True):
        # Pass the dtype: pandas 3 would choose Arrow for texts, which refuses lone surrogates.
        table[column] = pd.Series(values, index=table.index, dtype=values.dtype)
    for column, values in study.measured.items():
        # Those of points are there once the points were found.
        if column not in table.columns and len(values) == n:
            table[column] = values
    return table


def _measures(study: Study, n: int, granularity: float, tags: TagBook) -> dict[str, npt.NDArray[Any]]:
    """Return the measures of points of all n outputs; none until the points of every prompt were found."""
    made = [(part.rows, points) for part in study.parts if (points := corrected_if_found(part, tags)) is not None]
    if len(made) < len(study.parts):
        return {}
    measures = {name: np.zeros(n, np.float64 if name == "completeness" else np.int64) for name in MEASURES}
    for rows, points in made:
        units, table, _ = points.cut(granularity)
        counted = by_output(units, table, len(rows))
        for name in MEASURES:
            measures[name][rows] = counted[name]
    return measures


def page_names(outputs: Outputs) -> dict[str, str]:
    """Return the names of the columns of a page's CSV: the text, what `frame` adds, and "row", the index labels."""
    columns = outputs.frame.columns
    added = dict(zip(ADDED, free_names(ADDED, columns), strict=True))
    row = free_name("row", [*columns, *added.values()])
    shown = ("cluster", "cluster_name", "tags", "note")
    return {"row": row, "text": clean(str(outputs.text)), **{name: added[name] for name in shown}}


def cut(part: Part, granularity: float, tags: TagBook) -> tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.object_]]:
    """Return the number and the name of the cluster of each output of a part."""
    numbers = part.tree.get().cut(granularity)
    # Index -1, the last name, is for cluster -1.
    return numbers, np.array([*names(part, granularity, tags), ALONE], object)[numbers]


def distinctive(
    study: Study, part: Part, granularity: float, tags: TagBook, by: Hashable | None, of_points: float | None = None
) -> pd.DataFrame:
    """Return `text.distinctive`, or `points.distinctive` at a granularity, for the groups of a part.

    See `Lens.distinctive`.
    """
    outputs = study.outputs
    by_cluster = not outputs.by if by is None else by == "cluster" and by not in outputs.frame.columns
    if by_cluster:
        groups: list[Any] = part.tree.get().cut(granularity).tolist()
    else:
        groups = outputs.column(outputs.by[0] if by is None else by, "by").iloc[part.rows].tolist()
    if of_points is None:
        table = text.distinctive(part.texts, groups)
    else:
        table = distinctive_points(*points(study, part, of_points, tags), groups)
    if by_cluster:
        shown = [*names(part, granularity, tags), ALONE]
        number = table["group"].to_numpy(np.int64)
        group = pd.Series([shown[i] for i in number.tolist()], index=table.index, dtype=object)
        table = table.assign(group=group)
        table.insert(0, "cluster", number)
    return table


def similar(study: Study, position: int, n: int) -> pd.DataFrame:
    """Return the rows most similar to the one at a position; see `Lens.similar`."""
    part, here = study.place_of(position)
    nearest, similarity = part.likeness.get().similar_rows(here, n)
    table: pd.DataFrame = study.outputs.frame.iloc[part.rows[nearest]].copy()
    table[free_name("similarity", table.columns)] = similarity
    return table


def suggested(study: Study, part: Part, suggestion: Suggestion) -> pd.DataFrame:
    """Return the suggested rows of a part, likeliest first; see `Lens.suggest`."""
    table: pd.DataFrame = study.outputs.frame.iloc[part.rows[suggestion.order]].copy()
    table[free_name("score", table.columns)] = suggestion.scores[suggestion.order]
    table.attrs = {**table.attrs, "says": suggestion.says, "precision": suggestion.precision}
    return table


def clusters(
    study: Study, part: Part, granularity: float, tags: TagBook, by_columns: Sequence[Hashable]
) -> pd.DataFrame:
    """Return one row per cluster of a part, largest first; see `Lens.clusters`."""
    land, rows = part.landscape.get(), part.rows
    numbers = land.tree.cut(granularity)
    nodes = land.tree.order(land.tree.level(granularity))
    index = study.outputs.frame.index
    table: list[dict[str, Any]] = []
    for number, (node, name) in enumerate(zip(nodes, names(part, granularity, tags), strict=True)):
        medoid = int(land.tree.medoids[node])
        size = int((numbers == number).sum())
        table.append({
            "cluster": number, "name": name, "size": size, "share": size / len(numbers),
            "holds": land.names[node].share, "medoid": index[rows[medoid]],
            "text": part.texts[medoid], "words": land.names[node].words,
        })  # fmt: skip
    alone = int((numbers == -1).sum())
    if alone:
        table.append({
            "cluster": -1, "name": ALONE, "size": alone, "share": alone / len(numbers),
            "holds": float("nan"), "medoid": None, "text": "", "words": (),
        })  # fmt: skip
    columns = ["cluster", "name", "size", "share", "holds", "medoid", "text", "words"]
    # Keep texts as Python strings: Arrow strings cannot hold a lone surrogate.
    made = pd.DataFrame(table, columns=columns, dtype=object).set_index("cluster")
    made.index = made.index.astype("int64")
    made = made.astype({"size": "int64", "share": "float64", "holds": "float64"})
    for by in by_columns:
        counts: dict[str, npt.NDArray[np.int64]] = {}
        codes, values = categories(study.outputs.frame[by])
        here = codes[rows]
        for code in np.unique(here[here >= 0]).tolist():
            sizes = np.bincount(numbers[here == code] + 1, minlength=len(made) + 1)
            counts[clean(f"{by}={values[code]}")] = sizes[made.index + 1]
        made = pd.concat([made, pd.DataFrame(counts, index=made.index)], axis=1)
    return made


def points(
    study: Study, part: Part, granularity: float, tags: TagBook, by_columns: Sequence[Hashable] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the units and the points of a part; see `Lens.point_spans` and `Lens.points`."""
    units, table, _ = corrected(part, tags).cut(granularity)
    made = points_made(units, table)
    shares: dict[str, npt.NDArray[np.float64]] = {}
    for by in by_columns:
        codes, values = categories(study.outputs.frame[by])
        here = codes[part.rows]
        point, code = made["point"].to_numpy(), here[made["output"].to_numpy()]
        for each in np.unique(here[here >= 0]).tolist():
            makers = np.bincount(point[code == each], minlength=len(table))
            shares[clean(f"{by}={values[each]}")] = makers / (here == each).sum()
    return units, pd.concat([table, pd.DataFrame(shares, index=table.index)], axis=1)


def makers(
    study: Study, part: Part, granularity: float, tags: TagBook, point: int, made: bool
) -> npt.NDArray[np.int64]:
    """Return the positions of the outputs of a part that make a point, or that do not."""
    units, table = points(study, part, granularity, tags)
    if isinstance(point, bool) or not isinstance(point, int | np.integer) or not 0 <= point < len(table):
        numbers = f"0 to {len(table) - 1}" if len(table) else "none: these outputs make no points"
        raise ValueError(f"there is no point {point!r:.40}; the points of this prompt are {numbers}.")
    makes = np.isin(np.arange(len(part)), units.loc[units["point"] == point, "output"])
    positions: npt.NDArray[np.int64] = part.rows[makes == made]
    return positions


def describe(study: Study, part: Part, granularity: float) -> str:
    """Describe a lens in one line: its outputs, prompts and clusters."""
    count = len(study.parts)
    among = f" to {count:,} prompts" if count > 1 else ""
    tree = part.tree.peek()
    if tree is None:
        made = "clusters and map not ready yet"
    else:
        n = len(tree.order(tree.level(granularity)))
        made = f"{n:,} cluster{'s' * (n != 1)} at granularity {granularity:g}"
    total = len(study.outputs.texts)
    return f"Lens of {total:,} output{'s' * (total != 1)}{among}: {made}"


def csv(frame: pd.DataFrame) -> str:
    """Return rows as CSV that a spreadsheet opens safely.

    A spreadsheet would run a text that begins like a formula, so it gets an apostrophe in front, as OWASP advises.
    Numbers stay as they are; the tags of an output are joined by "; ".
    """

    def safe(cell: Any) -> Any:
        if isinstance(cell, tuple):
            cell = "; ".join(map(str, cell))
        if not isinstance(cell, str):
            return cell
        # Python 3.10 cannot write NUL as CSV, and few programs read it.
        return f"'{cell}".replace("\0", "�") if FORMULA.match(cell) else cell.replace("\0", "�")

    levels = [frame.index.get_level_values(level).to_series() for level in range(frame.index.nlevels)]
    columns = [*levels, *(frame.iloc[:, place] for place in range(frame.shape[1]))]
    names = ["" if name is None else safe(str(name)) for name in (*frame.index.names, *frame.columns)]
    plain = (pd.api.types.is_numeric_dtype, pd.api.types.is_datetime64_any_dtype, pd.api.types.is_timedelta64_dtype)
    guarded = {
        place: (column if any(of(column) for of in plain) else column.astype(object).map(safe)).array
        for place, column in enumerate(columns)
    }
    # Excel reads UTF-8 only with a byte order mark.
    return "\ufeff" + clean(pd.DataFrame(guarded).to_csv(index=False, header=names, lineterminator="\r\n"))


def html(study: Study, part: Part, granularity: float, tags: TagBook, caption: str) -> str:
    """Return a table for a viewer without widgets: the clusters, or the first outputs if these are not ready."""
    if part.tree.peek() is None:
        labels = study.outputs.frame.index[part.rows[:FIRST]].tolist()
        return _html(caption, ["row", "output"], zip(labels, part.texts, strict=False))
    found = clusters(study, part, granularity, tags, [])
    rows = found[["name", "size", "text"]].itertuples(index=False, name=None)
    return _html(caption, ["cluster", "size", "a typical output"], rows)


def _html(caption: str, head: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> str:
    def line(tag: str, cells: Iterable[Any]) -> str:
        shown = (escaping.escape(clean(str(cell))[:160]) for cell in cells)
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in shown)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return (
        f"<table><caption>{escaping.escape(caption)}</caption><thead>{line('th', head)}</thead>"
        f"<tbody>{body}</tbody></table>"
    )
