"""Names for clusters: what many members say and others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outlens.text.words import forms, tokens
from outlens.vectors.clusters import Tree

LONGEST = 4
"""Words of a phrase, at most."""
SAMPLE = 1_500
"""Outputs that are read for the names; more would change no name and cost seconds."""
HEAD = 400
"""Words of an output that are read for the names."""


@dataclass(frozen=True)
class Name:
    """The name of a cluster."""

    name: str
    """A phrase as the members write it."""
    share: float
    """Share of the members that hold it."""
    words: tuple[str, ...]
    """Up to six words that tell the cluster from the others, best first."""


def name_clusters(texts: Sequence[str], tree: Tree, *, prompt: str | None = None) -> list[Name]:
    """Name every node of a tree by document frequency; no two names are the same.

    A phrase is scored by the share of members that hold it, times the log of how much larger that is than the share of
    all others. Words of the prompt alone make no name.

    Parameters
    ----------
    texts : n strings.
    tree : their clusters.
    prompt : what they answer.
    """
    if not len(tree.sizes):
        return []
    chosen = _sample(texts, tree.leaf)
    phrases, surface, table = _phrases([texts[i] for i in chosen], prompt)
    in_leaf = _count(table, tree.leaf[chosen], tree.levels.shape[1], len(phrases))
    read = np.bincount(tree.leaf[chosen], minlength=tree.levels.shape[1])
    total = in_leaf.sum(axis=0)
    lengths = np.array([len(p) for p in phrases])
    leaves = _leaves(tree)
    variants = [Counter(texts[i].strip() for i in np.flatnonzero(np.isin(tree.leaf, own))) for own in leaves]
    names: list[Name | None] = [None] * len(leaves)
    taken: set[str] = set()
    default = set(tree.order(len(tree.granularities) // 2).tolist())
    for node in sorted(range(len(leaves)), key=lambda k: (k not in default, -int(tree.sizes[k]), k)):
        own = leaves[node]
        n_in, n_out = int(read[own].sum()), int(read.sum() - read[own].sum())
        inside = in_leaf[own].sum(axis=0) / max(1, n_in)
        outside = (total - in_leaf[own].sum(axis=0)) / max(1, n_out)
        # Half an output more on each side, so that what one member says does not outweigh what most say.
        score = inside * np.log((inside + 0.5 / (n_in + 1)) / (outside + 0.5 / (n_out + 1)))
        score *= 1 + 0.3 * (np.minimum(lengths, 3) - 1)
        best = np.lexsort((np.arange(len(score)), -score.round(9)))[:60] if len(score) else np.zeros(0, np.int64)
        best = best[inside[best] > 0]
        words = tuple(surface[i] for i in best if lengths[i] == 1)[:6]
        for name, share in _candidates(variants[node], best.tolist(), phrases, surface, inside):
            if name.casefold() not in taken:
                break
        else:
            number = next(k for k in range(2, 1 << 30) if f"{name} ({k})".casefold() not in taken)
            name = f"{name} ({number})"
        taken.add(name.casefold())
        names[node] = Name(name, float(share), words)
    return [name for name in names if name is not None]


def _candidates(
    variants: Counter[str],
    best: list[int],
    phrases: list[tuple[str, ...]],
    surface: list[str],
    inside: npt.NDArray[np.float64],
) -> list[tuple[str, float]]:
    """Names for one node, the one to prefer first; at least one."""
    members = sum(variants.values())
    # By text, too, so that the order of the rows decides nothing.
    text, count = min(variants.items(), key=lambda kv: (-kv[1], kv[0]))
    found: list[tuple[str, float]] = []
    if not text:
        found.append(("(blank)", count / members))
    elif len(text) <= 32 and "\n" not in text and (count >= 0.6 * members or not best):
        found.append((text, count / members))
    pairs: list[tuple[str, float]] = []
    for place, i in enumerate(best[:20]):
        if inside[i] >= 0.5 or len(phrases[i]) > 2:
            found.append((surface[i], float(inside[i])))
        for j in best[place + 1 : 20]:
            if not set(phrases[i]) & set(phrases[j]):
                pairs.append((f"{surface[i]}, {surface[j]}", float(max(inside[i], inside[j]))))
                break
    rest = [(surface[i], float(inside[i])) for i in best]
    flat = " ".join(text.split())
    return found[:1] + pairs[:1] + found[1:] + pairs[1:] + rest or [(flat[:31] + ("…" if len(flat) > 31 else ""), 1.0)]


def _sample(texts: Sequence[str], leaf: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Positions of the outputs to read: every leaf in proportion, the same ones for any order of the rows."""
    n = len(leaf)
    if n <= SAMPLE:
        return np.arange(n)
    rows = np.array(sorted(range(n), key=lambda i: (leaf[i], texts[i])))
    return np.unique(rows[np.linspace(0, n - 1, SAMPLE).round().astype(int)])


def _leaves(tree: Tree) -> list[npt.NDArray[np.int64]]:
    leaves: dict[int, npt.NDArray[np.int64]] = {}
    for row in tree.levels:
        for node in np.unique(row[row >= 0]).tolist():
            leaves.setdefault(node, np.flatnonzero(row == node))
    return [leaves[node] for node in range(len(tree.sizes))]


def _phrases(
    texts: list[str], prompt: str | None
) -> tuple[list[tuple[str, ...]], list[str], list[list[int]]]:
    """Phrases that several texts hold, how they are written, and the phrases of each text."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    asked = set(forms([prompt or ""])[0])
    written: dict[tuple[str, ...], str] = {}
    held: list[set[tuple[str, ...]]] = []
    for text in texts:
        found = tokens(text)[:HEAD]
        own: set[tuple[str, ...]] = set()
        for i, (start, end, form) in enumerate(found):
            if form in ENGLISH_STOP_WORDS:
                continue
            for length in range(1, min(LONGEST, len(found) - i) + 1):
                last = found[i + length - 1]
                if length > 1:
                    gap = text[found[i + length - 2][1] : last[0]]
                    # A phrase never runs over punctuation or the end of a line.
                    if gap.strip(" ") or (not gap and last[2].isascii()):
                        break
                    end = last[1]
                    if last[2] in ENGLISH_STOP_WORDS:
                        continue
                key = tuple(f[2] for f in found[i : i + length])
                if asked.issuperset(w for w in key if w not in ENGLISH_STOP_WORDS) or len(text[start:end]) > 40:
                    continue
                # Lower case sorts last and is preferred: the same for any order of the rows.
                shown = text[start:end]
                if key not in written or shown > written[key]:
                    written[key] = shown
                own.add(key)
        held.append(own)
    spread = Counter(key for own in held for key in own)
    least = 2 if len(texts) > 3 else 1
    keys = sorted(key for key, count in spread.items() if count >= least)
    place = {key: i for i, key in enumerate(keys)}
    return keys, [written[key] for key in keys], [[place[key] for key in own if key in place] for own in held]


def _count(
    table: list[list[int]], leaf: npt.NDArray[np.int32], n_leaves: int, n_phrases: int
) -> npt.NDArray[np.float64]:
    """(leaves, phrases) outputs of each leaf that hold each phrase."""
    counts = np.zeros((n_leaves, n_phrases))
    for row, where in zip(table, leaf, strict=True):
        counts[where, row] += 1
    return counts
