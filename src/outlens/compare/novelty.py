"""How new outputs are, compared with a corpus, and how much of them is copied from it or from their source."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.compare.diverse import unit_vectors
from outlens.text.copied import common_runs, span_table
from outlens.text.thresholds import words_needed
from outlens.text.words import check

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AT_ONCE = 8_000_000
"""The most cosines that are held at once."""


def novelty(
    texts: Iterable[str],
    corpus: Iterable[str],
    vectors: npt.ArrayLike | None = None,
    corpus_vectors: npt.ArrayLike | None = None,
    *,
    sources: Iterable[str] | None = None,
    min_words: int = 8,
) -> pd.DataFrame:
    """Measure how far each output is from the nearest text of a corpus, and how much of it is copied word for word.

    Parameters
    ----------
    texts : n strings.
    corpus : m strings, the texts that are known: training data, earlier answers, what people wrote.
    vectors, corpus_vectors : (n, d) and (m, d) numbers, of one model, or None.
    sources : n strings, what each output was made from, such as its prompt or the document that it summarizes; or None.
    min_words : the length of the shortest copied run in words; shorter ones are stock phrases.

    Returns
    -------
    One row per output, in order:

    n : int64, the texts of the corpus.
    novelty : float64, 1 - the cosine with the nearest text of the corpus. It falls as the corpus grows.
    percentile : float64, the share of the corpus's own texts that are less novel, each compared with the others of the
        corpus; half of the equal ones count. .5 is as new as a typical text of the corpus.
    nearest : int64, the position of the nearest text in the corpus, -1 without one.
    copied : float64, the share of its words in runs of at least `min_words` that are in a text of the corpus.
    longest : int64, the longest such run, in words; 0 without one.
    source_copied, source_longest : the same for its source.
    note : why a number is missing, or "".

    `novelty`, `percentile` and `nearest` need vectors, `source_copied` and `source_longest` need sources.
    `text.copied` returns the runs as a span table, to be given to `Lens.highlight`.

    Raises
    ------
    TypeError, ValueError
        If there are not n vectors and sources, and m vectors of the same width for the corpus, or only one of `vectors`
        and `corpus_vectors` is given.

    Notes
    -----
    A text is new only compared with this corpus, and a far one may be nonsense rather than original. A translation or
    paraphrase is not copied, and a quotation that the prompt asked for is. The share of long runs follows McCoy et al.
    (2023), who count n-grams of generated text that are in the training data.

    Examples
    --------
    >>> table = novelty(["a cat", "rain"], ["a dog", "a cat"], [[1, 0], [0, 1]], [[1, 1], [1, 0]], min_words=2)
    >>> table[["novelty", "nearest", "copied", "longest"]].round(4).values.tolist()
    [[0.0, 1.0, 1.0, 2.0], [0.2929, 0.0, 0.0, 0.0]]
    """
    listed, known = check(texts), check(corpus)
    least = words_needed(min_words)
    n, m = len(listed), len(known)
    if (vectors is None) != (corpus_vectors is None):
        missing = "vectors" if vectors is None else "corpus_vectors"
        raise ValueError(f"{missing} is missing; give the vectors of both the texts and the corpus.")
    columns: dict[str, npt.NDArray[np.generic]] = {"n": np.full(n, m, np.int64)}
    note = np.full(n, "", object)
    if vectors is not None and corpus_vectors is not None:
        own, others = _unit(vectors, n, corpus_vectors, m)
        far, nearest = _nearest(own, others, itself=False)
        columns |= {"novelty": far, "percentile": np.full(n, np.nan), "nearest": nearest}
        note[:] = f"too few: {m} text{'s' * (m != 1)} in the corpus" if m < 2 else ""
        if m > 1 and n:
            each = np.sort(_nearest(others, others, itself=True)[0])
            columns["percentile"] = (np.searchsorted(each, far, "left") + np.searchsorted(each, far, "right")) / (2 * m)
    columns["copied"], columns["longest"], wordless = _copied(listed, known, least)
    if sources is not None:
        given = check(sources)
        if len(given) != n:
            raise ValueError(f"sources has {len(given)} values for {n} texts; give one for each text.")
        share, longest = np.full(n, np.nan), np.zeros(n, np.int64)
        code, different = pd.factorize(np.array([*given, ""], object)[:-1])
        for number, source in enumerate(different.tolist()):
            rows = np.flatnonzero(code == number)
            share[rows], longest[rows], _ = _copied([listed[row] for row in rows.tolist()], [source], least)
        columns |= {"source_copied": share, "source_longest": longest}
    note[wordless] = "no words"
    return pd.DataFrame({**columns, "note": pd.Series(note, dtype=object)})


def _unit(
    vectors: npt.ArrayLike, n: int, corpus_vectors: npt.ArrayLike, m: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Check both vectors and scale them to unit length; those of zeros get one direction of their own in both."""
    own, others = np.asarray(vectors), np.asarray(corpus_vectors)
    for name, given, count in (("vectors", own, n), ("corpus_vectors", others, m)):
        if given.ndim != 2 or len(given) != count:
            raise ValueError(f"{name} has the shape {given.shape} for {count} texts; give one row per text.")
    if own.shape[1] != others.shape[1]:
        widths = f"vectors have {own.shape[1]} columns and corpus_vectors {others.shape[1]}"
        raise ValueError(f"{widths}; give vectors of one model.")
    both = unit_vectors(np.concatenate([own, others]), n + m)
    return both[:n], both[n:]


def _nearest(own: npt.NDArray[np.float32], others: npt.NDArray[np.float32], *, itself: bool) -> tuple[Floats, Int64s]:
    """Return 1 - the largest cosine of each row with the others, and where it is; NaN and -1 without any."""
    n, m = len(own), len(others)
    far, nearest = np.full(n, np.nan), np.full(n, -1, np.int64)
    step = max(1, AT_ONCE // max(1, m))
    for first in range(0, n if m > itself else 0, step):
        cosines = own[first : first + step] @ others.T
        if itself:
            cosines[np.arange(len(cosines)), np.arange(first, first + len(cosines))] = -2
        best = cosines.argmax(axis=1)
        nearest[first : first + step] = best
        # Equal texts differ by the rounding of float32.
        far[first : first + step] = np.round(1 - cosines[np.arange(len(best)), best].astype(np.float64), 6) + 0.0
    return far, nearest


def _copied(texts: list[str], corpus: list[str], least: int) -> tuple[Floats, Int64s, npt.NDArray[np.bool_]]:
    """Return the share of the words of each text in copied runs, the longest run, and which texts have no words."""
    tokens, length = common_runs(texts, corpus)
    runs = span_table(tokens, length, least)
    bounds = tokens.bounds[: len(texts) + 1]
    words = np.diff(bounds)
    inside = np.zeros(len(length) + 1, np.int64)
    first = np.flatnonzero(length >= least)
    np.add.at(inside, first, 1)
    np.add.at(inside, first + length[first], -1)
    held = np.append(0, np.cumsum(np.cumsum(inside[:-1]) > 0))
    share = np.where(words > 0, (held[bounds[1:]] - held[bounds[:-1]]) / np.maximum(words, 1), np.nan)
    longest = np.zeros(len(texts), np.int64)
    np.maximum.at(longest, runs["output"].to_numpy(), runs["words"].to_numpy())
    return share, longest, words == 0
