"""A comparison in sentences and small tables, as HTML or Markdown."""

from __future__ import annotations

import html as escaping
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from outlens._unicode import clean
from outlens.figures import (
    both_counts,
    both_sizes,
    interval,
    label,
    name_of,
    number,
    other_of,
    p_value,
    pair,
    shortened,
)

if TYPE_CHECKING:
    from outlens.comparison import Comparison

SHOWN, REPORTED = 5, 20
"""The most rows of a table in a notebook, and in a report."""

FEW_GROUPS = 6
"""With more groups, one measure of diversity is shown."""

LONG = 300
"""An output is cut after so many characters."""

MEASURES = {
    "different": "different texts",
    "vendi": "effective number of different outputs (Vendi score)",
    "effective_clusters": "effective number of clusters",
    "likeness": "mean likeness within the group",
}
"""The measures of diversity that are shown, and what they are."""


class Table(NamedTuple):
    """The strongest rows of a table of a comparison."""

    title: str
    method: str
    head: list[str]
    rows: list[list[str]]
    total: int
    """How many rows the whole table has."""

    @property
    def caption(self) -> str:
        """The title, and how much is left out."""
        left = f" ({len(self.rows):,} of {self.total:,}, strongest first)" if len(self.rows) < self.total else ""
        return self.title + left


def tables(found: Comparison, most: int) -> list[Table]:
    """Return the strongest rows of what was compared, at most so many of each table."""
    made = [] if most == SHOWN or found.of_clusters else [_of_difference(found, most)]
    made.append(_of_shares("Points", found.points, POINTS, most))
    if not found.of_clusters:
        made.append(_of_shares("Clusters", found.clusters, CLUSTERS, most))
    made += [_of_words(found, most), _of_traits(found, most), _of_diversity(found, most)]
    if len(found.groups) <= FEW_GROUPS:
        made.append(_of_pairs(found, 2 if most == SHOWN else most))
    return [table for table in made if table.rows]


def _of_difference(found: Comparison, most: int) -> Table:
    table = found.difference
    rows = [
        [
            pair(row, " against "), interval(row), str(row["unit"]), both_sizes(row), p_value(row["p"], ""),
            p_value(row["q"], ""), str(row["note"]),
        ]
        for _, row in table.iloc[:most].iterrows()
    ]  # fmt: skip
    method = (
        "Squared distance of the mean vectors, corrected for small groups, with its 95 % bootstrap interval; p by"
        " permutation of the labels within prompts, q after Benjamini and Hochberg. Outputs count as independent."
    )
    head = ["groups", "squared distance", "over", "n", "p", "q", "note"]
    return Table("Difference", method, head, rows, len(table))


POINTS = (
    "Outputs that make a point, whatever the words; difference of the shares with Newcombe's 95 % interval; Fisher's"
    " exact test, q after Benjamini and Hochberg. Points that fewer than 3 outputs make are left out, and a claim and"
    " its negation may be one point."
)
CLUSTERS = (
    "Outputs in a cluster, and the statistics of points. The clusters depend on the granularity; those with fewer than"
    " 3 outputs are left out."
)


def _of_shares(title: str, table: pd.DataFrame, method: str, most: int) -> Table:
    if "text" in table:
        table = table[table["text"] != ""]
    with_prompt = "prompt" in table
    rows = [
        [
            *([shortened(row["prompt"], 60)] if with_prompt else []),
            shortened(name_of(row)), *both_counts(row), interval(row), p_value(row["q"], ""),
        ]
        for _, row in table.iloc[:most].iterrows()
    ]  # fmt: skip
    head = [*(["prompt"] if with_prompt else []), title.lower()[:-1], "group", "other", "difference", "q"]
    return Table(title, method, head, rows, len(table))


def _of_pairs(found: Comparison, most: int) -> Table:
    table = found.pairs
    # The first pair of every two groups comes first.
    first = table.sort_values("rank", kind="stable").iloc[:most]
    rows = [
        [
            label(row["group"]), f"{label(row['output'])}: {shortened(row['text'], LONG)}",
            other_of(row), f"{label(row['other_output'])}: {shortened(row['other_text'], LONG)}",
        ]
        for _, row in first.iterrows()
    ]  # fmt: skip
    method = (
        "Row labels and texts of the outputs that are nearest to the mean vector of their group and farthest from that"
        " of the other. They show the difference at its clearest and are not typical."
    )
    return Table("Telling outputs", method, ["group", "output", "other", "output"], rows, len(table))


def _of_words(found: Comparison, most: int) -> Table:
    table = found.words
    order = table.sort_values(["lrc", "p"], ascending=[False, True], kind="stable")
    rows = [
        [shortened(row["text"]), *both_counts(row), p_value(row["q"], "")] for _, row in order.iloc[:most].iterrows()
    ]  # fmt: skip
    method = (
        "Outputs that contain the word or phrase, in one group and in all others; Fisher's exact test, one-sided,"
        " within prompts, q after Benjamini and Hochberg."
    )
    return Table("Words and phrases", method, ["text", "group", "other", "q"], rows, len(table))


def _of_traits(found: Comparison, most: int) -> Table:
    table = found.traits
    rank = (table["auc"] - 0.5).abs().fillna(-1).sort_values(ascending=False, kind="stable").index
    rows = [
        [
            label(row["trait"]), f"{label(row['group'])} {number(row['mean1'])}",
            f"{other_of(row)} {number(row['mean2'])}", interval(row),
            f"{number(row['auc'])} [{number(row['auc_low'])}, {number(row['auc_high'])}]", both_sizes(row),
            p_value(row["q"], ""),
        ]
        for _, row in table.loc[rank[:most]].iterrows()
    ]  # fmt: skip
    method = (
        "Means, their difference with its 95 % interval, and the AUC: the chance that an output of the group has the"
        " larger value (.5 does not separate); stratified Wilcoxon test, q after Benjamini and Hochberg. Counts grow"
        " with length; hedges, first person, refusals and readability are for English."
    )
    return Table("Traits", method, ["trait", "group", "other", "difference", "AUC", "n", "q"], rows, len(table))


def _of_diversity(found: Comparison, most: int) -> Table:
    table = found.diversity
    table = table[table["measure"].isin(list(MEASURES))]
    place = {name: i for i, name in enumerate(MEASURES)}
    table = table.sort_values("measure", key=lambda names: names.map(place), kind="stable")
    kept = table if len(found.groups) <= FEW_GROUPS else table[table["measure"] == "vendi"].iloc[:most]
    rows = [
        [MEASURES[row["measure"]], label(row["group"]), interval(row), number(row["size"]), str(row["n"])]
        for _, row in kept.iterrows()
    ]  # fmt: skip
    method = (
        "Measured at an equal number of outputs, with a 95 % interval; the groups are not tested against each other."
    )
    return Table("Diversity", method, ["measure", "group", "estimate", "at", "n"], rows, len(table))


# Documents


def html(found: list[str], shown: list[Table]) -> str:
    """Return the sentences and tables as a part of a page, in the colours around it."""
    cell = "padding:2px 10px 2px 0;text-align:left;vertical-align:top;border:0"

    def line(tag: str, cells: Iterable[str]) -> str:
        inner = "".join(f'<{tag} style="{cell}">{_escaped(each)}</{tag}>' for each in cells)
        return f'<tr style="background:none">{inner}</tr>'

    parts = [f"<p>{'<br>'.join(map(_escaped, found))}</p>"]
    for table in shown:
        parts.append(
            '<table style="color:inherit;border-collapse:collapse;margin:8px 0">'
            f'<caption style="color:inherit;text-align:left;font-weight:bold">{_escaped(table.caption)}</caption>'
            f"<thead>{line('th', table.head)}</thead><tbody>{''.join(line('td', row) for row in table.rows)}</tbody>"
            "</table>"
            f'<p style="margin:0 0 12px;max-width:60em;opacity:.75;font-size:smaller">{_escaped(table.method)}</p>'
        )
    return f'<div style="color:inherit">{"".join(parts)}</div>'


def page(found: list[str], shown: list[Table]) -> str:
    """Return the sentences and tables as a page of their own, without scripts."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Comparison</title>\n'
        "<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2em;max-width:80em}"
        "</style>\n</head>\n"
        f"<body>\n<h1>Comparison</h1>\n{html(found, shown)}\n</body>\n</html>\n"
    )


def markdown(found: list[str], shown: list[Table]) -> str:
    """Return the sentences and tables as Markdown, in which no text of an output is markup."""

    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(_plain(cell) for cell in cells)} |"

    parts = ["# Comparison", *(f"- {_plain(each)}" for each in found)]
    parts = [parts[0], "\n".join(parts[1:])]
    for table in shown:
        rule = f"|{' --- |' * len(table.head)}"
        rows = "\n".join([line(table.head), rule, *map(line, table.rows)])
        parts += [f"## {_plain(table.caption)}", rows, _plain(table.method)]
    return "\n\n".join(parts) + "\n"


def _escaped(value: str) -> str:
    return escaping.escape(clean(value))


def _plain(value: str) -> str:
    """Escape what Markdown or HTML would interpret."""
    marked = re.sub(r"([\\`*_{}\[\]#|~!$])", r"\\\1", escaping.escape(clean(value), quote=False))
    return re.sub(r"^(\d+(?=[.)])|(?=[-+=]))", r"\1\\", marked)
