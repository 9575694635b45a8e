"""The packaged sample holds what it promises."""

from __future__ import annotations

import re

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


def test_it_holds_what_real_sets_hold(frame: pd.DataFrame) -> None:
    text = frame["response"]
    said = text[text.str.strip() != ""]
    assert len(text) - len(said) == 1
    assert said.duplicated(keep=False).sum() >= 10
    assert said.str.startswith("I'm sorry to hear that").sum() >= 20
    assert said.str.contains(r"\bI can't (?:give|help)|not able to advise|can't take sides", regex=True).sum() >= 6
    assert said.str.contains("```").sum() >= 1
    assert said.str.contains("|---|", regex=False).sum() >= 1
    assert said.str.contains("<script>", regex=False).sum() >= 1
    assert said.str.contains("\ufffd").sum() == 1
    assert said.str.contains("[\U0001f300-\U0001faff]", regex=True).sum() >= 2
    assert said.str.contains("[\u3040-\u30ff]", regex=True).sum() >= 1
    assert said.str.contains("nicht", regex=False).sum() >= 1
    assert said.str.match(r"(?s).*^\d\. ", flags=re.MULTILINE).sum() >= 20
    assert said.str.count("a quiet dog is a happy dog").max() >= 20
    assert said.str.split().str.len().max() >= 400


def test_every_call_gives_a_frame_of_its_own(frame: pd.DataFrame) -> None:
    changed = ol.sample()
    changed["response"] = ""
    assert ol.sample().equals(frame)
