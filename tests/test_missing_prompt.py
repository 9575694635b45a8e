"""Rows without a prompt: their tags are exported to other programs and imported again."""

from __future__ import annotations

import json
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
def test_a_missing_prompt_is_exported_as_empty_and_imported_again(
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


def test_the_warning_names_the_label_of_the_rows_without_a_prompt() -> None:
    # "(no prompt)" is a real prompt here, so the rows without one get another label.
    one = lens(["(no prompt)", None, "Is it?", None])
    assert one.prompts == ["(no prompt)", "((no prompt))", "Is it?"]
    assert one.warnings == ["2 of 4 outputs have no prompt; they are shown together as '((no prompt))'."]
    assert lens(["Is it?", None, "", None]).warnings[0].endswith("as '(no prompt)'.")


def test_numeric_prompts_are_exported_as_text() -> None:
    one = lens([1, 1, 2, 2])
    one.tag("late", [0, 3])
    assert one.judgements()["prompt"].tolist() == ["1", "2"]


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log.parquet"])
def test_the_tag_tables_can_be_exported_with_a_missing_prompt(tmp_path: Path, name: str) -> None:
    one = lens(["Is it?", None, "Is it?", None])
    one.tag("late", [1])
    one.tag("whole", prompt="(no prompt)")
    back = ol.tags.read_table(ol.tags.write_table(one.tagged("late"), tmp_path / name))
    assert back["prompt"].isna().tolist() == [True]
    assert back["response"].tolist() == ["No."]
    log = ol.tags.read_table(ol.tags.write_table(one.tag_log, tmp_path / name))
    assert log["value"].tolist() == ["late", "whole"]


def test_a_lens_file_keeps_tags_of_rows_without_a_prompt(tmp_path: Path) -> None:
    one = lens(["Is it?", None, "Is it?", None])
    one.tag("late", [1])
    one.note("why?", [3])
    one.tag("whole", prompt="(no prompt)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # including the prompts that were not shown
        other = ol.open(one.save(tmp_path / "one.outlens"))
    pd.testing.assert_frame_equal(other.judgements(), one.judgements())
    assert other.prompt_tags["tags"].to_dict() == {"Is it?": (), "(no prompt)": ("whole",)}


def export(path: Path, *records: dict[str, str]) -> list[ol.tags.Judgement]:
    """Read a Label Studio export in which bob gave each record the tag in its field "tag"."""
    tasks = [
        {
            "data": {name: cell for name, cell in record.items() if name != "tag"},
            "annotations": [
                {"result": [{"from_name": "tags", "value": {"choices": [record["tag"]]}}], "completed_by": "bob"}
            ],
        }
        for record in records
    ]
    path.write_text(json.dumps(tasks))
    return ol.tags.read_label_studio(path)


@pytest.mark.parametrize("columns", [{}, {"model": ["a", "b", "a", "b"]}])
def test_a_record_without_a_key_and_prompt_finds_the_row_without_a_prompt(
    tmp_path: Path, columns: dict[str, list[str]]
) -> None:
    # "(no prompt)" is a real prompt here, so the rows without one get another label.
    frame = pd.DataFrame({"prompt": ["(no prompt)", None, "Is it?", None], "response": ["No.", "No.", "No.", "Yes."]})
    one = ol.Lens(frame.assign(**columns), prompt="prompt", vectors=VECTORS, annotator="ann", store=False)
    records = export(
        tmp_path / "export.json",
        {"text": "No.", "tag": "late"},
        {"text": "No.", "prompt": "Is it?", "tag": "early"},
    )
    assert repr(one.merge_tags(records)).startswith("2 events taken")
    assert one.frame["tags"].tolist() == [(), ("late",), ("early",), ()]
    # Reading it again adds nothing.
    assert repr(one.merge_tags(records)).startswith("0 events taken, 2 known")
    assert len(one.tag_log) == 2


def test_a_record_with_an_empty_prompt_finds_the_row_whose_prompt_is_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": [None, ""], "response": ["No.", "No."]})
    one = ol.Lens(frame, prompt="prompt", vectors=VECTORS[:2], annotator="ann", store=False)
    one.merge_tags(export(tmp_path / "export.json", {"text": "No.", "prompt": "", "tag": "late"}))
    assert one.frame["tags"].tolist() == [(), ("late",)]
