"""The packaged samples match their documentation."""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd
import pytest

import outlens as ol


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return ol.sample()


def test_columns_and_sources(frame: pd.DataFrame) -> None:
    assert list(frame.columns) == ["prompt", "response", "source", "sample"]
    assert len(frame) >= 150
    assert frame["prompt"].nunique() == 1
    assert frame["source"].nunique() >= 6
    assert frame["sample"].dtype == "int64"
    assert not frame.duplicated(["source", "sample"]).any()
    assert not frame.isna().any().any()


def test_it_has_the_oddities_of_real_sets(frame: pd.DataFrame) -> None:
    text = frame["response"]
    written = text[text.str.strip() != ""]
    assert len(text) - len(written) == 1
    assert written.duplicated(keep=False).sum() >= 10
    assert written.str.startswith("I'm sorry to hear that").sum() >= 20
    assert written.str.contains(r"\bI can't (?:give|help)|not able to advise|can't take sides", regex=True).sum() >= 6
    assert written.str.contains("```").sum() >= 1
    assert written.str.contains("|---|", regex=False).sum() >= 1
    assert written.str.contains("<script>", regex=False).sum() >= 1
    assert written.str.contains("\ufffd").sum() == 1
    assert written.str.contains("[\U0001f300-\U0001faff]", regex=True).sum() >= 2
    assert written.str.contains("[\u3040-\u30ff]", regex=True).sum() >= 1
    assert written.str.contains("nicht", regex=False).sum() >= 1
    assert written.str.match(r"(?s).*^\d\. ", flags=re.MULTILINE).sum() >= 20
    assert written.str.count("a quiet dog is a happy dog").max() >= 20
    assert written.str.split().str.len().max() >= 400


def test_every_call_returns_a_new_frame(frame: pd.DataFrame) -> None:
    changed = ol.sample()
    changed["response"] = ""
    assert ol.sample().equals(frame)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("email", r"^there is no sample 'email'; did you mean 'emails'\?$"),
        ("poems", r"^there is no sample 'poems'; the samples are 'outputs', 'emails', 'two_models'\.$"),
        (3, r"^there is no sample 3; the samples are 'outputs', 'emails', 'two_models'\.$"),
        (["outputs"], r"^there is no sample \['outputs'\]; "),
    ],
)
def test_an_unknown_sample_names_the_samples(name: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ol.sample(name)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def emails() -> pd.DataFrame:
    return ol.sample("emails")


def test_nine_emails_at_three_temperatures(emails: pd.DataFrame) -> None:
    assert list(emails.columns) == ["prompt", "response", "temperature", "sample"]
    assert emails["sample"].tolist() == list(range(1, 10))
    assert emails["temperature"].tolist() == [0.3] * 3 + [0.7] * 3 + [1.0] * 3
    assert emails["prompt"].nunique() == 1
    assert emails["response"].is_unique


def test_one_email_is_very_short_and_the_others_are_of_a_length(emails: pd.DataFrame) -> None:
    words = emails["response"].str.split().str.len()
    assert words.between(90, 160).sum() == 8
    assert words.min() < 45


def test_emails_share_phrases_and_keep_the_facts(emails: pd.DataFrame) -> None:
    text = emails["response"]
    for fact in ("Monday 4 March", "E28", "Friday 8 March", "Ines Varga"):
        assert fact in emails["prompt"][0]
        assert text.str.contains(fact, regex=False).all()
    assert text.str.contains("I hope this e-mail finds you well.", regex=False).sum() == 4
    for phrase in ("I rang your office twice, on Tuesday and on Wednesday", "let the engineer in with your own key"):
        assert text.str.contains(phrase, regex=False).sum() >= 6
    # Some mention the calls before the cold, others after it.
    calls, cold = (text.str.find(part)[:7] for part in ("Tuesday", "degrees"))
    assert 2 <= (calls < cold).sum() <= 5


def test_one_email_has_a_wrong_number_one_a_negation_one_another_tone(emails: pd.DataFrame) -> None:
    text = emails.set_index("sample")["response"]
    degrees = text.str.extract(r"(\d+) degrees")[0].dropna()
    assert "13 degrees" in emails["prompt"][0]
    assert degrees[degrees != "13"].to_dict() == {5: "15"}
    assert text.index[text.str.contains("do not let the engineer in")].tolist() == [6]
    assert text.index[text.str.contains("Cheers")].tolist() == [8]


@pytest.fixture(scope="module")
def two_models() -> pd.DataFrame:
    return ol.sample("two_models")


def test_25_outputs_of_each_of_two_models(frame: pd.DataFrame, two_models: pd.DataFrame) -> None:
    assert list(two_models.columns) == ["prompt", "response", "source", "sample"]
    assert two_models["prompt"].nunique() == 1
    assert two_models["prompt"][0] != frame["prompt"][0]
    assert {name: list(numbers) for name, numbers in two_models.groupby("source")["sample"]} == {
        "Heron": list(range(1, 26)),
        "Tern": list(range(1, 26)),
    }
    assert two_models["response"].str.split().str.len().between(60, 110).all()


def test_heron_writes_lists_and_asks_tern_writes_prose(two_models: pd.DataFrame) -> None:
    text = two_models["response"]
    heron = two_models["source"] == "Heron"
    for habit in (r"(?m)^1\. ", r"\*\*", r"\b(?:may|might|generally|usually)\b", r"\?$"):
        has = text.str.contains(habit)
        assert has[heron].sum() >= 20, habit
        assert has[~heron].sum() <= 1, habit
    assert not text[~heron].str.contains("\n").any()


def test_each_model_has_an_opening_for_half_and_wordings_for_some(two_models: pd.DataFrame) -> None:
    openings = {"Heron": "Great question!", "Tern": "Water everything thoroughly the day before you leave."}
    wordings = {
        "Heron": [
            "is manageable for most houseplants",
            "Move plants out of direct sun",
            "trusted friend or neighbour",
        ],
        "Tern": ["Skip the fertiliser", "eave cacti and succulents where they are", "one end in a jar of water"],
    }
    for name, text in two_models.groupby("source")["response"]:
        assert 12 <= text.str.startswith(openings[str(name)]).sum() <= 13
        for wording in wordings[str(name)]:
            assert 5 <= text.str.contains(wording, regex=False).sum() <= 20, wording


def test_each_model_repeats_one_output_once(two_models: pd.DataFrame) -> None:
    equal = two_models[two_models.duplicated("response", keep=False)]
    assert equal.groupby("source")["sample"].agg(list).to_dict() == {"Heron": [7, 19], "Tern": [5, 22]}
    assert equal.groupby("source")["response"].nunique().tolist() == [1, 1]


def test_heron_refuses_once_and_tern_cannot_divide(two_models: pd.DataFrame) -> None:
    refused = two_models[two_models["response"].str.contains("I can't help with this", regex=False)]
    assert refused[["source", "sample"]].values.tolist() == [["Heron", 11]]
    # A litre at 100 ml a day lasts ten days.
    false = two_models[
        two_models["response"].str.contains("one-litre bottle that gives off 100 ml a day will last twenty")
    ]
    assert false[["source", "sample"]].values.tolist() == [["Tern", 8]]


@pytest.mark.parametrize("name", ["emails", "two_models"])
def test_the_samples_are_printable_everywhere(name: Literal["emails", "two_models"]) -> None:
    text = ol.sample(name)["response"]
    assert (text == text.str.strip()).all()
    assert text.str.match(r"(?s)[\n\x20-\x7e°–—🌿]*\Z").all()
