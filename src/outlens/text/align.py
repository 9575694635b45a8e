"""Positional diction clustering: which sentences play the same part in different outputs.

After Gero et al., "Supporting Sensemaking of Large Language Model Outputs at Scale" (CHI 2024), who group sentences by
their words and their place. Here groups are found by average linkage in a part of the outputs and hold a mean wording,
to which the sentences of all outputs are compared: nothing chains, and thousands of outputs take seconds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._arrays import unit_rows, unit_rows_sparse
from outlens.text.differs import NUMERAL, differences
from outlens.text.sentences import units
from outlens.text.words import Tokens, check, tokenize

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHORTEST = 3
"""Words under which a unit takes no part: bare headings and leftovers would form groups that mean nothing."""

AT_ONCE = 2_000
"""Units that are linked at once: linkage takes their square."""

LINKED = 0.25
"""Mean similarity from which on groups of units are one."""

JOINS = 0.33
"""Similarity to the mean of a group from which on a unit belongs to it."""

FEW = 0.17
"""What a group of one asks for beyond that, one of two half of it, and so on."""

FAR = 0.15
"""What a similarity loses when one unit begins an output and the other ends it."""

MEANT = 0.65
"""How much of a similarity is that of the vectors, where there are any."""

ROUNDS = 4
"""How often groups are looked for among what is left."""


def align(
    texts: Iterable[str],
    *,
    vectors: npt.ArrayLike | Callable[[list[str]], Any] | None = None,
) -> pd.DataFrame:
    """Group the sentences that play the same part in different outputs.

    Two units are alike by the cosine of their words, rare ones counting more, less a little for the distance of their
    places; with `vectors` by that and, for the larger part, the cosine of their vectors. A group holds at most one unit
    of an output, and what that says again in the same words. The result does not depend on the order of the outputs.

    Parameters
    ----------
    texts : n strings.
    vectors : a callable from a list of str to an array of as many rows, asked once for the different units; or an
        array, one row for each row of `sentences` of all texts, one after another.

    Returns
    -------
    One row a unit, sorted by output and start: `output, start, end` (int64, code points); `group` (int64, 0 = in the
    most outputs, -1 = alone); `rank` (int64, the order of the groups by their place, -1 = alone); `outputs` (int64, how
    many outputs are in the group; 1 = alone); `position` (float64, 0 to 1, its place in the output); `times` (int64,
    how often the output says it); `medoid` (bool, whether it is the group's most typical wording); `differs` (what it
    changes of the medoid's wording: "number", "negation", "name", joined by ", ", or ""); `link` ("same wording",
    "reworded", "same topic" or "" = alone); `kind`, as in `sentences`.

    Raises
    ------
    TypeError
        Where texts is not a list of str.
    ValueError
        Where there is not one vector a unit.

    Examples
    --------
    >>> found = align(["Take 5 mg daily. Sleep well.", "Sleep well tonight. Take 50 mg daily."])
    >>> found[["output", "group", "outputs", "differs"]].values.tolist()
    [[0, 0, 2, ''], [0, -1, 1, ''], [1, -1, 1, ''], [1, 0, 2, 'number']]
    """
    said = _Said.of(check(texts))
    dense = _dense(said, vectors)
    groups = _groups(said, dense)
    return _table(said, groups, dense)


@dataclass
class _Said:
    """The units of all outputs, one row each, and the different ones among those that take part."""

    n: int
    output: Ints
    start: Ints
    end: Ints
    kind: list[str]
    text: list[str]
    position: Floats
    unit: Ints
    """(rows,): which of the different units, in the words' forms; -1 = too short to take part."""
    tokens: Tokens
    """The words of the different units."""
    written: list[str]
    """One way in which each of the different units is written."""
    words: csr_matrix
    """(units, vocabulary): weighted words, rows of unit length."""
    place: Floats
    """(units,): the mean position."""
    several: npt.NDArray[np.bool_]
    """(units,): whether more than one output says it."""
    turn: Ints
    """(n,): the outputs in an order that depends on nothing but their texts."""

    @classmethod
    def of(cls, texts: list[str]) -> _Said:
        cut = {text: units(text) for text in dict.fromkeys(texts)}
        rows = [
            (i, a, b, kind, (k + 0.5) / len(cut[text]))
            for i, text in enumerate(texts)
            for k, (a, b, kind) in enumerate(cut[text])
        ]
        text = [texts[i][a:b] for i, a, b, _, _ in rows]
        surfaces = sorted(set(text))
        tokens = tokenize(surfaces)
        # Units are the same where their words and numerals are, whatever else stands between them.
        length = np.diff(tokens.bounds)
        keys = [
            (tokens.form[a:b].astype(">i4").tobytes(), *NUMERAL.findall(surface))
            for surface, a, b in zip(surfaces, tokens.bounds[:-1].tolist(), tokens.bounds[1:].tolist(), strict=True)
        ]
        first: dict[tuple[Any, ...], int] = {}
        for i, key in enumerate(keys):
            if length[i] >= SHORTEST:
                first.setdefault(key, i)
        number = {key: d for d, key in enumerate(sorted(first))}
        of_surface = {surface: number.get(key, -1) for surface, key in zip(surfaces, keys, strict=True)}
        unit = np.array([of_surface[t] for t in text], np.int64)
        written = [surfaces[first[key]] for key in number]
        position = np.array([row[4] for row in rows], np.float64)
        takes = unit >= 0
        count = np.bincount(unit[takes], minlength=len(written))
        place = np.bincount(unit[takes], position[takes], minlength=len(written)) / np.maximum(count, 1)
        own = tokenize(written)
        output = np.array([row[0] for row in rows], np.int64)
        pairs = np.unique(np.stack([unit[takes], output[takes]]), axis=1)
        return cls(
            n=len(texts),
            output=output,
            start=np.array([row[1] for row in rows], np.int64),
            end=np.array([row[2] for row in rows], np.int64),
            kind=[row[3] for row in rows],
            text=text,
            position=position,
            unit=unit,
            tokens=own,
            written=written,
            words=_weighted(own, count, len(texts)),
            place=place,
            several=np.bincount(pairs[0], minlength=len(written)) > 1,
            turn=np.array(sorted(range(len(texts)), key=lambda i: (_hash(texts[i]), texts[i])), np.int64),
        )


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _weighted(tokens: Tokens, count: Ints, n: int) -> csr_matrix:
    from scipy.sparse import csr_matrix

    shape = (len(tokens.bounds) - 1, len(tokens.vocabulary))
    x = csr_matrix((np.ones(len(tokens.form)), (tokens.output, tokens.form)), shape)
    x.sum_duplicates()
    x.data[:] = 1
    said = float(count.sum())
    share = said / np.maximum(x.T @ count.astype(np.float64), 1)
    # A word that every output has once is as telling as one can be: rarer ones are not weighted up, or the words that
    # an output changes would count for more than those that it shares.
    weight = np.log(0.5 + np.minimum(share, max(2.0, said / max(n, 1))))
    x = x.multiply(weight[None, :]).tocsr()
    return unit_rows_sparse(x)


def _dense(said: _Said, vectors: Any) -> Floats | None:
    """The users' vectors for the different units, centred and of unit length."""
    if vectors is None or not len(said.written):
        return None
    takes = said.unit >= 0
    if callable(vectors):
        found = np.asarray(vectors(said.written), np.float64)
        if found.ndim != 2 or len(found) != len(said.written):
            raise ValueError(
                f"vectors gave the shape {found.shape} for {len(said.written)} units; give one row a unit."
            )
    else:
        given = np.asarray(vectors, np.float64)
        if given.ndim != 2 or len(given) != len(said.unit):
            raise ValueError(
                f"the vectors have the shape {given.shape} for {len(said.unit)} units; give one row a unit, in the"
                " order of `sentences` of all texts."
            )
        found = np.zeros((len(said.written), given.shape[1]))
        np.add.at(found, said.unit[takes], given[takes])
    # What all units have in common says nothing of which belong together.
    found = unit_rows(found)
    return unit_rows(found - found.mean(axis=0))


@dataclass
class _Groups:
    """What the different units have to do with the groups."""

    near: Ints
    """(units, 3): the nearest groups, -1 = none."""
    similarity: Floats
    """(units, 3): how near."""
    number: int


def _groups(said: _Said, dense: Floats | None) -> _Groups:
    d = len(said.written)
    group = np.full(d, -1, np.int64)
    tried = np.zeros(d, bool)
    holders = _incidence(said)
    turn = np.empty(said.n, np.int64)
    turn[said.turn] = np.arange(said.n)
    takes = said.unit >= 0
    # The different units in the order in which their outputs take their turn.
    order = np.full(d, said.n, np.int64)
    np.minimum.at(order, said.unit[takes], turn[said.output[takes]])
    queue = np.lexsort((np.arange(d), order))
    number = 0
    for _ in range(ROUNDS):
        sample = queue[(group[queue] < 0) & ~tried[queue]][:AT_ONCE]
        if not len(sample):
            break
        sample = np.sort(sample)
        tried[sample] = True
        label = _linked(said, dense, holders, sample)
        # A group spreads over outputs, or is none.
        own = holders[sample]
        pairs = np.unique(np.repeat(label, np.diff(own.indptr)) * said.n + own.indices)
        kept = np.flatnonzero(np.bincount(pairs // said.n, minlength=label.max() + 1) > 1)
        if not len(kept):
            continue
        new = np.full(label.max() + 1, -1, np.int64)
        new[kept] = number + np.arange(len(kept))
        group[sample] = new[label]
        number += len(kept)
        if (group < 0).any() and not tried.all():
            group = _nearest(said, dense, group, number)[0][:, 0]
    near, similarity = _nearest(said, dense, group, number)
    near, similarity = _nearest(said, dense, near[:, 0], number)
    # The same words in several outputs are a group, whoever else is in it.
    alone = np.flatnonzero((near[:, 0] < 0) & said.several)
    near[alone, 0], similarity[alone, 0] = number + np.arange(len(alone)), 1
    return _Groups(near, similarity, number + len(alone))


def _incidence(said: _Said) -> csr_matrix:
    from scipy.sparse import csr_matrix

    takes = said.unit >= 0
    shape = (len(said.written), max(said.n, 1))
    x = csr_matrix((np.ones(int(takes.sum())), (said.unit[takes], said.output[takes])), shape)
    x.data[:] = 1
    return x


def _linked(said: _Said, dense: Floats | None, holders: csr_matrix, sample: Ints) -> Ints:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(sample) == 1:
        return np.zeros(1, np.int64)
    x = said.words[sample].astype(np.float32)
    alike = np.asarray((x @ x.T).todense(), np.float64)
    if dense is not None:
        alike = (1 - MEANT) * alike + MEANT * (dense[sample] @ dense[sample].T)
    alike -= FAR * np.abs(said.place[sample][:, None] - said.place[sample])
    # Two things that the same outputs say are two parts.
    own = holders[sample]
    both = np.asarray((own @ own.T).todense())
    size = both.diagonal()
    alike[2 * both >= np.minimum(size[:, None], size)] = 0
    distance = np.clip(1 - np.round(alike, 9), 0, 1)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    label: Ints = fcluster(tree, 1 - LINKED, "distance").astype(np.int64) - 1
    return label


def _nearest(said: _Said, dense: Floats | None, group: Ints, number: int) -> tuple[Ints, Floats]:
    """The three nearest groups of each unit, and how near, where that is near enough to belong."""
    from scipy.sparse import csr_matrix

    from outlens.text.nearest import KEPT, nearest

    d = len(group)
    near = np.full((d, KEPT), -1, np.int64)
    similarity = np.zeros((d, KEPT))
    member = np.flatnonzero(group >= 0)
    if not len(member):
        return near, similarity
    to = csr_matrix((np.ones(len(member)), (group[member], member)), (number, d))
    size = np.asarray(to.sum(axis=1)).reshape(-1)
    place = (to @ said.place) / np.maximum(size, 1)
    sums = (to @ said.words).tocsr()
    lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).reshape(-1))
    columns = sums.tocsc()
    # What one output says is compared to what the others of its group say; what several say, others do say.
    own = np.where(said.several, -1, group)
    meant = np.zeros((0, 0))
    means = to @ dense if dense is not None else None
    for begin in range(0, d, 8192):
        rows = slice(begin, min(begin + 8192, d))
        if dense is not None and means is not None:
            meant = _cosines(dense[rows], means, own[rows])
        x = said.words[rows]
        near[rows], similarity[rows] = nearest(
            x.indptr, x.indices, x.data, said.place[rows], own[rows],
            columns.indptr, columns.indices, columns.data, lengths, size, place, meant, MEANT, FAR, JOINS, FEW,
        )  # fmt: skip
    return near, similarity


def _cosines(dense: Floats, sums: Floats, own: Ints) -> Floats:
    """Cosines of vectors to groups' sums; of a member, to the sum of the others."""
    product = dense @ sums.T
    lengths = np.linalg.norm(sums, axis=1)
    alike: Floats = product / np.maximum(lengths, 1e-12)
    there = np.flatnonzero(own >= 0)
    mine = product[there, own[there]]
    left = np.sqrt(np.maximum(lengths[own[there]] ** 2 - 2 * mine + 1, 1e-12))
    alike[there, own[there]] = np.where(left > 1e-3, (mine - 1) / left, 0)
    return alike


def _table(said: _Said, groups: _Groups, dense: Floats | None) -> pd.DataFrame:
    rows = len(said.unit)
    group = _one_each(said, groups)
    takes = group >= 0
    # Outputs in each group; one that is left with a single output is none.
    pairs = np.unique(np.stack([group[takes], said.output[takes]]), axis=1)
    outputs = np.bincount(pairs[0], minlength=groups.number)
    group[takes] = np.where(outputs[group[takes]] > 1, group[takes], -1)
    takes = group >= 0
    present = np.unique(group[takes])
    middle = {g: float(np.median(said.position[group == g])) for g in present.tolist()} if len(present) < 200 else None
    if middle is None:
        frame = pd.Series(said.position[takes]).groupby(group[takes]).median()
        middle = dict(zip(frame.index.tolist(), frame.tolist(), strict=True))
    medoid = _medoids(said, groups, group)
    # Ties in place are settled by the wording, which does not depend on the order of the outputs.
    ranked = sorted(present.tolist(), key=lambda g: (round(middle[g], 9), medoid[g]))
    rank = np.full(groups.number + 1, -1, np.int64)
    rank[ranked] = np.arange(len(ranked))
    new = np.full(groups.number + 1, -1, np.int64)
    new[sorted(ranked, key=lambda g: -outputs[g])] = np.arange(len(ranked))
    own = np.array([medoid.get(g, -1) for g in range(groups.number)] + [-1], np.int64)[group]
    differs = np.full(len(said.written) + 1, "", object)
    link = np.full(len(said.written) + 1, "", object)
    seen = np.unique(np.stack([said.unit[takes], own[takes]]), axis=1)
    differs[seen[0]] = differences(said.tokens, said.written, seen[0], seen[1])
    link[seen[0]] = _links(said, dense, seen[0], seen[1])
    number = new[group]
    key = pd.DataFrame({"output": said.output, "unit": said.unit, "group": number})
    times = key.groupby(["output", "unit", "group"])["unit"].transform("size").to_numpy() if rows else np.zeros(0)
    size = np.append(outputs, 1)
    table = pd.DataFrame({
        "output": said.output,
        "start": said.start,
        "end": said.end,
        "group": number,
        "rank": rank[group],
        "outputs": np.where(takes, size[group], 1),
        "position": said.position,
        "times": np.where(takes, times, 1).astype(np.int64),
        "medoid": takes & (own == said.unit),
    })  # fmt: skip
    table["differs"] = pd.Series(np.where(takes, differs[said.unit], ""), dtype=object)
    table["link"] = pd.Series(np.where(takes, link[said.unit], ""), dtype=object)
    table["kind"] = pd.Series(said.kind, dtype=object)
    return table.astype({"outputs": np.int64})


def _one_each(said: _Said, groups: _Groups) -> Ints:
    """The group of each row: an output gives a group the unit that is nearest to it, and what repeats that."""
    group = np.full(len(said.unit), -1, np.int64)
    takes = np.flatnonzero(said.unit >= 0)
    wishes = [
        (-similarity, k, said.position[row], row, near)
        for row in takes.tolist()
        for k, (near, similarity) in enumerate(
            zip(groups.near[said.unit[row]].tolist(), groups.similarity[said.unit[row]].tolist(), strict=True)
        )
        if near >= 0
    ]
    taken: dict[tuple[int, int], int] = {}
    for _, _, _, row, near in sorted(wishes):
        place = (int(said.output[row]), near)
        if group[row] < 0 and taken.setdefault(place, int(said.unit[row])) == said.unit[row]:
            group[row] = near
    return group


def _medoids(said: _Said, groups: _Groups, group: Ints) -> dict[int, int]:
    """The most typical unit of each group: of those that are near its mean, the one that most outputs say."""
    rows = np.flatnonzero(group >= 0)
    where = groups.near[said.unit[rows]] == group[rows][:, None]
    table = pd.DataFrame({
        "group": group[rows],
        "unit": said.unit[rows],
        "output": said.output[rows],
        "similarity": (groups.similarity[said.unit[rows]] * where).max(axis=1),
    }).drop_duplicates(["unit", "output"])  # fmt: skip
    each = table.groupby(["group", "unit"], as_index=False).agg({"similarity": "first", "output": "size"})
    best = each.groupby("group")["similarity"].transform("max")
    each = each[each["similarity"] >= best - 0.1]
    each = each.sort_values(["group", "output", "similarity", "unit"], ascending=[True, False, False, True])
    each = each.drop_duplicates("group")
    return dict(zip(each["group"].tolist(), each["unit"].tolist(), strict=True))


def _links(said: _Said, dense: Floats | None, unit: Ints, medoid: Ints) -> list[str]:
    """How a unit is like its group's medoid."""
    worded = np.asarray(said.words[unit].multiply(said.words[medoid]).sum(axis=1)).reshape(-1)
    meant = np.zeros(len(unit)) if dense is None else (dense[unit] * dense[medoid]).sum(axis=1)
    return [
        "same wording" if w >= 0.5 else "reworded" if w >= 0.25 or m >= 0.6 else "same topic"
        for w, m in zip(worded, meant, strict=True)
    ]


def inversions(aligned: pd.DataFrame) -> pd.DataFrame:
    """Outputs that tell the parts in another order than most.

    Parameters
    ----------
    aligned : what `align` gives.

    Returns
    -------
    One row an output that is in any group: `output`, `groups` (how many it has) and `inversions` (pairs of them that
    stand the other way round than the groups' ranks), int64.
    """
    rows = []
    own = aligned[aligned["group"] >= 0].drop_duplicates(["output", "group"])
    for output, part in own.groupby("output"):
        order = part.sort_values("start")["rank"].to_numpy()
        rows.append((output, len(order), int(sum((order[i + 1 :] < order[i]).sum() for i in range(len(order))))))
    return pd.DataFrame(rows, columns=["output", "groups", "inversions"]).astype("int64")


NO_ALIGNMENT = 0.15
"""Strength under which outputs have no common course: measured are 0 for answers to unrelated prompts, .05 to .13 for
poems and speeches to one prompt, .25 for lists, .4 to .5 for advice and explanations."""


def alignment_strength(aligned: pd.DataFrame) -> float:
    """How far outputs have a common course: the share of their units that stand in groups of a fifth of the outputs.

    Under `NO_ALIGNMENT` (0.15) there is no alignment to speak of: what groups there are hold stock phrases.

    Parameters
    ----------
    aligned : what `align` gives.

    Returns
    -------
    0 to 1.
    """
    if not len(aligned):
        return 0.0
    enough = max(2.0, aligned["output"].nunique() / 5)
    return float((aligned["outputs"] >= enough).mean())
