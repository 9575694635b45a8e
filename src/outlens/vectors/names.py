"""Names for clusters: phrases that are frequent among the members and rare elsewhere."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.text.words import check, forms, tokens
from outlens.vectors.clusters import Tree
from outlens.vectors.features import function_words

LONGEST = 4
"""The most words in a phrase, without function words; twice as many in scripts where each character is a word."""
WIDEST = 40
"""The most characters in a name."""
BRIEF = 40
"""Outputs of up to this many words may answer with a number or emoji at the end of a sentence."""
SAMPLE = 2_000
"""The number of outputs read for the names; more change no name and take seconds."""
READ = 1_000
"""The number of characters of an output read for the names."""
READ_IN_ALL = 2_000_000
"""The number of characters of all outputs together read for the names."""
ENOUGH = 0.5
"""One phrase is a name if at least this share of the members contain it; otherwise two are shown."""

# Words around an answer, beyond scikit-learn's function words.
_CHAT = frozenset(
    re.findall(
        r"\w+",
        """absolutely actually ah aren based certainly choose chose choice course definitely did didn does doing don
        enjoy example feel follow following free generally going gonna good got great happy hear hello help here hey hi
        hmm hope including include just kind know let letting like likely lot make makes making maybe mean means
        need oh ok okay option particular pick picked please provide quick really right said say says select selected
        simple simply sorry sure tell thank thanks thing things think told try understand use used using usually want
        wanted way well went yeah yes""",
    )
)
# Function words that may be inside a name, as in "Queen of Hearts".
_CONNECTORS = frozenset(
    re.findall(r"\w+", "of the a an and in to for on at by with without or de la le du von van y no")
)
_CONTRACTED = re.compile(r"[^\W\d]+'(?:t|ll|ve|re|d|m)|(?:it|that|there|here|what|who|he|she|let)'?s")
_LIST_MARK = re.compile(r"(?m)^[ \t>*_#-]*(\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)][*_]*(?=\s)")
_MARKED = re.compile(
    r'\*\*([^*\n]{1,60})\*\*|"([^"\n]{1,60})"|“([^”\n]{1,60})”|「([^」\n]{1,60})」|『([^』\n]{1,60})』'
)
_PICTURE = "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE})*")
# The empty string marks the beginning of a text.
_SENTENCE_END = frozenset([*".!?:;\n-–—#>。！？：", ""])
_IN_NUMBER = frozenset([".", ",", "/", ":"])
_OPERATORS = frozenset("=<>+-*/%([{,&|^")
_EDGES = " \t\r\n.,;:!?…*_#`'\"“”‘’()[]{}<>-–—。、！？「」『』"
_KANA = re.compile("[\u3040-\u309f]")
_DULL_HAN = frozenset("的了是在和与及等有也就都而其以为对这那我你他她它们个一不")


@dataclass(frozen=True)
class Name:
    """The name of a cluster."""

    name: str
    """A phrase as most outputs write it, or two phrases joined by a comma."""
    share: float
    """Share of the members that contain the phrase, or at least one of two."""
    words: tuple[str, ...]
    """Up to six words that distinguish the cluster, best first."""


def name_clusters(texts: Iterable[str], tree: Tree, *, prompt: str | None = None) -> list[Name]:
    """Name every node of a tree by document frequency. Names are unique within a level.

    The score of a phrase is the share of members that contain it, to the power of 1.25, times the log of its ratio to
    the share of all others. Names, marked words and longer phrases score higher. A name never begins or ends with a
    word of the prompt. If half of the members consist of the same few words, these are the name.

    Parameters
    ----------
    texts : n strings.
    tree : their clusters.
    prompt : the prompt of the texts.
    """
    texts = check(texts)
    if not len(tree.sizes):
        return []
    docs, weights, leaf = _read(texts, tree.leaf)
    phrases = _Phrases(docs, prompt)
    names: list[Name | None] = [None] * len(tree.sizes)
    middle = len(tree.granularities) // 2
    # Start at the default level, so that a cluster keeps its name at finer and coarser levels.
    levels = sorted(range(len(tree.granularities)), key=lambda level: (abs(level - middle), -level))
    taken: list[set[str]] = [set() for _ in levels]
    home = [np.flatnonzero((tree.levels == node).any(axis=1)) for node in range(len(tree.sizes))]
    total = phrases.table.T @ weights
    for level in levels:
        row = tree.levels[level][leaf]
        for node in tree.order(level).tolist():
            if names[node] is not None:
                continue
            members = np.flatnonzero(row == node)
            barred = set().union(*(taken[i] for i in home[node]))
            name = _name(docs, weights, members, phrases, total, barred)
            names[node] = name
            for i in home[node]:
                taken[i] |= {name.name, name.name.casefold()}
    return [name for name in names if name is not None]


def _read(
    texts: Sequence[str], leaf: npt.NDArray[np.int32]
) -> tuple[list[str], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the distinct texts to read, the number of outputs each represents, and their leaves.

    These are all texts of a small set, or a sample of every leaf of a large one. The order of the rows does not matter.
    """
    count = Counter(zip(leaf.tolist(), (text.strip() for text in texts), strict=True))
    keys = sorted(count)
    leaves = np.array([where for where, _ in keys], np.int64)
    weights = np.array([count[key] for key in keys], np.float64)
    if len(keys) > SAMPLE:
        leaf_sizes = np.bincount(leaves)
        wanted = np.minimum(leaf_sizes, np.maximum(3, np.ceil(SAMPLE * leaf_sizes / leaf_sizes.sum()))).astype(int)
        begin = np.cumsum(leaf_sizes) - leaf_sizes
        kept = np.concatenate(
            [
                a + np.linspace(0, size - 1, some).round().astype(np.int64)
                for a, size, some in zip(begin, leaf_sizes, wanted, strict=True)
            ]
        )
        outputs = np.bincount(leaves, weights)
        leaves, weights = leaves[kept], weights[kept]
        weights *= (outputs / np.bincount(leaves, weights))[leaves]
        keys = [keys[i] for i in kept]
    return [text for _, text in keys], weights, leaves


def _name(
    docs: list[str],
    weights: npt.NDArray[np.float64],
    members: npt.NDArray[np.int64],
    phrases: _Phrases,
    total: npt.NDArray[np.float64],
    barred: set[str],
) -> Name:
    held_by = phrases.table[members]
    w = weights[members]
    n_in, n_out = w.sum(), weights.sum() - w.sum()
    held = held_by.T @ w
    present = np.flatnonzero(held > 0)
    inside = held[present] / n_in
    outside = np.maximum(total[present] - held[present], 0) / max(1.0, n_out)
    # Add half an output on each side, so that a phrase of one member does not outweigh a phrase of most.
    lift = np.log1p((inside + 0.5 / (n_in + 1)) / (outside + 0.5 / (n_out + 1)))
    sign = (phrases.signs[members].T @ w)[present] / held[present]
    # A number that is not the answer itself, such as a quantity or an index, is a poor name.
    worth = phrases.worth[present] * np.where(phrases.number[present] & (sign < 0.2), 0.4, 1 + 0.7 * sign)
    score = inside**1.25 * lift * worth
    rank = np.lexsort((present, -score.round(9)))[:40]
    best = present[rank]
    share = dict(zip(best.tolist(), inside[rank].tolist(), strict=True))
    strong = dict(zip(best.tolist(), ((worth > 0.8) & (inside >= ENOUGH))[rank].tolist(), strict=True))
    words = tuple(phrases.shown[i] for i in best if phrases.size[i] == 1)[:6]

    def either(a: int, b: int) -> float:
        return float(w @ (held_by[:, [a, b]].sum(axis=1).A1 > 0) / n_in)

    candidates = _candidates([docs[i] for i in members], w, best.tolist(), phrases, share, strong)
    first = None
    for parts in candidates:
        if isinstance(parts, tuple):
            text, value = parts
            new = text not in barred
        elif len(parts) == 1:
            text, value = phrases.shown[parts[0]], share[parts[0]]
            new = text.casefold() not in barred
        else:
            text, value = f"{phrases.shown[parts[0]]}, {phrases.shown[parts[1]]}", either(*parts)
            new = text.casefold() not in barred
        if new:
            return Name(text, min(1.0, float(value)), words)
        first = first or (text, value)
    assert first is not None
    number = next(k for k in range(2, 1 << 30) if f"{first[0]} ({k})" not in barred)
    return Name(f"{first[0]} ({number})", min(1.0, float(first[1])), words)


def _candidates(
    texts: list[str],
    weights: npt.NDArray[np.float64],
    best: list[int],
    phrases: _Phrases,
    share: dict[int, float],
    strong: dict[int, bool],
) -> Iterator[tuple[str, float] | list[int]]:
    """Yield names for one cluster, best first: a text with its share, or one or two phrases."""
    # Ties are broken by the text, so that the order of the rows does not matter.
    whole = weights.sum()
    bare = [_bare(text) for text in texts]
    answer, count = _commonest((text.casefold() for text in bare), weights)
    same = [i for i, text in enumerate(bare) if text.casefold() == answer]
    answer = _commonest((bare[i] for i in same), weights[same])[0]
    count /= whole
    if not answer and count >= ENOUGH:
        yield "(blank)", count
    if answer and len(answer) <= WIDEST and len(forms([answer])[0]) <= LONGEST and (count >= ENOUGH or not best):
        yield answer, count
        text, exactly = _commonest((" ".join(texts[i].split()) for i in same), weights[same])
        if len(text) <= WIDEST:
            yield text, exactly / whole
    tops = best[:20]
    single = [i for i in tops if strong[i]]
    pairs = (
        [a, b]
        for place, a in enumerate(tops)
        for b in tops[place + 1 :]
        if not phrases.overlap(a, b) and len(phrases.shown[a]) + len(phrases.shown[b]) <= WIDEST
    )
    # One phrase is a better name than two, unless it ranks far lower.
    if set(tops[:6]) & set(single):
        yield single[:1]
    else:
        yield from islice(pairs, 1)
    yield from ([i] for i in single)
    yield from islice(pairs, 40)
    yield from ([i] for i in best)
    # If only words of the prompt are shared, use the commonest opening.
    opening, _ = _commonest((_opening(text) for text in texts), weights)
    begin = np.array([_opening(text) == opening for text in texts])
    yield opening if _bare(opening) else "(blank)", float(weights @ begin / whole)


def _commonest(texts: Iterable[str], weights: npt.NDArray[np.float64]) -> tuple[str, float]:
    """Return the text with the largest total weight, the alphabetically first of ties, and its weight."""
    sums: dict[str, float] = {}
    for text, weight in zip(texts, weights.tolist(), strict=True):
        sums[text] = sums.get(text, 0) + weight
    return min(sums.items(), key=lambda kv: (-round(kv[1], 6), kv[0]))


def _bare(text: str) -> str:
    """Strip white space and marks around a text. A text of marks only is kept; an invisible one becomes ""."""
    flat = " ".join(text.split())
    if all(unicodedata.category(character) in ("Cc", "Cf", "Zs") for character in flat):
        return ""
    return flat.strip(_EDGES) or flat


def _opening(text: str) -> str:
    flat = " ".join(text[: 4 * WIDEST].split())
    if len(flat) <= WIDEST:
        return flat
    cut = flat[: WIDEST - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:-–—([{") + "…"


class _Phrases:
    """The phrases of texts.

    table : scipy CSR (texts, phrases), 1 where a text contains a phrase
    signs : the same, 1 where it looks like an answer: marked, a name, or a number or emoji at the end of a sentence
    shown : each phrase as most texts write it
    size : the words of each phrase
    number : whether a phrase consists of numbers only
    worth : the factor of each phrase's score for its size
    """

    def __init__(self, texts: list[str], prompt: str | None) -> None:
        with importing:
            from scipy import sparse

        function = function_words() | _CHAT
        # Single characters of a prompt are not excluded as words; such scripts compare whole names with the prompt.
        self._prompt = prompt or ""
        asked = {form for form in forms([self._prompt])[0] if not _is_han(form)}
        asked |= {form.removesuffix("'s") for form in asked}
        limit = max(250, min(READ, READ_IN_ALL // max(1, len(texts))))
        read = [_tokens(text, limit) for text in texts]
        spread = Counter(form for words in read for form in {token[2] for token in words})
        least = 2 if len(texts) > 3 else 1
        rare = {form for form, count in spread.items() if count < least}
        self._dull = {form for form in spread if form in function or form in asked or _CONTRACTED.fullmatch(form)}
        held: list[dict[str, tuple[str, bool]]] = [
            self._of(text, words, rare) for text, words in zip(texts, read, strict=True)
        ]
        count = Counter(key for phrases in held for key in phrases)
        written: dict[str, Counter[str]] = {}
        for phrases in held:
            for key, (surface, _) in phrases.items():
                if count[key] >= least:
                    written.setdefault(key, Counter())[surface] += 1
        keys = sorted(written)
        place = {key: i for i, key in enumerate(keys)}
        self.shown = [min(written[key].items(), key=lambda kv: (-kv[1], kv[0]))[0] for key in keys]
        self.words = [frozenset(key if _is_han(key[:1]) else key.split()) for key in keys]
        self.size = np.array([(len(key) + 1) // 2 if _is_han(key[:1]) else len(key.split()) for key in keys], np.int64)
        self.number = np.array([not any(map(str.isalpha, key)) and not _EMOJI.search(key) for key in keys], bool)
        self.worth = np.array([0.0, 0.7, 1.2, 1.4])[np.minimum(self.size, 3)] + 0.01 * self.size
        columns = [sorted((place[key], phrases[key][1]) for key in phrases if key in place) for phrases in held]
        indptr = np.cumsum([0] + [len(row) for row in columns])
        indices = np.array([i for row in columns for i, _ in row], np.int64)
        signs = np.array([sign for row in columns for _, sign in row], np.float64)
        shape = (len(texts), len(keys))
        self.table = sparse.csr_matrix((np.ones(len(indices)), indices, indptr), shape)
        self.signs = sparse.csr_matrix((signs, indices, indptr), shape)

    def overlap(self, a: int, b: int) -> bool:
        """Return whether two phrases overlap in words or spelling."""
        x, y = self.shown[a].casefold(), self.shown[b].casefold()
        return bool(self.words[a] & self.words[b]) or x[:4] == y[:4] or x in y or y in x

    def _of(self, text: str, words: list[tuple[int, int, str]], rare: set[str]) -> dict[str, tuple[str, bool]]:
        """Return the phrases of a text, as it writes them, and whether they look like an answer."""
        marked = {m.span(m.lastindex or 0) for m in _MARKED.finditer(text)}
        brief = len(words) <= BRIEF
        phrases: dict[str, tuple[str, bool]] = {}
        # In Japanese a change of script marks word boundaries; in Chinese nothing does.
        kana = bool(_KANA.search(text))
        for i, (start, _, form) in enumerate(words):
            han = _is_han(form)
            if form in rare or form in self._dull or (han and _is_soft(form)):
                continue
            if kana and han and i and words[i - 1][1] == start and _is_same_script(words[i - 1][2], form):
                continue
            content = 0
            for last in range(i, min(i + 3 * LONGEST, len(words))):
                _, end, tail = words[last]
                if last > i:
                    gap = text[words[last - 1][1] : words[last][0]]
                    # A phrase never crosses punctuation, a line end or a change of script.
                    if gap.strip(" ") or _is_han(tail) != han or tail in rare:
                        break
                content += han or tail not in self._dull
                if content > LONGEST * (1 + han) or end - start > WIDEST:
                    break
                if tail in self._dull or (han and _is_soft(tail)):
                    if tail in _CONNECTORS or han:
                        continue
                    break
                after = words[last + 1] if last + 1 < len(words) else (-1, -1, "")
                if kana and han and after[0] == end and _is_same_script(tail, after[2]):
                    continue
                picture = bool(_EMOJI.fullmatch(tail))
                if last == i and len(form) == 1 and not form.isdigit() and not picture:
                    # A single letter or character is not a name.
                    continue
                key = ("" if han else " ").join(token[2] for token in words[i : last + 1])
                if han and text[start:end] in self._prompt:
                    continue
                before = text[max(0, start - 12) : start].rstrip(" *_\"“'(")
                if (start, end) in marked:
                    sign = True
                elif picture or not any(map(str.isalpha, key)):
                    alone = text[end : end + 2].strip(_EDGES) == "" and "," not in (text[end : end + 1], before[-1:])
                    sign = brief and alone and before[-1:] not in _OPERATORS
                else:
                    names = [text[a].isupper() for a, _, word in words[i : last + 1] if word not in self._dull]
                    sign = all(names) and (len(names) > 1 or before[-1:] not in _SENTENCE_END)
                if key not in phrases or (sign and not phrases[key][1]):
                    phrases[key] = (" ".join(text[start:end].split()), sign)
        return phrases


def _tokens(text: str, limit: int) -> list[tuple[int, int, str]]:
    """Return the words and emoji of a text without list marks, and "dog" for "dog's"."""
    whole, text = text, text[:limit]
    marks = {m.start(1) for m in _LIST_MARK.finditer(text)}
    words: list[tuple[int, int, str]] = []
    for start, end, form in tokens(text):
        if start in marks:
            continue
        if form.endswith("'s") and not _CONTRACTED.fullmatch(form):
            form, end = form[:-2], end - 2
        if words and form[0].isdigit() and words[-1][2][-1].isdigit() and text[words[-1][1] : start] in _IN_NUMBER:
            first, middle, head = words.pop()
            start, form = first, head + text[middle:start] + form
        words.append((start, end, form))
    if not text.isascii():
        words += [(*m.span(), m.group()) for m in _EMOJI.finditer(text)]
        words.sort()
    # Drop the last word, which may be cut off.
    return words[:-1] if len(whole) > limit else words


def _is_han(form: str) -> bool:
    """Return whether a form is of a script in which each character is a word."""
    return len(form) == 1 and "\u3005" <= form <= "\u9fff"


def _is_same_script(a: str, b: str) -> bool:
    """Return whether two characters are both Hiragana, both Katakana, or both neither."""
    return _is_han(a) and _is_han(b) and bisect([*"\u3040\u30a0\u3100"], a) == bisect([*"\u3040\u30a0\u3100"], b)


def _is_soft(form: str) -> bool:
    """Return whether a character never begins or ends a name: Hiragana and the commonest Chinese ones."""
    return len(form) == 1 and ("\u3040" <= form <= "\u309f" or form in _DULL_HAN)
