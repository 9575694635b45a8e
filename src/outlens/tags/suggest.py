"""Suggest outputs to look at next: those that most likely should have a tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from string import punctuation
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.tags._checks import checked_mask, checked_vectors
from outlens.text.words import check, tokenize

FOLDS = 5
"""The most folds of the cross-validation; fewer if fewer distinct texts are tagged."""
FEWEST = 3
"""The fewest tagged outputs."""
SAMPLE = 2_000
"""The most outputs of each kind (tagged, judged to be without the tag, not judged) in the training sample."""
WORDS = 20_000
"""The most words that a model uses: the most frequent in the training sample."""
STRENGTH = 1.0
"""The C of the logistic regression, where each tagged output weighs 1 and both classes weigh the same."""
_PUNCTUATION = str.maketrans(dict.fromkeys(punctuation, " "))
_BLOCK = 8_192
_DECIMALS = 9

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Suggestion:
    """The outputs that most likely should have a tag, and the precision of the ranking."""

    scores: Floats
    """(n,) in 0..1, higher is likelier. For ranking; not a calibrated probability. The model that scores an output was
    not trained on its text as an example without the tag, and if the output was judged, not on its text at all."""
    order: Ints
    """Positions of the outputs that are not judged, likeliest first; ties by position."""
    precision: float | None
    """The share of tagged outputs among the k best by cross-validated score, where k is the number of tagged outputs.
    Only judged outputs are ranked if at least two distinct texts were judged to be without the tag. Otherwise all are
    ranked, and outputs that are not judged count as wrong, so this is a lower bound. None if none can be held out."""
    average_precision: float | None
    """Average precision of the same ranking (the mean, over the tagged outputs, of the precision down to each)."""
    chance: float | None
    """The `precision` of a random order."""
    half: int | None
    """The rank down to which half of the tagged outputs are found. Unlike the precision, it is not lowered by outputs
    that nobody has tagged yet."""
    folds: int
    """Folds of the cross-validation; 0 if there was none."""
    says: str
    """The precision in one sentence."""


def suggest(
    vectors: npt.ArrayLike,
    texts: Iterable[str],
    positive: npt.ArrayLike,
    negative: npt.ArrayLike | None = None,
    *,
    seed: int = 0,
    tag: str = "",
) -> Suggestion:
    """Rank outputs by how likely they should have a tag, by logistic regression on their vectors and words.

    Parameters
    ----------
    vectors : (n, d) float, rows of unit length.
    texts : n strings.
    positive : (n,) bool, the outputs that have the tag.
    negative : (n,) bool, those that were judged and do not have it; none by default.
    seed : seed of the training sample and the folds. The same seed gives the same result in any order of the rows.
    tag : the tag's name, for the messages.

    Raises
    ------
    TypeError
        If a text is not a str.
    ValueError
        If fewer than 3 outputs are tagged, or all; if an output is in both masks; if lengths differ; if a vector holds
        NaN or infinity.

    Notes
    -----
    Outputs that were not judged are weak negatives: together they weigh as much as the tagged ones. Each output that
    was judged to be without the tag weighs as much as a tagged one. If the tagged outputs are a random part of those
    that should be tagged, a classifier of tagged against not judged ranks like one of true against false (C. Elkan, K.
    Noto (2008), "Learning classifiers from only positive and unlabeled data", KDD, lemma 1). An output is scored only
    by a model for which it was not a weak negative, as in F. Mordelet, J.-P. Vert (2014), "A bagging SVM to learn from
    positive and unlabeled examples", Pattern Recognition Letters 37. An output with the words of a tagged one is not a
    weak negative, and it does not count for the precision.

    The words are TF-IDF (1 + log of the count, rows of unit length); vectors and words are each scaled to a total
    variance of 1. Texts that are equal but for case, blanks and ASCII punctuation are always in the same fold. Folds
    are stratified, and their scores are ranked together.
    """
    texts = check(texts)
    table, tagged, without = _checked(vectors, texts, positive, negative, tag)
    canon, group = _canonical(table, texts, tagged, without, seed)
    # From here on the order depends on the contents of the outputs, not on their positions.
    table, texts, tagged, without = table[canon], [texts[i] for i in canon.tolist()], tagged[canon], without[canon]
    judged = tagged | without
    twin = np.isin(group, group[tagged])
    weak = ~judged & ~twin
    if not weak.any() and not without.any():
        weak = ~judged
    fold, folds = _folds(group, tagged, without)
    trained = np.sort(np.concatenate([np.flatnonzero(kind)[:SAMPLE] for kind in (tagged, without, weak)]))
    # If nearly all outputs have the same text, a sample may hold only that one.
    if any(len(set(tagged[trained][fold[trained] != f].tolist())) < 2 for f in range(folds)):
        fold, folds = np.zeros_like(fold), 0
    features = _Features(table[trained], [texts[i] for i in trained.tolist()])
    x = features.matrix(table[trained], [texts[i] for i in trained.tolist()])

    def fit(use: Bools) -> Floats:
        use = use[trained]
        rows = trained[use]
        return _fit(x[use], tagged[rows], weak[rows])

    held = [fit(fold != f) for f in range(folds)]
    seen = [fit(judged | (fold != f)) for f in range(folds)] if weak.any() else held
    models = np.stack(held + seen) if folds else fit(np.ones(len(texts), bool))[None]
    decisions = np.concatenate(
        [
            features.dot(table[at : at + _BLOCK], texts[at : at + _BLOCK], models[:, :-1].T) + models[:, -1]
            for at in range(0, len(texts), _BLOCK)
        ]
    ).round(_DECIMALS)
    rows = np.arange(len(texts))
    out = decisions[rows, fold] if folds else decisions[:, 0]
    shown = np.where(judged, out, decisions[rows, folds + fold]) if folds else out
    scores = np.empty(len(texts))
    scores[canon] = 0.5 * (1 + np.tanh(shown / 2))
    open_ = np.ones(len(texts), bool)
    open_[canon[judged]] = False
    places = np.flatnonzero(open_)
    ranking = np.empty(len(texts))
    ranking[canon] = shown
    order = places[np.argsort(-ranking[places], kind="stable")]
    if not folds:
        return Suggestion(scores, order, None, None, None, None, 0, _unsure(group, tagged))
    firm = len(np.unique(group[without])) > 1
    counted = judged if firm else judged | ~twin
    return _with_precision(scores, order, out[counted], tagged[counted], folds, firm)


def _checked(
    vectors: npt.ArrayLike, texts: list[str], positive: npt.ArrayLike, negative: npt.ArrayLike | None, tag: str
) -> tuple[npt.NDArray[Any], Bools, Bools]:
    table = checked_vectors(vectors)
    if len(texts) != len(table):
        raise ValueError(f"there are {len(texts)} texts for {len(table)} vectors; give one of each per output.")
    tagged = checked_mask("positive", positive, len(table))
    without = np.zeros(len(table), bool) if negative is None else checked_mask("negative", negative, len(table))
    name = f"'{tag}'" if tag else "the tag"
    both = np.flatnonzero(tagged & without)
    if len(both):
        raise ValueError(f"output {both[0]} is both positive and negative; give it in one mask only.")
    if tagged.sum() < FEWEST:
        raise ValueError(f"tag at least {FEWEST} outputs first; {name} has {tagged.sum()}.")
    if tagged.all():
        raise ValueError(f"all {len(tagged)} outputs have {name}; untag those that should not, or add other outputs.")
    return table, tagged, without


def _canonical(
    table: npt.NDArray[Any], texts: list[str], tagged: Bools, without: Bools, seed: int
) -> tuple[Ints, Ints]:
    """Return an order that depends only on the content of the rows, and in that order a number for each row's words.

    Rows whose words are equal except for case, blanks and ASCII punctuation have the same number.
    """
    salt = str(seed).encode()

    def digest(*parts: bytes) -> bytes:
        whole = blake2b(salt, digest_size=16)
        for part in parts:
            whole.update(len(part).to_bytes(8, "little") + part)
        return whole.digest()

    names = [digest(_bare(text).encode("utf-8", "surrogatepass")) for text in texts]
    wide = np.ascontiguousarray(table)
    rows = [
        digest(
            name, text.encode("utf-8", "surrogatepass"), wide[i].tobytes(), tagged[i].tobytes() + without[i].tobytes()
        )
        for i, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    canon = np.array(sorted(range(len(rows)), key=rows.__getitem__), np.int64)
    number = {name: i for i, name in enumerate(sorted(set(names)))}
    return canon, np.array([number[names[i]] for i in canon.tolist()], np.int64)


def _bare(text: str) -> str:
    return " ".join(text.casefold().translate(_PUNCTUATION).split()) or text.strip()


def _folds(group: Ints, tagged: Bools, without: Bools) -> tuple[Ints, int]:
    """Return the fold of each output, and the number of folds: 0 if a class has fewer than two distinct texts."""
    size = int(group.max()) + 1
    yes = np.bincount(group[tagged], minlength=size)
    no = np.bincount(group[without], minlength=size)
    folds = min(FOLDS, int((yes > 0).sum()), int((yes == 0).sum()))
    if folds < 2:
        return np.zeros(len(group), np.int64), 0
    of = np.empty(size, np.int64)
    # Each kind is dealt to the folds in turn, frequent texts first; the numbers of the texts are random already.
    dealt = 0
    for kind, weight in ((yes > 0, yes), ((yes == 0) & (no > 0), no), ((yes == 0) & (no == 0), np.bincount(group))):
        members = np.flatnonzero(kind)
        of[members[np.argsort(-weight[members], kind="stable")]] = (dealt + np.arange(len(members))) % folds
        dealt += len(members)
    return of[group], folds


class _Features:
    """Vectors and words side by side, scaled by the variance in a sample of the outputs."""

    def __init__(self, table: npt.NDArray[Any], texts: list[str]) -> None:
        tokens = tokenize(texts)
        pairs = np.unique(tokens.output.astype(np.int64) * max(1, len(tokens.vocabulary)) + tokens.form)
        holders = np.bincount(pairs % max(1, len(tokens.vocabulary)), minlength=len(tokens.vocabulary))
        # A word in only one output is not informative about others.
        kept = np.flatnonzero(holders > 1)
        kept = np.sort(kept[np.argsort(-holders[kept], kind="stable")[:WORDS]])
        self.place = {tokens.vocabulary[form]: i for i, form in enumerate(kept.tolist())}
        self.idf = np.log((1 + len(texts)) / (1 + holders[kept])) + 1
        self.center = table.mean(axis=0, dtype=np.float64)
        self.width = _width(lambda: ((table - self.center) ** 2).sum() / len(table))
        self.height = 1.0
        words = self.words(texts)
        self.height = _width(lambda: words.multiply(words).sum() / len(texts) - (np.asarray(words.mean(0)) ** 2).sum())

    def matrix(self, table: npt.NDArray[Any], texts: list[str]) -> Any:
        with importing:
            from scipy.sparse import csr_matrix, hstack

        return hstack([csr_matrix(self.scaled(table)), self.words(texts)], format="csr")

    def dot(self, table: npt.NDArray[Any], texts: list[str], weights: Floats) -> Floats:
        d = table.shape[1]
        product: Floats = self.scaled(table) @ weights[:d] + self.words(texts) @ weights[d:]
        return product

    def scaled(self, table: npt.NDArray[Any]) -> Floats:
        scaled: Floats = (table - self.center) / self.width
        return scaled

    def words(self, texts: list[str]) -> Any:
        with importing:
            from scipy.sparse import csr_matrix

        tokens = tokenize(texts)
        place = np.array([self.place.get(form, -1) for form in tokens.vocabulary], np.int64)
        column = place[tokens.form] if len(place) else np.zeros(0, np.int64)
        known = column >= 0
        shape = (len(texts), len(self.place))
        counts = csr_matrix((np.ones(known.sum()), (tokens.output[known], column[known])), shape=shape)
        counts.sum_duplicates()
        counts.data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        length = np.sqrt(
            np.bincount(np.repeat(np.arange(len(texts)), np.diff(counts.indptr)), counts.data**2, len(texts))
        )
        counts.data /= np.repeat(length, np.diff(counts.indptr)) * self.height
        return counts


def _width(variance: Callable[[], Any]) -> float:
    # If all rows are alike, there is nothing to scale.
    total = float(variance())
    return total**0.5 if total > 1e-9 else 1.0


def _fit(x: Any, tagged: Bools, weak: Bools) -> Floats:
    """Return the weights of a logistic regression, the intercept last."""
    with importing:
        from sklearn.linear_model import LogisticRegression

    weight = np.ones(len(tagged))
    if weak.any():
        weight[weak] = tagged.sum() / weak.sum()
    # Give both classes the same weight. Some versions of scikit-learn ignore the weights of the rows with
    # class_weight="balanced".
    weight[~tagged] *= tagged.sum() / weight[~tagged].sum()
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(x, tagged, sample_weight=weight)
    return np.append(model.coef_[0], model.intercept_[0])


def _with_precision(scores: Floats, order: Ints, decision: Floats, tagged: Bools, folds: int, firm: bool) -> Suggestion:
    with importing:
        from sklearn.metrics import average_precision_score

    k, others = int(tagged.sum()), int((~tagged).sum())
    cut = np.sort(decision)[-k]
    above, level = decision > cut, decision == cut
    # Outputs that tie with the last of the k count fractionally, so that their order does not matter.
    right = tagged[above].sum() + tagged[level].mean() * (k - above.sum())
    precision, chance = float(right / k), k / (k + others)
    half = int((decision >= np.sort(decision[tagged])[-((k + 1) // 2)]).sum())
    test = f"in a test that hid the tags ({folds}-fold cross-validation)"
    found = f"{_percent(precision)} of the first {k} had the tag ({_percent(chance)} by chance)"
    if firm:
        says = f"{test}, {found}; {k} are tagged, {others} were judged to be without the tag"
    else:
        says = (
            f"{test}, half of the {k} tagged outputs came among the first {half} of {k + others}, and at least "
            f"{found}; the {others} that nobody judged count as without the tag"
        )
    average = float(average_precision_score(tagged, decision))
    return Suggestion(scores, order, precision, average, chance, half, folds, says)


def _percent(share: float) -> str:
    return f"{int(100 * share + 0.5)} %"


def _unsure(group: Ints, tagged: Bools) -> str:
    if len(np.unique(group[tagged])) == 1:
        return f"precision unknown: the {tagged.sum()} tagged outputs all have the same words; tag different ones"
    return "precision unknown: too few different texts are without the tag, or have it, to hold any of them out"
