"""Runs of words that texts have in common with a corpus, word for word."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._imports import importing
from outlens.text.thresholds import words_needed
from outlens.text.words import Tokens, check, tokenize

Int64s = npt.NDArray[np.int64]

COLUMNS = ("output", "start", "end", "words")


def copied(texts: Iterable[str], corpus: Iterable[str], min_words: int = 8) -> pd.DataFrame:
    """Return the runs of words of each text that are also in a text of a corpus.

    Parameters
    ----------
    texts : n strings.
    corpus : m strings, such as training data, the prompt or a source document.
    min_words : the length of the shortest run in words, 1 or more.

    Returns
    -------
    A span table, sorted by output and start: `output, start, end` (code points) and `words`, int64. Each run is in one
    text of the corpus, and cannot be longer there; runs can overlap. Case and punctuation do not count, as in
    `shared_spans`. Give it to `Lens.highlight` to mark the runs.

    Examples
    --------
    >>> copied(["I say: to be, or not to be!"], ["To be or not to be, that is"], 4).values.tolist()
    [[0, 7, 26, 6]]
    """
    listed = check(texts)
    tokens, length = common_runs(listed, check(corpus))
    return span_table(tokens, length, words_needed(min_words))


def common_runs(texts: list[str], corpus: list[str]) -> tuple[Tokens, Int64s]:
    """Return the words of the texts, and how many words from each on are in one text of the corpus."""
    with importing:
        from pydivsufsort import divsufsort, kasai

        from outlens.text import suffixes

    tokens = tokenize([*texts, *corpus])
    documents, words = len(tokens.bounds) - 1, int(tokens.bounds[len(texts)])
    length = np.zeros(words, np.int64)
    if words and words < len(tokens.form):
        # Each document ends with a unique separator that sorts before all words, so nothing matches across an end.
        of, at = tokens.output, np.arange(len(tokens.form))
        sequence = np.empty(len(of) + documents, np.int32)
        sequence[at + of] = tokens.form + documents
        sequence[tokens.bounds[1:] + np.arange(documents)] = np.arange(documents)
        suffix = divsufsort(sequence)
        lcp = np.concatenate([[0], kasai(sequence, suffix)[:-1]]).astype(np.int32)
        first = int(tokens.bounds[len(texts)]) + len(texts)
        by_rank = suffixes.longest_in(lcp, suffix >= first)
        by_place = np.empty(len(sequence), np.int64)
        by_place[suffix] = by_rank
        length = by_place[at[:words] + of[:words]]
    return tokens, length


def span_table(tokens: Tokens, length: Int64s, least: int) -> pd.DataFrame:
    """Return the runs of at least so many words that are not the end of a longer one."""
    output = tokens.output[: len(length)].astype(np.int64)
    before = np.append(0, length[:-1])[: len(length)]
    before[tokens.bounds[:-1][tokens.bounds[:-1] < len(length)]] = 0
    first = np.flatnonzero((length >= least) & (before <= length))
    last = first + length[first] - 1
    made = (output[first], tokens.start[first], tokens.end[last], length[first])
    return pd.DataFrame({name: values.astype(np.int64) for name, values in zip(COLUMNS, made, strict=True)})
