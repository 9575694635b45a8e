"""All kinds of files give the same values, and unreadable ones raise an error with the fix."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.outputs import read


@pytest.mark.parametrize(
    "values",
    [
        [0.7, 1.0, 0.7],
        [1, 2, 10],
        [1, None, 2],
        [True, False, True],
        ["None", "NA", "x"],
        ["007", "7", "8"],
        ["a", None, "b"],
    ],
    ids=str,
)
def test_a_by_column_has_the_same_values_from_every_file(tmp_path: Path, values: list[Any]) -> None:
    rows = [{"response": f"text {i}", "k": value} for i, value in enumerate(values)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "a.csv").write_text(
        "response,k\n" + "".join(f"text {i},{'' if v is None else v}\n" for i, v in enumerate(values))
    )
    lines, table = (read(tmp_path / name, by="k").frame["k"] for name in ("a.jsonl", "a.csv"))
    assert [None if pd.isna(v) else v for v in table] == values
    if pd.api.types.is_numeric_dtype(lines):
        pd.testing.assert_series_equal(table, lines)


@pytest.mark.parametrize(
    ("data", "keywords", "error", "holds"),
    [
        ("A sentence of more than two hundred and fifty-five characters. " * 5, {}, ValueError, ["list", "[text]"]),
        ({"response": ["a", "b"], "k": [[1], [1]]}, {"id": "k"}, ValueError, ["'k' has the value [1] in 2 rows"]),
        ("https://example.org/a.csv", {}, ValueError, ["web address", "pd.read_csv"]),
        ("s3://bucket/a.parquet", {}, ValueError, ["web address", "pd.read_parquet"]),
        ("So sorry, I cannot help.\nAsk somebody else.", {}, ValueError, ["So sorry", "list", "[text]"]),
        ("x" * 5000, {}, ValueError, ["list", "[text]"]),
        ("a\0b.csv", {}, ValueError, ["list", "[text]"]),
        ("folder", {}, ValueError, ["'folder' is a folder"]),
        ("a.csv.gz", {}, ValueError, ["'a.csv.gz'", ".gz", ".csv"]),
        ("latin.csv", {}, ValueError, ["'latin.csv'", "UTF-8"]),
        (b"bytes", {}, TypeError, ["bytes", "DataFrame"]),
        ({"response": ["a"]}, {"text": ["response"]}, KeyError, ["text=['response'] is not a column", "'response'"]),
        ({"response": ["a"]}, {"prompt": True}, TypeError, ["prompt is True", "False"]),
        ({"response": ["a", "b", "c"], "k": [1, "1", 2]}, {"id": "k"}, ValueError, ["'k'", "1 and '1'", "print alike"]),
        ({"response": ["a", "b"], "k": [7.0, "7"]}, {"id": "k"}, ValueError, ["7.0 and '7'"]),
        ({"response": ["a", "b", "c"], "k": [1, 2, 1]}, {"id": "k"}, ValueError, ["'k' has the value 1 in 2 rows"]),
        (
            {"response": ["a", "b", "c"], "k": [1, None, 2]},
            {"id": "k"},
            ValueError,
            ["'k' has no value in 1 of 3 rows"],
        ),
        ({"response": ["a"], "output": ["b"]}, {}, ValueError, ["'response' and 'output'", "text='response'"]),
    ],
)
def test_a_wrong_call_raises_a_one_sentence_error(
    tmp_path: Path, data: Any, keywords: dict[str, Any], error: type[Exception], holds: list[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.csv.gz").write_bytes(b"\x1f\x8b")
    (tmp_path / "latin.csv").write_bytes("response\nGrün\n".encode("latin-1"))
    with pytest.raises(error) as raised:
        ol.Lens(data, **keywords, vectors=np.eye(1))
    message = str(raised.value)
    for part in holds:
        assert part in message
    assert "\n" not in message
    assert "np." not in message
    assert len(message) < 300


def test_json_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)
    # Finalizers of other tests would fail at the recursion limit.
    gc.collect()
    gc.disable()
    try:
        with pytest.raises(ValueError, match=r"deep.json' is not JSON: nested too deeply\."):
            read(path)
    finally:
        gc.enable()


def test_an_unreadable_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n")

    def denied(*_: object, **__: object) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ValueError, match=r"'.*a.jsonl' could not be read: Permission denied\."):
        read(path)


PROMPTS = {"prompt": ["p", "q", None, "p"], "response": list("abcd")}


def test_prompt_false_does_not_split_by_a_column_of_that_name() -> None:
    split, whole = read(PROMPTS), read(PROMPTS, prompt=False)
    assert [label for label, _ in split.prompts()] == ["p", "q", "(no prompt)"]
    assert whole.prompt is None
    assert [(label, at.tolist()) for label, at in whole.prompts()] == [("", [0, 1, 2, 3])]
    assert ol.Lens(PROMPTS, prompt=False, vectors=np.eye(4), store=False).prompts == [""]


@pytest.mark.parametrize("gone", [None, float("nan"), pd.NA, pd.NaT])
def test_missing_prompts_form_one_prompt_with_a_warning(gone: Any) -> None:
    prompts = pd.Series(["p", gone, "p", gone], dtype=object)
    made = read(pd.DataFrame({"prompt": prompts, "response": list("abcd")}))
    assert [(label, at.tolist()) for label, at in made.prompts()] == [("p", [0, 2]), ("(no prompt)", [1, 3])]
    assert made.prompt_labels() == ["p", "(no prompt)", "p", "(no prompt)"]
    assert made.warnings == ["2 of 4 outputs have no prompt; they are shown together as '(no prompt)'."]


def test_a_prompt_spelled_like_the_missing_one_stays_separate() -> None:
    made = read({"prompt": ["(no prompt)", None], "response": ["a", "b"]})
    labels = [label for label, _ in made.prompts()]
    assert len(set(labels)) == 2
    assert labels[0] == "(no prompt)"
