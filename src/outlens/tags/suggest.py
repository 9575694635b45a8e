"""What to look at next: the outputs that most likely bear a tag, and those most unlike all that was judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from string import punctuation
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows
from outlens.text.words import check, tokenize

FOLDS = 5
"""Folds of the cross-validation, at most; fewer where fewer different texts are tagged."""
FEWEST = 3
"""Tagged outputs from which anything can be said."""
SAMPLE = 2_000
"""Outputs of each kind (tagged, judged to be without, not judged) that a model is trained on, at most."""
WORDS = 20_000
"""Words that a model knows, at most: those in most of the outputs it is trained on."""
STRENGTH = 1.0
"""The C of the logistic regression, where each tagged output weighs 1 and both classes weigh the same."""
GREEDY = 200
"""Outputs that `unlike` picks one after another."""
CANDIDATES = 1_000
"""Outputs whose distances `unlike` keeps up to date while it picks."""
_PUNCTUATION = str.maketrans(dict.fromkeys(punctuation, " "))
_BLOCK = 8_192
_DECIMALS = 9

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Suggestion:
    """Which outputs most likely bear a tag, and how far that can be trusted."""

    scores: Floats
    """(n,) in 0..1, higher is likelier. It ranks; it is no calibrated probability. No model that scores an output was
    trained on its text as an example without the tag, nor, where the output was judged, on its text at all."""
    order: Ints
    """Positions of the outputs that are not judged yet, likeliest first; ties by position."""
    precision: float | None
    """Of the k best by cross-validated score, the share that is tagged; k is the number of tagged outputs. Counted
    among the judged outputs if two different texts or more were judged to be without the tag; otherwise among all, an
    output that is not judged counting as wrong, which makes it a lower bound. None where nothing can be held out."""
    average_precision: float | None
    """Average precision of the same ranking (the mean, over the tagged outputs, of the precision down to each)."""
    chance: float | None
    """What a random order would have for `precision`."""
    half: int | None
    """How far down the same ranking half of the tagged outputs are found. Unlike the precision it does not suffer from
    outputs that nobody has tagged yet."""
    folds: int
    """Folds of the cross-validation; 0 where there was none."""
    says: str
    """All that in one sentence."""


def suggest(
    vectors: npt.ArrayLike,
    texts: Sequence[str],
    positive: npt.ArrayLike,
    negative: npt.ArrayLike | None = None,
    *,
    seed: int = 0,
    tag: str = "",
) -> Suggestion:
    """The outputs that most likely bear a tag, by logistic regression on their vectors and words.

    Parameters
    ----------
    vectors : (n, d) float, rows of unit length.
    texts : n strings.
    positive : (n,) bool, the outputs that have the tag.
    negative : (n,) bool, those that were judged and do not have it; none by default.
    seed : of the sample that is trained on and of the folds. The same seed gives the same result, whatever the order of
        the rows.
    tag : the tag's name, for the messages.

    Raises
    ------
    TypeError
        Where a text is not a str.
    ValueError
        Where fewer than 3 outputs are tagged, or all; where an output is in both masks; where lengths differ; where a
        vector holds NaN or infinity.

    Notes
    -----
    Outputs that were not judged serve as weak negatives: together they weigh as much as the tagged ones, and each that
    was judged to be without the tag as much as a tagged one. If those tagged are a random part of those that should be,
    a classifier of tagged against not judged ranks as one of true against false would (C. Elkan, K. Noto (2008),
    "Learning classifiers from only positive and unlabeled data", KDD, lemma 1). An output is scored only by a model for
    which it was no weak negative, as in F. Mordelet, J.-P. Vert (2014), "A bagging SVM to learn from positive and
    unlabeled examples", Pattern Recognition Letters 37. What says the same as a tagged output is no weak negative, and
    it is left out of the precision.

    The words are TF-IDF (1 + log of the count, rows of unit length); vectors and words are each scaled to a total
    variance of 1. Texts that are equal but for case, blanks and ASCII punctuation are always in the same fold. Folds
    are stratified, and their scores are ranked together.
    """
    table, tagged, without = _checked(vectors, texts, positive, negative, tag)
    texts = list(texts)
    canon, group = _canonical(table, texts, tagged, without, seed)
    # From here on in an order that depends on what the outputs are and not on where they stand.
    table, texts, tagged, without = table[canon], [texts[i] for i in canon.tolist()], tagged[canon], without[canon]
    judged = tagged | without
    twin = np.isin(group, group[tagged])
    weak = ~judged & ~twin
    if not weak.any() and not without.any():
        weak = ~judged
    fold, folds = _folds(group, tagged, without)
    trained = np.sort(np.concatenate([np.flatnonzero(kind)[:SAMPLE] for kind in (tagged, without, weak)]))
    # Where one text is nearly all of them, a sample may hold no other.
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


def unlike(vectors: npt.ArrayLike, judged: npt.ArrayLike) -> Ints:
    """The outputs not judged yet, each one the most unlike all that are judged or come before it.

    Farthest-first traversal by cosine distance (T. F. Gonzalez (1985), "Clustering to minimize the maximum intercluster
    distance", Theoretical Computer Science 38) for the first 200; the others follow by their distance from all that
    were judged or picked by then, the farthest first. Where nothing is judged it begins with the medoid, the output
    with the least mean distance from all. Ties go to the first position; distances equal to 9 decimals are ties.

    Parameters
    ----------
    vectors : (n, d) float.
    judged : (n,) bool.

    Returns
    -------
    Positions, int64: all that are not judged, each once.

    Raises
    ------
    ValueError
        Where the lengths differ, or a vector holds NaN or infinity.
    """
    table = _table(vectors)
    done = _mask("judged", judged, len(table))
    left = np.flatnonzero(~done)
    if not len(left):
        return left
    picks: list[int] = []
    if done.any():
        near = np.full(len(left), -np.inf)
        _bring(near, table, left, np.flatnonzero(done))
    else:
        total = np.sum([_unit(block).sum(axis=0) for block in _blocks(table)], axis=0)
        mean = np.concatenate([_unit(block) @ (total / len(table)) for block in _blocks(table)]).round(_DECIMALS)
        picks.append(int(mean.argmax()))
        near = np.full(len(left), -np.inf)
        _bring(near, table, left, np.array(picks))
        near[picks[0]] = np.inf
    # Distances only shrink. So only those of the farthest are kept up to date, and the others are bounds until no
    # candidate is surely farther than they are.
    while len(picks) < min(GREEDY, len(left)):
        ranked = np.argsort(near, kind="stable")
        some = np.sort(ranked[:CANDIDATES])
        rest = ranked[CANDIDATES:]
        bound, where = (near[rest[0]], rest[0]) if len(rest) else (np.inf, len(left))
        unit = _unit(table[left[some]])
        fresh: list[int] = []
        while len(picks) < min(GREEDY, len(left)):
            best = int(near[some].argmin())
            if (near[some[best]], some[best]) > (bound, where):
                break
            picks.append(int(left[some[best]]))
            fresh.append(picks[-1])
            near[some] = np.maximum(near[some], (unit @ unit[best]).round(_DECIMALS))
            near[some[best]] = np.inf
        _bring(near, table, left, np.array(fresh))
    rest = np.argsort(near, kind="stable")[: len(left) - len(picks)]
    return np.concatenate([np.array(picks, np.int64), left[rest]])


def _bring(near: Floats, table: npt.NDArray[Any], left: Ints, new: Ints) -> None:
    """Raise the greatest cosine similarity of each of `left` to what it has to `new`."""
    for at in range(0, len(left), _BLOCK):
        block = _unit(table[left[at : at + _BLOCK]])
        part = near[at : at + _BLOCK]
        for start in range(0, len(new), 1024):
            like = block @ _unit(table[new[start : start + 1024]]).T
            np.maximum(part, like.max(axis=1).round(_DECIMALS), out=part)


def _blocks(table: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    for at in range(0, len(table), _BLOCK):
        yield table[at : at + _BLOCK]


def _unit(rows: npt.NDArray[Any]) -> Floats:
    # In double precision: equal directions then have a distance of 0 to all the decimals that count.
    unit: Floats = unit_rows(rows.astype(np.float64))
    return unit


def _table(vectors: npt.ArrayLike) -> npt.NDArray[Any]:
    table = np.asarray(vectors)
    if table.ndim != 2:
        raise ValueError(f"the vectors have the shape {table.shape}; give two dimensions, (n, d).")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{len(bad)} of {len(table)} vectors hold NaN or infinity, the first in row {bad[0]}; fill or drop them."
        )
    return table


def _mask(name: str, values: npt.ArrayLike, n: int) -> Bools:
    mask = np.asarray(values)
    if mask.dtype != bool and mask.size:
        raise ValueError(f"{name} holds {mask.dtype}; give a mask of bool, one value an output.")
    if mask.shape != (n,):
        raise ValueError(f"{name} has the shape {mask.shape} for {n} vectors; give one bool an output.")
    return mask.astype(bool)


def _checked(
    vectors: npt.ArrayLike, texts: Sequence[str], positive: npt.ArrayLike, negative: npt.ArrayLike | None, tag: str
) -> tuple[npt.NDArray[Any], Bools, Bools]:
    check(texts)
    table = _table(vectors)
    if len(texts) != len(table):
        raise ValueError(f"there are {len(texts)} texts for {len(table)} vectors; give one of each an output.")
    tagged = _mask("positive", positive, len(table))
    without = np.zeros(len(table), bool) if negative is None else _mask("negative", negative, len(table))
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
    """A shuffle that depends on what the rows hold only, and for each row of it which words it has, as a number."""
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
    """The fold of each output, and how many there are; 0 where there are not two texts of each class to part."""
    size = int(group.max()) + 1
    yes = np.bincount(group[tagged], minlength=size)
    no = np.bincount(group[without], minlength=size)
    folds = min(FOLDS, int((yes > 0).sum()), int((yes == 0).sum()))
    if folds < 2:
        return np.zeros(len(group), np.int64), 0
    of = np.empty(size, np.int64)
    # Each kind is dealt out in turn, texts that came often first; the numbers of the texts are random already.
    dealt = 0
    for kind, weight in ((yes > 0, yes), ((yes == 0) & (no > 0), no), ((yes == 0) & (no == 0), np.bincount(group))):
        members = np.flatnonzero(kind)
        of[members[np.argsort(-weight[members], kind="stable")]] = (dealt + np.arange(len(members))) % folds
        dealt += len(members)
    return of[group], folds


class _Features:
    """Vectors and words side by side, scaled by what a sample of the outputs has."""

    def __init__(self, table: npt.NDArray[Any], texts: list[str]) -> None:
        found = tokenize(texts)
        pairs = np.unique(found.output.astype(np.int64) * max(1, len(found.vocabulary)) + found.form)
        holders = np.bincount(pairs % max(1, len(found.vocabulary)), minlength=len(found.vocabulary))
        # A word of one output tells nothing of another.
        kept = np.flatnonzero(holders > 1)
        kept = np.sort(kept[np.argsort(-holders[kept], kind="stable")[:WORDS]])
        self.place = {found.vocabulary[form]: i for i, form in enumerate(kept.tolist())}
        self.idf = np.log((1 + len(texts)) / (1 + holders[kept])) + 1
        self.center = table.mean(axis=0, dtype=np.float64)
        self.width = _width(lambda: ((table - self.center) ** 2).sum() / len(table))
        self.height = 1.0
        words = self.words(texts)
        self.height = _width(lambda: words.multiply(words).sum() / len(texts) - (np.asarray(words.mean(0)) ** 2).sum())

    def matrix(self, table: npt.NDArray[Any], texts: list[str]) -> Any:
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
        from scipy.sparse import csr_matrix

        found = tokenize(texts)
        place = np.array([self.place.get(form, -1) for form in found.vocabulary], np.int64)
        column = place[found.form] if len(place) else np.zeros(0, np.int64)
        known = column >= 0
        shape = (len(texts), len(self.place))
        counts = csr_matrix((np.ones(known.sum()), (found.output[known], column[known])), shape=shape)
        counts.sum_duplicates()
        counts.data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        length = np.sqrt(
            np.bincount(np.repeat(np.arange(len(texts)), np.diff(counts.indptr)), counts.data**2, len(texts))
        )
        counts.data /= np.repeat(length, np.diff(counts.indptr)) * self.height
        return counts


def _width(variance: Callable[[], Any]) -> float:
    # Where all are alike there is nothing to scale.
    found = float(variance())
    return found**0.5 if found > 1e-9 else 1.0


def _fit(x: Any, tagged: Bools, weak: Bools) -> Floats:
    """The weights of a logistic regression, the intercept last."""
    from sklearn.linear_model import LogisticRegression

    weight = np.ones(len(tagged))
    if weak.any():
        weight[weak] = tagged.sum() / weak.sum()
    # Both classes weigh the same, as with class_weight="balanced", which does not look at the weights of the rows in
    # every version of scikit-learn.
    weight[~tagged] *= tagged.sum() / weight[~tagged].sum()
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(x, tagged, sample_weight=weight)
    return np.append(model.coef_[0], model.intercept_[0])


def _with_precision(scores: Floats, order: Ints, decision: Floats, tagged: Bools, folds: int, firm: bool) -> Suggestion:
    from sklearn.metrics import average_precision_score

    k, others = int(tagged.sum()), int((~tagged).sum())
    cut = np.sort(decision)[-k]
    above, level = decision > cut, decision == cut
    # Of those level with the last, as many as there is room for, whichever they are.
    right = tagged[above].sum() + tagged[level].mean() * (k - above.sum())
    precision, chance = float(right / k), k / (k + others)
    says = (
        f"precision {'' if firm else 'at least '}{_short(precision)} at the first {k} ({_short(chance)} by chance), in "
        f"{folds}-fold cross-validation on {k} tagged and {others} "
        + ("judged to be without the tag" if firm else "not judged, each of them counted as wrong")
    )
    half = int((decision >= np.sort(decision[tagged])[-((k + 1) // 2)]).sum())
    if not firm:
        says = f"half of the tagged, held out, come among the first {half} of {k + others}; {says}"
    average = float(average_precision_score(tagged, decision))
    return Suggestion(scores, order, precision, average, chance, half, folds, says)


def _short(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")


def _unsure(group: Ints, tagged: Bools) -> str:
    if len(np.unique(group[tagged])) == 1:
        return f"precision unknown: the {tagged.sum()} tagged outputs all have the same words; tag different ones"
    return "precision unknown: too few different texts are without the tag, or have it, to hold any of them out"
