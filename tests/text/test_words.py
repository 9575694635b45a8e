from __future__ import annotations

import importlib
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.text import words

module = importlib.import_module("outlens.text.words")  # the package's name "words" is the function
tokenize, tokens, forms = module.tokenize, module.tokens, module.forms

ODD = (
    "aZé9_ \n\t.)1-'’‐–*#>ßİﬁıſ日本ヽあカ々𠀀𝒜😀👩\u200d🚀🇩🇪\u0301\u0308\u093f\u094d\u200c\u200b\u00ad\ufeff"
    "\u202e\x00\ud83d\udc00"
    "نمیखकคำไทย한국\U000e0041\u20e3\ufe0f²½Ⅷ"
)
# Including surrogates; half of the letters are Western European.
ANY = st.integers(0, 0x24F).map(chr) | st.integers(0, 0x10FFFF).map(chr)
TEXT = st.text(st.sampled_from(ODD), max_size=40) | st.text(ANY, max_size=40)


def pattern() -> re.Pattern[str]:
    """Return TEXT.md's definition as one regular expression."""
    single, ignorable, joiner = module._HAN_KANA, module._IGNORABLE, module._JOINER
    tail = f"[{module._marks()}{ignorable}]"
    letter = rf"[^\W_{single}]"
    run = rf"{letter}+(?:{tail}+{letter}*)*"
    return re.compile(rf"[{single}]{tail}*|{run}(?:[{joiner}]{run})*")


def obvious(text: str) -> list[tuple[int, int]]:
    numbers = {m.start(1) for m in re.finditer(r"(?:^|\n)[ \t>*_#+-]{0,16}([0-9]{1,3})[.)][ \t](?=[^\n])", text)}
    # A regular expression does not find overlapping matches: the line end after one list number begins the next.
    numbers |= {m.start(1) for m in re.finditer(r"(?<=\n)[ \t>*_#+-]{0,16}([0-9]{1,3})[.)][ \t](?=[^\n])", text)}
    found = [m.span() for m in pattern().finditer(text)]
    return [(a, b) for a, b in found if a not in numbers or not re.fullmatch("[0-9]{1,3}", text[a:b])]


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(st.lists(TEXT, max_size=4))
def test_words_match_the_definition(texts: list[str]) -> None:
    found = tokenize(texts)
    exact = tokenize(texts, exact=True)
    for i, text in enumerate(texts):
        in_text = slice(found.bounds[i], found.bounds[i + 1])
        spans = list(zip(found.start[in_text].tolist(), found.end[in_text].tolist(), strict=True))
        assert spans == obvious(text)
        assert [exact.vocabulary[k] for k in exact.form[in_text]] == [text[a:b] for a, b in spans]
        assert [found.vocabulary[k] for k in found.form[in_text]] == [module._form(text[a:b]) for a, b in spans]
    assert found.vocabulary == sorted(set(found.vocabulary))


@pytest.mark.parametrize("name", ["odd_text", "multilingual"])
def test_words_of_real_odd_texts_match_the_definition(name: str, shared_data: Path) -> None:
    texts = pd.read_parquet(shared_data / f"{name}.parquet")["response"].tolist()
    found = tokenize(texts)
    for i, text in enumerate(texts):
        in_text = slice(found.bounds[i], found.bounds[i + 1])
        assert list(zip(found.start[in_text].tolist(), found.end[in_text].tolist(), strict=True)) == obvious(text)


def test_processing_in_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["One, two.", "", "two three", "日本 two", "x" * 100, "x" * 100 + "y", "three"]
    whole = tokenize(texts)
    monkeypatch.setattr(module, "BLOCK", 3)
    parts = tokenize(texts)
    for name in ("bounds", "start", "end", "form"):
        assert getattr(whole, name).tolist() == getattr(parts, name).tolist()
    assert whole.vocabulary == parts.vocabulary
    assert [tokens(text) for text in texts] == [
        list(zip(w["start"], w["end"], w["form"], strict=True)) for w in map(words, texts)
    ]
    assert forms(texts) == [[form for _, _, form in tokens(text)] for text in texts]


def test_quotes_and_case_do_not_distinguish_words() -> None:  # hard case 6
    assert forms(["Don't worry!", "don’t worry."]) == [["don't", "worry"]] * 2
    found = words("don’t worry.")
    assert found[["start", "end"]].values.tolist() == [[0, 5], [6, 11]]
    assert tokenize(["Don't", "don’t"], exact=True).vocabulary == ["Don't", "don’t"]


def test_composed_and_folded_letters_are_the_same_word() -> None:  # hard case 7
    pairs = [("café", unicodedata.normalize("NFD", "café")), ("ﬁne", "fine"), ("Straße", "STRASSE"), ("İ", "i\u0307")]
    for a, b in pairs:
        assert forms([a]) == forms([b])
        assert words(f"x {a}.")[["start", "end"]].values.tolist()[1] == [2, 2 + len(a)]


def test_emoji_and_combining_marks_are_never_split() -> None:  # hard case 8
    assert words("A😀B")[["start", "end"]].values.tolist() == [[0, 1], [2, 3]]
    family = "👨\u200d👩\u200d👧"
    assert words(f"a {family} b 🇩🇪")["form"].tolist() == ["a", "b"]
    assert words("e\u0301a")["end"].tolist() == [3]


def test_each_han_and_kana_character_is_a_word() -> None:  # hard case 10
    assert len(words("我们建议您首先考虑成本")) == 11
    assert words("カタ")["form"].tolist() == ["カ", "タ"]
    assert words("한국어 말")["form"].tolist() == ["한국어", "말"]
    assert words("ภาษาไทย")["end"].tolist() == [7]


def test_right_to_left_words_are_whole() -> None:  # hard case 11
    text = "مرحبا world 42 שלום\u202e"
    assert [text[a:b] for a, b, _ in tokens(text)] == ["مرحبا", "world", "42", "שלום\u202e"]
    assert words(text)["form"].tolist()[-1] == "שלום"


def test_markers_and_list_numbers_are_not_words() -> None:  # hard case 12
    assert forms(["1. **Plan ahead.** Save.", "- Plan ahead: save"]) == [["plan", "ahead", "save"]] * 2
    assert forms(["  12) a\n> 3. b\n1. 2. c"]) == [["a", "b", "2", "c"]]
    assert forms(["42.", "42. ", "2024. So", "I have 3. Really", "3.14 is", "1.\nb"]) == [
        ["42"], ["42"], ["2024", "so"], ["i", "have", "3", "really"], ["3", "14", "is"], ["1", "b"],
    ]  # fmt: skip


def test_invisible_characters_are_ignored_except_persian_joiners() -> None:  # hard case 16
    assert forms(["pass\u200bword"]) == forms(["password"])
    assert forms(["می\u200cخواهم"]) != forms(["میخواهم"])


def test_javascript_names_are_ordinary_words() -> None:  # hard case 15
    assert forms(["constructor __proto__ hasOwnProperty"]) == [["constructor", "proto", "hasownproperty"]]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a", 3], r"texts\[1\] is an int \(3\)"),
        ("abc", "texts is a str"),
        (["a", None], r"texts\[1\] is missing \(None\)"),
        (5, "int"),
    ],
)
def test_a_value_that_is_not_a_list_of_str_is_an_error(texts: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        tokenize(texts)
