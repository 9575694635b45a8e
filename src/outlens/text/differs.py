"""Find the words that vary inside a group of sentences, and whether one changes a number, a negation or a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.text.words import Tokens, check, tokenize

Int64s = npt.NDArray[np.int64]

_NEGATIONS = frozenset({
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "nowhere", "without", "cannot", "cant", "dont",
    "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "wont", "wouldnt", "shouldnt", "couldnt",
})  # fmt: skip
SPELT_NUMBERS = frozenset({
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "billion",
    "half", "twice",
})  # fmt: skip
NUMERAL = re.compile(r"[-\u2212+]?\d+(?:[.,:/]\d+)*%?")
"""A number in digits, with its sign and decimals."""


LONG = 1_000
"""Units with more words are not compared word by word: that takes quadratic time."""


def differences(tokens: Tokens, written: Sequence[str], unit: Int64s, medoid: Int64s) -> list[str]:
    """Return how each unit differs from its medoid, as `Differences.of` does."""
    return Differences(tokens, written).of(unit, medoid)


class Differences:
    """Finds how units differ: in a number, a negation or a name.

    A negation counts anywhere in the unit. Repetitions of the same negation count once ("no gas and no water"); two
    different ones cancel out. A number counts if the two units share at least half of their words and each has a number
    (with its sign and decimals) that the other lacks, or has another word in its place. A name counts if it is replaced
    by another name. A name is a word that is capitalised inside a sentence and never written in lower case.

    Parameters
    ----------
    tokens : the words of the units.
    written : the units.
    """

    def __init__(self, tokens: Tokens, written: Sequence[str]) -> None:
        kinds = _kinds(tokens, written)
        self._tokens = tokens
        self._name, self._counted = kinds == "name", kinds == "number"
        negated = np.unique(np.stack([tokens.output, tokens.form])[:, kinds[tokens.form] == "negation"], axis=1)[0]
        self._negations = np.bincount(negated, minlength=len(written)) % 2
        spelt = [kind == "number" and form.isalpha() for kind, form in zip(kinds, tokens.vocabulary, strict=True)]
        figures = np.array(spelt, bool)
        self._numbers = [Counter(NUMERAL.findall(text)) for text in written]
        for i in np.unique(tokens.output[figures[tokens.form]]).tolist():
            forms = tokens.form[tokens.bounds[i] : tokens.bounds[i + 1]]
            self._numbers[i].update(tokens.vocabulary[form] for form in forms[figures[forms]].tolist())

    def of(self, unit: Int64s, medoid: Int64s, *, numbers: bool = True) -> list[str]:
        """Return how each unit differs from its medoid: "number", "negation", "name", joined by ", ", or "".

        Parameters
        ----------
        unit, medoid : (m,) the numbers of the units to compare.
        numbers : whether to compare numbers.
        """
        bounds, form = self._tokens.bounds, self._tokens.form
        flags_of_units = []
        for a, b in zip(unit.tolist(), medoid.tolist(), strict=True):
            if a == b:
                flags_of_units.append("")
                continue
            forms, medoid_forms = (form[bounds[i] : bounds[i + 1]] for i in (a, b))
            differ = numbers and self._numbers[a] != self._numbers[b]
            named = self._name[forms].any() and self._name[medoid_forms].any()
            short = max(len(forms), len(medoid_forms)) <= LONG
            codes = _opcodes(forms, medoid_forms) if short and (differ or named) else []
            flags = ["number"] if differ and self._number(a, b, codes) else []
            flags += ["negation"] if self._negations[a] != self._negations[b] else []
            for kind, i, j, p, q in codes:
                mine, theirs = (set(part[self._name[part]].tolist()) for part in (forms[i:j], medoid_forms[p:q]))
                if kind == "replace" and mine and theirs and mine != theirs:
                    flags.append("name")
                    break
            flags_of_units.append(", ".join(flags))
        return flags_of_units

    def _number(self, a: int, b: int, codes: list[tuple[str, int, int, int, int]]) -> bool:
        """Return whether two units share most words and a number of one replaces another's."""
        bounds, form = self._tokens.bounds, self._tokens.form
        forms, medoid_forms = (form[bounds[i] : bounds[i + 1]] for i in (a, b))
        if 2 * sum(j - i for kind, i, j, _, _ in codes if kind == "equal") < max(len(forms), len(medoid_forms)):
            return False
        mine, theirs = self._numbers[a], self._numbers[b]
        return bool(mine - theirs and theirs - mine) or any(
            kind == "replace" and self._counted[forms[i:j]].any() != self._counted[medoid_forms[p:q]].any()
            for kind, i, j, p, q in codes
        )


def varying(texts: Iterable[str], aligned: pd.DataFrame) -> pd.DataFrame:
    """Mark the words in which aligned units differ from the medoid of their group.

    Parameters
    ----------
    texts : the outputs.
    aligned : the result of `align` for them.

    Returns
    -------
    The span table: `output, start, end` (code points) and `group`, int64, one row per run of such words of one kind;
    and `what` (object), the kind: "number", "negation", "name" or "". The rest of a unit is shared with the medoid.
    """
    texts = check(texts)
    grouped = aligned[aligned["group"] >= 0]
    written = [texts[o][a:b] for o, a, b in grouped[["output", "start", "end"]].to_numpy().tolist()]
    tokens = tokenize(written)
    bounds = tokens.bounds
    group = grouped["group"].to_numpy()
    medoid = dict(zip(group[grouped["medoid"]][::-1], np.flatnonzero(grouped["medoid"])[::-1], strict=True))
    kinds = _kinds(tokens, written)
    rows = []
    known: dict[tuple[bytes, int], list[tuple[int, int]]] = {}
    for i, (g, output, start) in enumerate(zip(group, grouped["output"], grouped["start"], strict=True)):
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

    # Computed from the medoid to the unit, then inverted.
    return [
        (op.tag, op.dest_start, op.dest_end, op.src_start, op.src_end)
        for op in Levenshtein.opcodes(b.tolist(), a.tolist())
    ]


def _kinds(tokens: Tokens, written: Sequence[str]) -> npt.NDArray[np.object_]:
    """The kind of each word of the vocabulary: "number", "negation", "name" or ""."""
    names = _names(tokens, written)
    kinds = np.full(len(tokens.vocabulary), "", object)
    for i, form in enumerate(tokens.vocabulary):
        if any(map(str.isdigit, form)) or form in SPELT_NUMBERS:
            kinds[i] = "number"
        elif form in _NEGATIONS or form.endswith("n't"):
            kinds[i] = "negation"
        elif names[i]:
            kinds[i] = "name"
    return kinds


def _names(tokens: Tokens, written: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each word of the vocabulary is a name."""
    inside = np.zeros(len(tokens.vocabulary), bool)
    small = np.zeros(len(tokens.vocabulary), bool)
    bounds = tokens.bounds.tolist()
    start, form = tokens.start.tolist(), tokens.form.tolist()
    for i, text in enumerate(written):
        capitals = [text[start[k]].isupper() for k in range(bounds[i], bounds[i + 1])]
        # In a title every word is capitalised, so capitals do not mark names.
        title = sum(capitals) > len(capitals) / 2
        for k, capital in zip(range(bounds[i], bounds[i + 1]), capitals, strict=True):
            if not capital:
                small[form[k]] = True
            elif not title and k > bounds[i] and not re.search(r"[.!?:\"“*(\n]\W*$", text[: start[k]][-4:]):
                inside[form[k]] = True
    return inside & ~small
