"""Shared word sequences: a suffix array of the words, built once and queried with any thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import type_of
from outlens._imports import importing
from outlens.text.function_words import is_function_word
from outlens.text.thresholds import outputs_needed, words_needed
from outlens.text.utf16 import utf16
from outlens.text.words import Tokens, check, tokenize

Int32s = npt.NDArray[np.int32]

SHARES = tuple(percent / 100 for percent in (*range(100, 9, -5), 8, 5, 3, 2))
"""The shares of the outputs from which a threshold is chosen."""
WORTH_MARKING = 0.02
"""The smallest share of all words that is worth marking."""


@dataclass(frozen=True)
class Fit:
    """A threshold that suits a set of outputs."""

    share: float
    """Share of the outputs, one of `SHARES`."""
    marked: float
    """Share of all words of all outputs that are in a sequence shared by that many outputs."""


class Index:
    """The words of n outputs in a suffix array, so that each query about shared words is one pass over it.

    Equal outputs are stored once, as a variant with a weight.

    Parameters
    ----------
    texts : n strings.
    exact : compare the words as they are written, not their forms.
    prompt : the prompt of the outputs. A word is an echo if it belongs to at least `min_words` words in a row that are
        also in the prompt. Shared spans end before an echo, and its coverage is 1. A sequence is still counted in every
        output that contains it, even where it is part of an echo.

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str, or `prompt` is neither a str nor None.

    Examples
    --------
    >>> index = Index(["I love tea", "We love tea", "I love cats"])
    >>> index.shared_spans(min_outputs=2, min_words=2)[["output", "start", "end", "outputs"]].values.tolist()
    [[0, 0, 6, 2], [0, 2, 10, 2], [1, 3, 11, 2], [2, 0, 6, 2]]
    >>> [c.tolist() for c in index.coverage(min_words=2)]
    [[2, 2, 2], [1, 2, 2], [2, 2, 1]]
    """

    def __init__(self, texts: Iterable[str], *, exact: bool = False, prompt: str | None = None) -> None:
        with importing:
            from pydivsufsort import divsufsort, kasai

            from outlens.text import suffixes

        texts = check(texts)
        if prompt is not None and not isinstance(prompt, str):
            raise TypeError(f"prompt is {type_of(prompt)}; give a str or None.")
        self.n = len(texts)
        # Sort, so that nothing depends on the order of the outputs.
        different = sorted(set(texts))
        place = {text: i for i, text in enumerate(different)}
        self._texts = different
        self.variant: Int32s = np.array([place[text] for text in texts], np.int32)
        """(n,): the variant of each output."""
        self.weight: Int32s = np.bincount(self.variant, minlength=len(different)).astype(np.int32)
        """(variants,): the number of outputs of each variant."""
        tokens = tokenize(different if prompt is None else [*different, prompt], exact=exact)
        documents = len(tokens.bounds) - 1
        # Each document ends with a unique separator that sorts before all words, so nothing matches across an end.
        text = tokens.output
        sequence = np.empty(len(text) + documents, np.int32)
        sequence[np.arange(len(text)) + text] = tokens.form + documents
        sequence[tokens.bounds[1:] + np.arange(documents)] = np.arange(documents)
        order = divsufsort(sequence) if len(sequence) else np.zeros(0, np.int32)
        # Entry r of kasai is the common prefix of r and r + 1.
        common = kasai(sequence, order).astype(np.int32) if len(sequence) else np.zeros(0, np.int32)
        del sequence
        suffix = order[documents:]
        suffix = suffix - np.repeat(np.arange(documents, dtype=np.int32), np.diff(tokens.bounds) + 1)[suffix]
        lcp = np.concatenate([[0], common[documents:-1]]).astype(np.int32) if len(suffix) else common[:0]
        del order, common
        echo = None
        words = int(tokens.bounds[len(different)])
        if prompt is not None:
            of_prompt = suffix >= words
            by_rank = suffixes.longest_in(lcp, of_prompt)
            echo = np.zeros(words, np.int32)
            echo[suffix[~of_prompt]] = by_rank[~of_prompt]
            lcp = suffixes.without(lcp, of_prompt)
            suffix = suffix[~of_prompt]
        self.tokens = Tokens(
            tokens.bounds[: len(different) + 1],
            tokens.start[:words],
            tokens.end[:words],
            tokens.form[:words],
            tokens.vocabulary,
        )
        """The words of the variants."""
        self.suffix: Int32s = suffix
        """(words,): the words, sorted by the sequences that they begin."""
        self.lcp: Int32s = lcp
        """(words,): how many words each entry of `suffix` and the one before have in common."""
        self.echo: Int32s | None = echo
        """(words,): the length of the longest sequence from each word that is also in the prompt; None without one."""
        # The variant of each word, and of each entry.
        self._text = text[:words]
        self._text_by_rank: Int32s = self._text[suffix]

    def shared_spans(self, min_outputs: float = 0.3, min_words: int = 4) -> pd.DataFrame:
        """Return the maximal spans that at least `min_outputs` outputs share.

        The span from word i of an output is the longest sequence of words that is in that many outputs. It is listed
        unless the span from word i - 1 ends at the same place. Spans may overlap.

        Parameters
        ----------
        min_outputs : a number of outputs (an int from 2), or a share of them (a float up to 1.0, rounded up, at least
            2 outputs).
        min_words : the length of the shortest span.

        Returns
        -------
        The span table: `output, start, end` (code points), `words`, `outputs` (how many contain the sequence) and
        `phrase` (an id for each distinct sequence), int64, sorted by output and start.

        Raises
        ------
        ValueError
            If a threshold is out of range.
        """
        spans = self._spans(outputs_needed(min_outputs, self.n), words_needed(min_words))
        return self._table(spans)

    def coverage(self, min_words: int = 4, *, outputs: npt.ArrayLike | None = None) -> list[Int32s]:
        """Return, for each word of each output, the largest number of outputs that share a sequence covering it.

        Only sequences of `min_words` words count; the number is 1 if no other output shares one. Returns an int32 array
        per output with one number per word; equal outputs share an array.

        Parameters
        ----------
        min_words : the length of the sequences.
        outputs : positions of the outputs to count, or a mask; None counts all. The other outputs get numbers too: how
            many of the counted outputs share their sequences.

        Raises
        ------
        ValueError
            If `min_words` is below 1.
        """
        weight = self.weight
        if outputs is not None:
            given = np.asarray(outputs)
            chosen = np.flatnonzero(given) if given.dtype == bool else np.unique(given.astype(np.int64))
            weight = np.bincount(self.variant[chosen], minlength=len(weight)).astype(np.int32)
        covered = self._coverage(words_needed(min_words), weight)
        parts = np.split(covered, self.tokens.bounds[1:-1]) if len(self.weight) else []
        return [parts[v] for v in self.variant]

    def fit(self, min_words: int = 4) -> Fit | None:
        """Return the largest threshold that marks at least `WORTH_MARKING` of all words; None if not even 2 % does.

        Examples
        --------
        >>> Index(["I love tea", "We love tea", "I love cats", "No"]).fit(min_words=2)
        Fit(share=0.5, marked=0.7)
        """
        weight = np.repeat(self.weight, np.diff(self.tokens.bounds))
        covered = self._coverage(words_needed(min_words), self.weight)
        if self.n < 2 or not weight.sum():
            return None
        for share in SHARES:
            marked = float(weight[covered >= outputs_needed(share, self.n)].sum() / weight.sum())
            if marked >= WORTH_MARKING:
                return Fit(share, marked)
        return None

    def echoed(self, min_words: int = 4) -> pd.DataFrame:
        """Return the maximal runs of words that repeat at least `min_words` words of the prompt, as a span table."""
        m = words_needed(min_words)
        bounds = self.tokens.bounds
        if self.echo is None:
            return self._table(None)[["output", "start", "end", "words"]]
        with importing:
            from outlens.text import suffixes

        inside = np.append(suffixes.until(self.echo, bounds, m) == 0, False)
        edge = np.zeros(len(inside), bool)
        edge[bounds[:-1]] = True
        first = np.flatnonzero(inside & (edge | ~np.append(False, inside[:-1])))
        edge = np.append(edge[1:], True)
        last = np.flatnonzero(inside & (edge | ~np.append(inside[1:], False)))
        runs = pd.DataFrame({"word": first, "words": last + 1 - first})
        return self._table(runs)[["output", "start", "end", "words"]]

    def shared_phrases(self, min_outputs: float = 0.3, min_words: int = 4, *, limit: int = 100) -> pd.DataFrame:
        """Return the phrases that outputs share, best first: long, in many outputs, of words that are rare elsewhere.

        The maximal shared spans are ranked by score. A phrase is skipped if it is part of one already listed, or
        contains one, so only the best of the many beginnings of a sentence is listed. Phrases of English function words
        alone are skipped too.

        Parameters
        ----------
        min_outputs, min_words : as for `shared_spans`.
        limit : the largest number of phrases to list.

        Returns
        -------
        One row per phrase: `phrase` (int64, id as in `shared_spans`), `words`, `outputs` (int64), `score` (float64: its
        outputs times the sum, over its words, of the share of a word's outputs that contain the phrase) and `text`, as
        one of the outputs writes it.

        Examples
        --------
        >>> texts = ["This place is a gem.", "This place is a gem, really.", "This place is a dump."]
        >>> Index(texts).shared_phrases(min_outputs=2, min_words=2)[["text", "outputs"]].values.tolist()
        [['This place is a', 3]]
        """
        with importing:
            from outlens.text import suffixes

        spans = self._spans(outputs_needed(min_outputs, self.n), words_needed(min_words))
        columns = ["phrase", "words", "outputs", "score", "text"]
        if spans is None or not len(spans):
            return pd.DataFrame(columns=columns).astype({"phrase": "int64", "words": "int64", "outputs": "int64"})
        spans = spans.drop_duplicates("phrase")
        at, words = spans["word"].to_numpy(), spans["words"].to_numpy()
        function = np.array([is_function_word(word) for word in self.tokens.vocabulary], bool)
        content = np.concatenate([[0], np.cumsum(~function[self.tokens.form])])
        spans = spans[content[at + words] > content[at]]
        at, words, outputs = (spans[column].to_numpy() for column in ("word", "words", "outputs"))
        frequency = np.zeros(len(self.suffix), np.int32)
        frequency[self.suffix] = suffixes.spread(self.lcp, self._text_by_rank, self.weight, 1)
        sums = np.concatenate([[0.0], np.cumsum(1 / np.maximum(frequency, 1))])
        score = outputs.astype(np.float64) ** 2 * (sums[at + words] - sums[at])
        order = np.lexsort((spans["phrase"], -np.round(score, 6)))
        rank = np.empty(len(self.suffix), np.int32)
        rank[self.suffix] = np.arange(len(self.suffix), dtype=np.int32)
        best: npt.NDArray[np.int64] = order[suffixes.apart(self.lcp, self.suffix, rank, at[order], words[order], limit)]
        table: pd.DataFrame = (
            spans.iloc[best][["phrase", "words", "outputs"]].assign(score=score[best]).reset_index(drop=True)
        )
        table["text"] = pd.Series([self._written(int(at[i]), int(words[i])) for i in best], dtype=object)
        return table[columns]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays from which the browser computes shared words for any thresholds.

        Returns
        -------
        variant : uint32 (n,), the variant of each output.
        weight : uint32 (variants,), the number of its outputs.
        bounds : uint32 (variants + 1,), words bounds[v] to bounds[v + 1] are those of variant v.
        start, end : uint32 (words,), UTF-16 units in the variant's text.
        suffix : uint32 (words,), the words sorted by the sequences that they begin.
        lcp : uint16 (words,), how many words each entry of `suffix` and the one before have in common, at most 65 535.
        echo : uint16 (words,), how many words from each word on are also in the prompt; empty without a prompt.

        To compute the coverage for m words, split the entries of `suffix` into groups where lcp < m. The outputs that
        contain the m words of an entry are the sum of the weights of the distinct variants in its group. The coverage
        of a word is the largest such count of the up to m entries of its variant that begin at most m - 1 words before
        it. Entries that reach beyond the end of the variant or into an echo are left out. The coverage is at least 1.
        """
        top = np.iinfo(np.uint16).max
        start, end = self.tokens.start.astype(np.uint32), self.tokens.end.astype(np.uint32)
        for text, a, b in zip(self._texts, self.tokens.bounds[:-1], self.tokens.bounds[1:], strict=True):
            if not text.isascii():
                start[a:b], end[a:b] = utf16(text, start[a:b]), utf16(text, end[a:b])
        return {
            "variant": self.variant.astype(np.uint32),
            "weight": self.weight.astype(np.uint32),
            "bounds": self.tokens.bounds.astype(np.uint32),
            "start": start,
            "end": end,
            "suffix": self.suffix.astype(np.uint32),
            "lcp": np.minimum(self.lcp, top).astype(np.uint16),
            "echo": np.minimum(np.zeros(0) if self.echo is None else self.echo, top).astype(np.uint16),
        }

    def _room(self, m: int) -> Int32s:
        """(words,): the number of words from each word to the end of its text, or to the next echo."""
        with importing:
            from outlens.text import suffixes

        if self.echo is not None:
            return suffixes.until(self.echo, self.tokens.bounds, m)  # type: ignore[no-any-return]
        ends = self.tokens.bounds[1:][self._text]
        return (ends - np.arange(len(self.suffix))).astype(np.int32)

    def _reach(self, k: int, m: int) -> Int32s:
        """(words,): the number of words from each word on that at least k outputs share, up to the next echo."""
        with importing:
            from outlens.text import suffixes

        reach: Int32s = suffixes.reach(self.lcp, self._text_by_rank, self.suffix, self.tokens.bounds, self.weight, k)
        return reach if self.echo is None else np.minimum(reach, self._room(m))

    def _spans(self, k: int, m: int) -> pd.DataFrame | None:
        """Return the maximal spans of the variants: `word` (the first word), words, outputs, phrase."""
        with importing:
            from outlens.text import suffixes

        if not len(self.suffix):
            return None
        text, bounds = self._text_by_rank, self.tokens.bounds
        reach = self._reach(k, m)
        begins = suffixes.maximal(reach, bounds, m)
        reach[~begins] = 0
        count, first = suffixes.holders(self.lcp, text, self.suffix, self.weight, reach)
        word = np.flatnonzero(begins)
        # The first rank and the length identify a sequence, independently of the order of the outputs.
        key = (first[word].astype(np.int64) << 32) + reach[word]
        _, phrase = np.unique(key, return_inverse=True)
        table = {"word": word, "words": reach[word], "outputs": count[word], "phrase": phrase.reshape(-1)}
        return pd.DataFrame(table).astype("int64")

    def _table(self, spans: pd.DataFrame | None) -> pd.DataFrame:
        """Repeat the spans of each variant for all of its outputs, as a span table."""
        columns = ["output", "start", "end", "words", "outputs", "phrase"]
        if spans is None or not len(spans):
            return pd.DataFrame({column: np.zeros(0, np.int64) for column in columns})
        word = spans["word"].to_numpy()
        text = self._text[word]
        outputs = np.argsort(self.variant, kind="stable")
        each = self.weight[text]
        row = np.repeat(np.arange(len(word)), each)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(each) - each, each)
        begin = np.cumsum(self.weight) - self.weight
        table = pd.DataFrame({
            "output": outputs[begin[text[row]] + nth],
            "start": self.tokens.start[word][row],
            "end": self.tokens.end[word + spans["words"].to_numpy() - 1][row],
        })  # fmt: skip
        for column in spans.columns.drop("word"):
            table[column] = spans[column].to_numpy()[row]
        table = table.astype("int64")
        order = np.argsort((table["output"].to_numpy() << 32) + table["start"].to_numpy(), kind="stable")
        return table.iloc[order].reset_index(drop=True)

    def _coverage(self, m: int, weight: Int32s) -> Int32s:
        with importing:
            from outlens.text import suffixes

        if not len(self.suffix):
            return np.zeros(0, np.int32)
        count = np.empty(len(self.suffix), np.int32)
        count[self.suffix] = suffixes.spread(self.lcp, self._text_by_rank, weight, m)
        count[self._room(m) < m] = 0
        longest = int(np.diff(self.tokens.bounds).max())
        return suffixes.widest(count, self.tokens.bounds, min(m, longest))  # type: ignore[no-any-return]

    def _written(self, word: int, words: int) -> str:
        text = self._texts[self._text[word]]
        return " ".join(text[self.tokens.start[word] : self.tokens.end[word + words - 1]].split())


def shared_spans(
    texts: Iterable[str],
    *,
    min_outputs: float = 0.3,
    min_words: int = 4,
    exact: bool = False,
    prompt: str | None = None,
) -> pd.DataFrame:
    """Return the maximal shared spans: `Index(texts, exact=exact, prompt=prompt).shared_spans(...)`."""
    return Index(texts, exact=exact, prompt=prompt).shared_spans(min_outputs, min_words)


def coverage(
    texts: Iterable[str], *, min_words: int = 4, exact: bool = False, prompt: str | None = None
) -> list[Int32s]:
    """Return how many outputs share a sequence covering each word: `Index(texts, ...).coverage(...)`."""
    return Index(texts, exact=exact, prompt=prompt).coverage(min_words)


def shared_phrases(
    texts: Iterable[str],
    *,
    min_outputs: float = 0.3,
    min_words: int = 4,
    exact: bool = False,
    prompt: str | None = None,
    limit: int = 100,
) -> pd.DataFrame:
    """Return the phrases that outputs share, best first: `Index(texts, ...).shared_phrases(...)`."""
    return Index(texts, exact=exact, prompt=prompt).shared_phrases(min_outputs, min_words, limit=limit)
