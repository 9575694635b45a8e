"""A comparison in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from outlens.figures import (
    count,
    interval,
    joined,
    label,
    listed,
    name_of,
    number,
    other_of,
    p_value,
    pair,
    quoted,
    reasons,
    share,
    span,
)

if TYPE_CHECKING:
    from outlens.comparison import Comparison

SIGNIFICANT = 0.05
"""The largest q of what is called a difference."""

FEW_GROUPS = 6
"""With more groups, sentences do not list them."""


def sentences(found: Comparison) -> list[str]:
    """Return what was found, one sentence or two for each subject."""
    made = [
        _groups(found), _difference(found), _cases(found), _points(found), _clusters(found), _words(found),
        _traits(found), _diversity(found), _left_out(found),
    ]  # fmt: skip
    return [sentence for sentence in made if sentence]


def _groups(found: Comparison) -> str:
    how = {
        "pairs": "compared by pairs" if len(found.groups) > 2 else "compared with each other",
        "rest": "each compared with all other outputs",
    }
    against = f"compared with {label(found.baseline)}" if found.baseline is not None else how[found.against]
    if len(found.groups) > FEW_GROUPS:
        listed = f"{len(found.groups)} groups of {span(found.sizes)} outputs"
    else:
        each = zip(found.groups, found.sizes, strict=True)
        listed = joined([f"{label(name)} ({count(size, 'output')})" for name, size in each])
    return f"{listed} by {label(found.by)}, {against}; {count(found.n_prompts, 'prompt')}."


def _difference(found: Comparison) -> str:
    if found.of_clusters:
        return "Clusters are made from the vectors, so it says nothing that vectors and words differ between them."
    table = found.difference
    tested = table[table["p"].notna()]
    if not len(tested):
        return f"Whether they differ cannot be tested: {reasons(table)}."
    differ, first = tested[tested["q"] <= SIGNIFICANT], tested.iloc[0]
    measured = _distance(first, len(table) > 1)
    untested = f" {count(len(table) - len(tested), 'pair')} not tested: {reasons(table[table['p'].isna()])}."
    more = untested if len(tested) < len(table) else ""
    if len(table) == 1:
        if not len(differ):
            return f"On the whole, no difference between {pair(first)} is seen: {measured}."
        unclear = "" if first["low"] > 0 else ", but it is unclear by how much"
        return f"{pair(first)} differ{unclear}: {measured}."
    if not len(differ):
        return f"On the whole, no difference is seen in {count(len(tested), 'comparison')}; the smallest p: " + (
            f"{pair(first)}, {measured}.{more}"
        )
    strongest = differ.sort_values("estimate", ascending=False, kind="stable").iloc[0]
    return (
        f"{len(differ):,} of {count(len(tested), 'comparison')} show a difference (q ≤ .05), the largest:"
        f" {pair(strongest)}, {_distance(strongest, True)}.{more}"
    )


def _distance(row: Any, several: bool) -> str:
    p = f"q {p_value(row['q'])}" if several else f"p {p_value(row['p'])}"
    unit = " over prompts" if row["unit"] == "prompts" else ""
    return f"squared distance {interval(row)}{unit}, {p}, n = {row['n1']} and {row['n2']}"


def _cases(found: Comparison) -> str:
    if found.score_name is None or (found.baseline is None and len(found.groups) > 2):
        return ""
    table = found.case_summary
    parts = []
    for _, row in table.iloc[:3].iterrows():
        change = f"{row['better']} better, {row['worse']} worse, {row['same']} same, {row['missing']} missing"
        if math.isnan(row["p"]):
            verdict = f"not tested: {row['note']}"
        else:
            seen = "" if row["q"] <= SIGNIFICANT else "no difference is seen: "
            test = f"q {p_value(row['q'])}" if len(table) > 1 else f"p {p_value(row['p'])}"
            verdict = f"{seen}mean change {interval(row)}, {test}, n = {count(row['n'], 'case')}"
        parts.append(f"{label(row['group'])} against {other_of(row)}: {change} ({verdict})")
    more = f"; and {len(table) - 3} more in .case_summary" if len(table) > 3 else ""
    return f"By {label(found.score_name)} (larger is better), {'; '.join(parts)}{more}."


def _points(found: Comparison) -> str:
    table = found.points
    tested = table[table["p"].notna()]
    if not len(tested):
        reason = reasons(table) or (_no_prompt(found) if found.n_prompts > 1 else "no point is made by 3 outputs")
        return f"Points are not tested: {reason}."
    differ = tested[tested["q"] <= SIGNIFICANT]
    return _shares(found, "points", tested, differ)


def _clusters(found: Comparison) -> str:
    if found.of_clusters:
        return ""
    table = found.clusters
    tested = table[table["p"].notna()]
    # Without tests, the sentence about points says why.
    return _shares(found, "clusters", tested, tested[tested["q"] <= SIGNIFICANT]) if len(tested) else ""


def _shares(found: Comparison, kind: str, tested: pd.DataFrame, differ: pd.DataFrame) -> str:
    """Return how many shares differ, and the first that does."""
    counted = kind if _is_single(found) and found.n_prompts == 1 else f"tests of {kind}"
    if not len(differ):
        return f"No difference is seen in {len(tested):,} {counted} (q > .05)."
    row = differ.iloc[0]
    shares = f"{share(row['f1'], row['n1'])} outputs of {label(row['group'])}, {share(row['f2'], row['n2'])} of"
    return (
        f"{len(differ):,} of {len(tested):,} {counted} {'differ' if len(differ) > 1 else 'differs'} (q ≤ .05), most:"
        f" {quoted(name_of(row))}, {shares} {other_of(row)}, difference {interval(row)}, q {p_value(row['q'])}."
    )


def _words(found: Comparison) -> str:
    table = found.words
    if not table["p"].notna().any():
        return "Words are not tested: no group of 5 outputs or more uses a word more often than the others."
    differ = table[table["q"] <= SIGNIFICANT]
    if not len(differ):
        return "No word or phrase is used significantly more by one of them (q > .05)."
    first = differ.sort_values(["lrc", "p"], ascending=[False, True], kind="stable").drop_duplicates("group").iloc[:2]
    shown = [
        f"{quoted(row['text'])} ({share(row['f1'], row['n1'])} of {label(row['group'])},"
        f" {share(row['f2'], row['n2'])} of {other_of(row)})"
        for _, row in first.iterrows()
    ]
    number = count(len(differ), "word or phrase", "words and phrases")
    return f"{number} used more by one of them (q ≤ .05), such as {joined(shown)}."


def _traits(found: Comparison) -> str:
    table = found.traits
    tested = table[table["p"].notna()]
    if not len(tested):
        return f"Traits are not tested: {reasons(table) or 'no values'}."
    differ = tested[tested["q"] <= SIGNIFICANT]
    kind = "traits" if _is_single(found) else "tests of traits"
    if not len(differ):
        return f"No difference is seen in {len(tested):,} {kind} (q > .05)."
    order = (differ["auc"] - 0.5).abs().sort_values(ascending=False, kind="stable").index
    shown = [
        f"{label(row['trait'])} (mean {number(row['mean1'])} of {label(row['group'])}, {number(row['mean2'])} of"
        f" {other_of(row)}, difference {interval(row)})"
        for _, row in differ.loc[order[:2]].iterrows()
    ]
    return (
        f"{len(differ):,} of {len(tested):,} {kind} {'differ' if len(differ) > 1 else 'differs'} (q ≤ .05), most:"
        f" {joined(shown)}."
    )


def _diversity(found: Comparison) -> str:
    if len(found.groups) > FEW_GROUPS:
        return ""
    table = found.diversity
    vendi = table[table["measure"] == "vendi"]
    table = vendi[vendi["estimate"].notna()]
    if not len(table):
        return f"Diversity is not measured: {reasons(vendi)}."
    each = " per prompt" if found.n_prompts > 1 else ""
    shown = [
        f"{label(row['group'])} {interval(row)} of {number(row['size'])} (n = {row['n']})"
        for _, row in table.iterrows()
    ]
    return f"Effective number of different outputs{each} (Vendi score, at equal n; not tested): {joined(shown)}."


def _left_out(found: Comparison) -> str:
    parts = [
        f"{count(found.missing, 'output')} without a text" if found.missing else "",
        f"{count(found.ungrouped, 'output')} without a group" if found.ungrouped else "",
        f"{listed(found.empty)}, without outputs" if found.empty else "",
    ]
    parts = [part for part in parts if part]
    return f"Left out: {'; '.join(parts)}." if parts else ""


def _no_prompt(found: Comparison) -> str:
    if found.against == "rest":
        return "no group has 3 outputs to one prompt"
    return "no prompt has 3 outputs of two compared groups"


def _is_single(found: Comparison) -> bool:
    return len(found.groups) == 2
