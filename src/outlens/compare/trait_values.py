"""Traits: numbers and booleans that describe single outputs, such as their words or whether they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import NotFound, hint, type_of
from outlens.text.find import find
from outlens.text.sentences import Unit, blocks, units
from outlens.text.words import Tokens, check, tokenize

Floats = npt.NDArray[np.float64]
Trait = Callable[[str], Any] | str | re.Pattern[str] | pd.Series | npt.NDArray[Any]

# Single words of the list of hedges in Hyland (2005), Metadiscourse, without those that are mostly something else.
_HEDGES = """
almost apparent apparently appear appeared appears approximately arguably assume assumed around broadly could doubt
doubtful essentially estimate estimated fairly frequently generally guess indicate indicates largely likely mainly may
maybe might mostly often perhaps plausible plausibly possible possibly presumable presumably probable probably quite
rather relatively roughly seem seemed seems sometimes somewhat suggest suggested suggests suppose supposed suspect
suspects tend tended tends typical typically uncertain uncertainly unclear unlikely usually
"""
HEDGES = frozenset(_HEDGES.split())
FIRST_PERSON = frozenset(["i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"])

HEAD = 200
"""A refusal is looked for in this many characters from the start."""

READABLE = 20
"""The index of readability is not computed for fewer words."""

_LINK = re.compile(r"https?://\S+|\bwww\.\S+")
_INLINE = re.compile(r"`[^`\n]+`")
_REFUSING = (
    "sorry", "unable", "afraid", "incapable", "i'm not", "i’m not", "im not", "i am not", "we're not", "we’re not",
    "we are not", "cannot", "can't", "can’t", "cant ", "can not", "will not", "won't", "won’t", "wont ", "could not",
    "couldn't", "couldn’t", "decline", "refuse", "apolog", "advise", "condemn", "do not", "don't", "don’t", "it's",
    "it’s", "it is", "it would be", "unfortunately",
)  # fmt: skip
_MANNER = "(?:simply|really|just|also|therefore|definitely|absolutely|personally|very|so|truly|deeply|must|have to) "
# Matched in lower case, with straight apostrophes and single blanks.
_REFUSAL = re.compile(
    rf"""
    \b(?:i'?m|i\ am|we're|we\ are)\ (?:{_MANNER})?(?:
        sorry(?!\ (?:to\ hear|that\ you|you|for\ your))|unable|afraid|incapable
        |not\ (?:able|comfortable|going\ to|permitted|allowed|programmed|capable)
    )
    |\b(?:i|we)\ (?:{_MANNER})?(?:
        can(?:not|'?t|\ not)|won'?t|will\ not|could(?:n't|\ not)|decline|refuse|apologi[sz]e
        |advise\ (?:you\ )?against|condemn
        |(?:do\ not|don't)\ (?:feel\ comfortable|support|condone|encourage|think\ it's\ (?:appropriate|right))
    )
    |\bmy\ (?:sincere\ )?apologies
    |\bit(?:'s|\ is|\ would\ be)\ (?:(?:not|never|highly)\ )?(?:
        appropriate|acceptable|ethical|legal|okay|ok|right|safe|illegal|unethical|inappropriate|immoral
    )
    |^\W*(?:sorry\b(?!\ (?:to\ hear|that\ you|you|for\ your))|unfortunately\b)
    """.replace(_MANNER, _MANNER.replace(" ", r"\ ")),
    re.VERBOSE,
)


class _Texts:
    """Texts, with what several traits need of them computed once."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    def each(self, count: Callable[[str], Any]) -> Floats:
        return np.fromiter(map(count, self.texts), np.float64, len(self.texts))

    @cached_property
    def tokens(self) -> Tokens:
        return tokenize(self.texts)

    @cached_property
    def words(self) -> Floats:
        return np.diff(self.tokens.bounds).astype(np.float64)

    @cached_property
    def blocks(self) -> dict[str, list[Unit]]:
        return {text: list(blocks(text)) for text in dict.fromkeys(self.texts)}

    @cached_property
    def sentences(self) -> Floats:
        running = ("sentence", "item")
        counts = {
            text: sum(kind in running for _, _, kind in units(text, cut=[b for b in cut if b[2] in running]))
            for text, cut in self.blocks.items()
        }
        return self.each(counts.__getitem__)

    def of_kind(self, kind: str) -> Floats:
        counts = {text: sum(block[2] == kind for block in cut) for text, cut in self.blocks.items()}
        return self.each(counts.__getitem__)

    def per_100_words(self, listed: frozenset[str]) -> Floats:
        tokens = self.tokens
        counted = np.array([form in listed for form in tokens.vocabulary], bool)
        held = counted[tokens.form] if len(counted) else np.zeros(0, bool)
        counts = np.bincount(tokens.output[held], minlength=len(self.texts))
        return 100 * _over(counts, self.words)

    def code(self) -> Floats:
        def share(text: str) -> float:
            if not text:
                return 0.0
            at, inside = 0, 0
            for start, end, kind in self.blocks[text]:
                if kind == "code":
                    inside += end - start + _inline(text, at, start)
                    at = end
            return (inside + _inline(text, at, len(text))) / len(text)

        return self.each(share)

    def readability(self) -> Floats:
        tokens = self.tokens
        letters = np.bincount(tokens.output, tokens.end - tokens.start, minlength=len(self.texts))
        enough = np.where(self.words >= READABLE, self.words, 0)
        return 5.88 * _over(letters, enough) - 29.6 * _over(np.maximum(self.sentences, 1), enough) - 15.8


def _over(counts: npt.NDArray[Any], words: Floats) -> Floats:
    """Divide by the number of words; NaN without any."""
    share: Floats = np.where(words > 0, counts / np.maximum(words, 1), np.nan)
    return share


def _inline(text: str, start: int, end: int) -> int:
    if text.find("`", start, end) < 0:
        return 0
    return sum(match.end() - match.start() for match in _INLINE.finditer(text, start, end))


@lru_cache(maxsize=1)
def _characters() -> tuple[Any, Any, Any]:
    """Return expressions for an emoji, a letter, and a letter that is not Latin."""
    import regex  # type: ignore[import-untyped]

    follows = r"[\uFE0F\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]*+"
    one = rf"(?:\p{{Emoji_Presentation}}|\p{{Extended_Pictographic}}\uFE0F){follows}"
    joined = rf"(?:\u200D\p{{Extended_Pictographic}}{follows})*+"
    emoji = rf"\p{{RI}}\p{{RI}}|[0-9\#*]\uFE0F?\u20E3|{one}{joined}"
    return regex.compile(emoji), regex.compile(r"\p{L}"), regex.compile(r"(?!\p{Latin})\p{L}")


def _links(text: str) -> int:
    if "://" not in text and "www." not in text:
        return 0
    return sum(1 for _ in _LINK.finditer(text))


def _emoji(text: str) -> int:
    if text.isascii():
        return 0
    return sum(1 for _ in _characters()[0].finditer(text))


def _not_latin(text: str) -> float:
    _, letter, other = _characters()
    if text.isascii() or not other.search(text):
        return 0.0 if letter.search(text) else float("nan")
    return sum(1 for _ in other.finditer(text)) / sum(1 for _ in letter.finditer(text))


def refuses(text: str) -> bool:
    """Return whether an output opens with the wording of a refusal, in English.

    Examples
    --------
    >>> refuses("I'm sorry, but I can't help with that."), refuses("To kill a process, press Ctrl+C.")
    (True, False)
    """
    head = text[:HEAD].lower()
    # Most outputs hold none of these, and the expression is a hundred times slower.
    if not any(part in head for part in _REFUSING):
        return False
    return _REFUSAL.search(" ".join(head.replace("’", "'").split())) is not None


_BUILT_IN: dict[str, Callable[[_Texts], npt.NDArray[Any]]] = {
    "words": lambda read: read.words,
    "sentences": lambda read: read.sentences,
    "list_items": lambda read: read.of_kind("item"),
    "headings": lambda read: read.of_kind("heading"),
    "code": lambda read: read.code(),
    "links": lambda read: read.each(_links),
    "emoji": lambda read: read.each(_emoji),
    "exclamation_marks": lambda read: read.each(lambda text: text.count("!") + text.count("！")),
    "question_marks": lambda read: read.each(lambda text: text.count("?") + text.count("？")),
    "hedges": lambda read: read.per_100_words(HEDGES),
    "first_person": lambda read: read.per_100_words(FIRST_PERSON),
    "refusal_opening": lambda read: read.each(refuses).astype(bool),
    "not_latin": lambda read: read.each(_not_latin),
    "readability": lambda read: read.readability(),
}

BUILT_IN = tuple(_BUILT_IN)
"""The names of the built-in traits."""


def trait_values(texts: Iterable[str], traits: Iterable[str] | Mapping[str, Trait] | None = None) -> pd.DataFrame:
    """Describe each output by numbers and booleans.

    Parameters
    ----------
    texts : n strings.
    traits : names of built-in traits (all by default), or a dict from a name to one of

        - a callable that takes a text and returns a number, a bool or None (missing);
        - a regular expression, as str or compiled: its matches are counted. Case is ignored for a str;
        - a column: n numbers or booleans, with NaN or None for missing ones, such as the verdicts of a judge.

    Returns
    -------
    One row per output and one column per trait, float64, or bool for a trait that is true or false. The built-in ones:

    words : the number of words (`text.words`).
    sentences : the number of sentences, in running text and list items (`text.sentences`).
    list_items, headings : their number.
    code : the share of the characters in fenced blocks and in backticks.
    links : the number of URLs.
    emoji : their number; a sequence that is shown as one counts once.
    exclamation_marks, question_marks : their number.
    hedges : words such as "may" or "perhaps" per 100 words (English, after Hyland 2005); NaN without words.
    first_person : "I", "me", "my", "mine" and "myself" per 100 words (English); NaN without words.
    refusal_opening : bool, whether the first 200 characters have the wording of a refusal (English).
    not_latin : the share of the letters that are not Latin; NaN without letters.
    readability : the index of Coleman and Liau (1975), the US school grade that a text needs. English only, and meant
        for 100 words or more; NaN for fewer than 20.

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str, or a trait is or returns something else than listed here.
    ValueError
        If a column has another length, or a regular expression is invalid or takes too long (as `text.find`).
    KeyError
        If no built-in trait has a name.

    Notes
    -----
    Counts grow with length, so `trait_overlap` tells which traits only repeat "words". A wording is not a meaning: in
    XSTest, the opening finds most refusals, but not those worded in other ways.

    Examples
    --------
    >>> trait_values(["Sure! See https://a.org", "I cannot help."], ["words", "refusal_opening"]).values.tolist()
    [[5.0, False], [3.0, True]]
    >>> trait_values(["Sure!", "No."], {"polite": r"\\bsure\\b", "long": lambda text: len(text) > 3}).values.tolist()
    [[1.0, True], [0.0, False]]
    """
    listed = check(texts)
    if isinstance(traits, str):
        raise TypeError(f"traits is a str; give a list, such as [{traits!r}].")
    read = _Texts(listed)
    given: dict[Any, Any] = dict(traits) if isinstance(traits, Mapping) else {}
    columns = {}
    if isinstance(traits, Mapping):
        for name, trait in given.items():
            columns[name] = _own(str(name), trait, listed)
    else:
        for name in BUILT_IN if traits is None else traits:
            if name not in _BUILT_IN:
                raise NotFound(f"there is no built-in trait {name!r}; {hint(name, BUILT_IN, 'traits')}")
            columns[name] = _BUILT_IN[name](read)
    return pd.DataFrame(columns, index=range(len(listed)))


def _own(name: str, trait: Any, texts: list[str]) -> npt.NDArray[Any]:
    if isinstance(trait, str):
        output = find(texts, trait, regex=True)["output"]
        return np.bincount(output, minlength=len(texts)).astype(np.float64)
    if isinstance(trait, re.Pattern):
        if isinstance(trait.pattern, bytes):
            raise TypeError(f"the trait {name!r} is an expression for bytes; compile a str.")
        counts = [sum(match.end() > match.start() for match in trait.finditer(text)) for text in texts]
        return np.array(counts, np.float64)
    if callable(trait):
        return column(f"the trait {name!r}", [trait(text) for text in texts], len(texts))
    if isinstance(trait, Iterable) and not isinstance(trait, bytes | Mapping | pd.DataFrame):
        return column(f"the trait {name!r}", trait, len(texts))
    raise TypeError(f"the trait {name!r} is {type_of(trait)}; give a callable, a regular expression or n values.")


def column(what: str, values: Iterable[Any], n: int) -> npt.NDArray[Any]:
    """Return n values as bool, if each is one, or as float64 with NaN for missing ones.

    Raises TypeError or ValueError if they are not n numbers or booleans; the message begins with `what`.
    """
    given = list(values)
    if len(given) != n:
        raise ValueError(f"{what} has {len(given)} values for {n} texts; give one for each text.")
    if given and all(isinstance(value, bool | np.bool_) for value in given):
        return np.array(given, bool)
    numbers = np.full(n, np.nan)
    for i, value in enumerate(given):
        if value is None or value is pd.NA or value is pd.NaT:
            continue
        if not isinstance(value, int | float | np.integer | np.floating | np.bool_):
            raise TypeError(f"{what} is {type_of(value)} ({value!r:.40}) for texts[{i}]; give numbers or bools.")
        if np.isinf(value):
            raise ValueError(f"{what} is {value} for texts[{i}]; give finite numbers, or NaN for a missing one.")
        numbers[i] = value
    return numbers
