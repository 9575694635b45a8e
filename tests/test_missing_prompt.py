"""Rows without a prompt: their tags go out to other programs and come back."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.tags.judgements import from_table

VECTORS = [[1, 0], [0, 1], [1, 1], [0, 1]]


def lens(prompts: list[Any], **more: Any) -> ol.Lens:
    frame = pd.DataFrame({"prompt": prompts, "response": ["Yes.", "No.", "Never.", "Yes."]})
    return ol.Lens(frame, prompt="prompt", vectors=VECTORS, annotator="ann", store=False, **more)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize(
    ("write", "read"),
    [
        (ol.tags.write_label_studio, ol.tags.read_label_studio),
        (ol.tags.write_argilla, ol.tags.read_argilla),
    ],
)
def test_a_missing_prompt_goes_out_as_an_empty_one_and_comes_back(
    tmp_path: Path, write: Any, read: Any, missing: Any
) -> None:
    one = lens(["Is it?", missing, "Is it?", missing])
    one.tag("late", [0, 1, 3])
    one.note("why?", [2])
    judged = one.judgements()
    assert list(zip(judged["prompt"], judged["text"], strict=True)) == [
        ("Is it?", "Yes."), ("", "No."), ("Is it?", "Never."), ("", "Yes."),
    ]  # fmt: skip
    assert read(write(tmp_path / "judged.json", judged)) == from_table(judged)
    other = lens(["Is it?", missing, "Is it?", missing])
    other.merge_tags(read(tmp_path / "judged.json"))
    assert other.tagged("late").index.tolist() == [0, 1, 3]


def test_prompts_that_are_numbers_go_out_as_text() -> None:
    one = lens([1, 1, 2, 2])
    one.tag("late", [0, 3])
    assert one.judgements()["prompt"].tolist() == ["1", "2"]


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log.parquet"])
def test_the_tables_of_tags_go_out_with_a_missing_prompt(tmp_path: Path, name: str) -> None:
    one = lens(["Is it?", None, "Is it?", None])
    one.tag("late", [1])
    one.tag("whole", prompt="(no prompt)")
    back = ol.tags.read_table(ol.tags.write_table(one.tagged("late"), tmp_path / name))
    assert back["prompt"].isna().tolist() == [True]
    assert back["response"].tolist() == ["No."]
    log = ol.tags.read_table(ol.tags.write_table(one.tag_log, tmp_path / name))
    assert log["value"].tolist() == ["late", "whole"]


def test_the_file_of_a_lens_keeps_them(tmp_path: Path) -> None:
    one = lens(["Is it?", None, "Is it?", None])
    one.tag("late", [1])
    one.note("why?", [3])
    one.tag("whole", prompt="(no prompt)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the prompts that were not shown
        other = ol.open(one.save(tmp_path / "one.outlens"))
    pd.testing.assert_frame_equal(other.judgements(), one.judgements())
    assert other.prompt_tags["tags"].to_dict() == {"Is it?": (), "(no prompt)": ("whole",)}
