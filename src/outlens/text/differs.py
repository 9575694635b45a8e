"""Inside a group of sentences: the words that vary, and whether one changes a number, a negation or a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.text.words import Tokens, check, tokenize

Ints = npt.NDArray[np.int64]

_NEGATIONS = frozenset({
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "nowhere", "without", "cannot", "cant", "dont",
    "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "wont", "wouldnt", "shouldnt", "couldnt",
})  # fmt: skip
_NUMBERS = frozenset({
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "billion",
    "half", "twice",
})  # fmt: skip
NUMERAL = re.compile(r"[-\u2212+]?\d+(?:[.,:/]\d+)*%?")
"""A number in digits, with its sign and decimals."""


def differences(tokens: Tokens, written: Sequence[str], unit: Ints, medoid: Ints) -> list[str]:
    """What each unit changes of its medoid's wording: "number", "negation", "name", joined by ", ", or "".

    A negation counts wherever it stands, once however often it is said ("no gas and no water"), and two cancel out. A
    number counts where the two have half of their words in common or more, and each has one that the other has not
    (with its sign and decimals), or another word in its place. A name counts where another one stands in its place; it
    is a word that is written with a capital in the middle of a sentence, and nowhere small.

    Parameters
    ----------
    tokens : the words of the units.
    written : the units.
    unit, medoid : (m,) which are compared.
    """
    kinds = _kinds(tokens, written)
    name, counted = kinds == "name", kinds == "number"
    said = np.unique(np.stack([tokens.output, tokens.form])[:, kinds[tokens.form] == "negation"], axis=1)[0]
    negations = np.bincount(said, minlength=len(written)) % 2
    spelt = [kind == "number" and form.isalpha() for kind, form in zip(kinds, tokens.vocabulary, strict=True)]
    figures = np.array(spelt, bool)
    numbers = [Counter(NUMERAL.findall(text)) for text in written]
    for i in np.unique(tokens.output[figures[tokens.form]]).tolist():
        own = tokens.form[tokens.bounds[i] : tokens.bounds[i + 1]]
        numbers[i].update(tokens.vocabulary[form] for form in own[figures[own]].tolist())
    found = []
    for a, b in zip(unit.tolist(), medoid.tolist(), strict=True):
        if a == b:
            found.append("")
            continue
        own, other = (tokens.form[tokens.bounds[i] : tokens.bounds[i + 1]] for i in (a, b))
        codes = _opcodes(own, other) if numbers[a] != numbers[b] or name[own].any() else []
        flags = []
        if 2 * sum(j - i for kind, i, j, _, _ in codes if kind == "equal") >= max(len(own), len(other)):
            other_one = numbers[a] - numbers[b] and numbers[b] - numbers[a]
            instead = any(
                kind == "replace" and counted[own[i:j]].any() != counted[other[p:q]].any() for kind, i, j, p, q in codes
            )
            flags += ["number"] if numbers[a] != numbers[b] and (other_one or instead) else []
        flags += ["negation"] if negations[a] != negations[b] else []
        for kind, i, j, p, q in codes:
            mine, theirs = (set(part[name[part]].tolist()) for part in (own[i:j], other[p:q]))
            if kind == "replace" and mine and theirs and mine != theirs:
                flags.append("name")
                break
        found.append(", ".join(flags))
    return found


def varying(texts: Iterable[str], aligned: pd.DataFrame) -> pd.DataFrame:
    """The words of aligned units that their group's medoid does not have in that place.

    Parameters
    ----------
    texts : the outputs.
    aligned : what `align` gives for them.

    Returns
    -------
    The span table: `output, start, end` (code points) and `group`, int64: runs of such words of one kind; and `what`
    (object), their kind: "number", "negation", "name" or "". What of a unit lies in none of them is shared with the
    medoid.
    """
    texts = check(texts)
    own = aligned[aligned["group"] >= 0]
    said = [texts[o][a:b] for o, a, b in own[["output", "start", "end"]].to_numpy().tolist()]
    tokens = tokenize(said)
    bounds = tokens.bounds
    group = own["group"].to_numpy()
    medoid = dict(zip(group[own["medoid"]][::-1], np.flatnonzero(own["medoid"])[::-1], strict=True))
    kinds = _kinds(tokens, said)
    rows = []
    known: dict[tuple[bytes, int], list[tuple[int, int]]] = {}
    for i, (g, output, start) in enumerate(zip(group, own["output"], own["start"], strict=True)):
        mine = tokens.form[bounds[i] : bounds[i + 1]]
        key = (mine.tobytes(), int(g))
        if key not in known:
            other = tokens.form[bounds[medoid[g]] : bounds[medoid[g] + 1]]
            known[key] = [(a, b) for kind, a, b, _, _ in _opcodes(mine, other) if kind != "equal" and b > a]
        for a, b in known[key]:
            for what, run in groupby(range(a, b), key=lambda k: kinds[mine[k]]):
                at = [bounds[i] + k for k in run]
                rows.append((output, start + tokens.start[at[0]], start + tokens.end[at[-1]], g, what))
    table = pd.DataFrame(rows, columns=["output", "start", "end", "group", "what"], dtype=object)
    return table.astype(dict.fromkeys(["output", "start", "end", "group"], "int64"))


def _opcodes(a: npt.NDArray[np.int32], b: npt.NDArray[np.int32]) -> list[tuple[str, int, int, int, int]]:
    from rapidfuzz.distance import Levenshtein

    # From the medoid to the unit, read the other way round.
    return [
        (op.tag, op.dest_start, op.dest_end, op.src_start, op.src_end)
        for op in Levenshtein.opcodes(b.tolist(), a.tolist())
    ]


def _kinds(tokens: Tokens, written: Sequence[str]) -> npt.NDArray[np.object_]:
    """What each word of the vocabulary is: "number", "negation", "name" or ""."""
    names = _names(tokens, written)
    kinds = np.full(len(tokens.vocabulary), "", object)
    for i, form in enumerate(tokens.vocabulary):
        if any(map(str.isdigit, form)) or form in _NUMBERS:
            kinds[i] = "number"
        elif form in _NEGATIONS or form.endswith("n't"):
            kinds[i] = "negation"
        elif names[i]:
            kinds[i] = "name"
    return kinds


def _names(tokens: Tokens, written: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which words of the vocabulary are names."""
    inside = np.zeros(len(tokens.vocabulary), bool)
    small = np.zeros(len(tokens.vocabulary), bool)
    bounds = tokens.bounds.tolist()
    start, form = tokens.start.tolist(), tokens.form.tolist()
    for i, text in enumerate(written):
        capitals = [text[start[k]].isupper() for k in range(bounds[i], bounds[i + 1])]
        # In a title every word has a capital, which says nothing of any.
        title = sum(capitals) > len(capitals) / 2
        for k, capital in zip(range(bounds[i], bounds[i + 1]), capitals, strict=True):
            if not capital:
                small[form[k]] = True
            elif not title and k > bounds[i] and not re.search(r"[.!?:\"“*(\n]\W*$", text[: start[k]][-4:]):
                inside[form[k]] = True
    return inside & ~small
