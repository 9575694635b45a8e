"""Data is read unchanged, and unreadable data raises an error that explains why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import outlens as ol
from outlens.outputs import read

TEXTS = ["Yes.", None, "  ", "Ünïcode 😀"]


def rows() -> list[dict[str, Any]]:
    return [{"prompt": "p", "response": t, "model": f"m{i % 2}", "n": i} for i, t in enumerate(TEXTS)]


def test_large_counts_in_warnings_have_separators() -> None:
    made = read({"prompt": [None] * 1500, "response": [None] * 1200 + ["x"] * 300})
    assert made.warnings == [
        "1,200 of 1,500 outputs are missing; kept as rows.",
        "1,500 of 1,500 outputs have no prompt; they are shown together as '(no prompt)'.",
    ]


def test_kinds_of_data_give_the_same_texts(tmp_path: Path) -> None:
    frame = pd.DataFrame(rows())
    kinds: list[Any] = [frame, rows(), frame.to_dict("list"), TEXTS, frame["response"]]
    files = {
        "a.csv": frame.to_csv(index=False),
        "a.tsv": frame.to_csv(index=False, sep="\t"),
        "a.jsonl": "\n".join(json.dumps(r) for r in rows()) + "\n\n",
        "a.json": json.dumps(rows()),
        "one.json": json.dumps({"prompt": "p", "responses": TEXTS}),
        "many.json": json.dumps([{"prompt": "p", "responses": TEXTS[:2]}, {"prompt": "q", "responses": TEXTS[2:]}]),
        "columns.json": json.dumps(frame.to_dict("list")),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
        kinds.append(tmp_path / name)
    frame.to_parquet(tmp_path / "a.parquet")
    kinds.append(str(tmp_path / "a.parquet"))
    for data in kinds:
        got = read(data)
        assert got.texts == ["Yes.", "", "  ", "Ünïcode 😀"], data
        assert (got.n_missing, got.n_blank) == (1, 1), data
        assert got.warnings == ["1 of 4 outputs is missing; kept as rows.", "1 of 4 outputs is blank; kept as rows."]


def test_alpaca_eval_lists(tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps([{"instruction": "Say hi.", "output": "Hi.", "generator": "g"}] * 2))
    got = read(path)
    assert (got.text, got.prompt, got.texts) == ("output", "instruction", ["Hi."] * 2)


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([7, 7, 7, 7]),
        pd.date_range("2026-01-01", periods=4),
        pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["k", "l"]),
        pd.RangeIndex(10, 50, 10, name="row"),
    ],
)
def test_index_order_and_dtypes_stay(index: pd.Index) -> None:
    frame = pd.DataFrame(
        {
            "z": pd.array([1, None, 3, 4], dtype="Int64"),
            "response": pd.Categorical(["a", "b", None, "a"]),
            "a": pd.to_datetime(["2026-01-01"] * 4),
        },
        index=index,
    )
    before = frame.copy(deep=True)
    lens = ol.Lens(frame, vectors=np.eye(4))
    mask = np.array([True, False, False, True])
    lens.select(mask)
    assert_frame_equal(lens.selected, frame[mask])
    assert lens.frame.index.equals(index)
    assert list(lens.frame.columns[:3]) == ["z", "response", "a"]
    assert_frame_equal(frame, before)


def test_later_changes_to_the_frame_do_not_reach_the_outputs() -> None:
    frame = pd.DataFrame({"response": ["a", "b"]})
    outputs = read(frame)
    frame.loc[0, "response"] = "changed"
    assert outputs.frame["response"].tolist() == ["a", "b"]


def test_prompts_come_in_order_of_first_appearance() -> None:
    got = read({"prompt": ["b", "a", None, "b"], "response": ["1", "2", "3", "4"]}).prompts()
    assert [(label, at.tolist()) for label, at in got] == [("b", [0, 3]), ("a", [1]), ("(no prompt)", [2])]


def positions(rows: Any) -> list[int]:
    frame = pd.DataFrame({"response": ["a", "b", "c"]}, index=["x", "y", "x"])
    return read(frame).positions(rows).tolist()


def test_positions_from_every_way_to_name_rows() -> None:
    assert positions(None) == []
    assert positions([True, False, True]) == [0, 2]
    assert positions("x") == positions(["x"]) == positions({"x"}) == [0, 2]
    assert positions(pd.Index(["y", "x"])) == [0, 1, 2]
    assert positions(pd.DataFrame({"response": ["b"]}, index=["y"])) == [1]
    assert positions([]) == []


BAD: list[tuple[Any, dict[str, Any], type[Exception], list[str]]] = [
    ({"foo": ["a"], "bar": ["b"]}, {}, ValueError, ["foo", "bar", "text="]),
    ({"response": ["a"], "output": ["b"]}, {}, ValueError, ["'response'", "'output'", "text="]),
    ({"response": ["a"]}, {"text": "respnse"}, KeyError, ["respnse", "did you mean 'response'"]),
    ({"response": ["a"], "model": ["b"]}, {"by": ["modle"]}, KeyError, ["modle", "did you mean 'model'"]),
    ({"response": ["a"]}, {"prompt": "question"}, KeyError, ["question", "'response'"]),
    ({"response": ["a", "b"], "k": [1, 1]}, {"id": "k"}, ValueError, ["'k'", "1"]),
    ({"response": ["a"], "model": ["a", "b"]}, {}, ValueError, ["lengths", "'model': 2"]),
    (["a", {"response": "b"}], {}, TypeError, ["mixes"]),
    (["a", 3], {}, TypeError, ["item 1", "int", "3"]),
    (42, {}, TypeError, ["int", "DataFrame"]),
    ("no-such-file.csv", {}, ValueError, ["no-such-file.csv"]),
    (pd.DataFrame([["a", "b"]], columns=["response", "response"]), {}, ValueError, ["two columns", "response"]),
]


@pytest.mark.parametrize(("data", "keywords", "error", "holds"), BAD)
def test_bad_input_raises_a_one_sentence_error(
    data: Any, keywords: dict[str, Any], error: type[Exception], holds: list[str]
) -> None:
    with pytest.raises(error) as raised:
        ol.Lens(data, **keywords, vectors=np.eye(1))
    message = str(raised.value.args[0])
    assert "\n" not in message
    for part in holds:
        assert part in message


@pytest.mark.parametrize(
    ("name", "content", "holds"),
    [
        ("a.jsonl", '{"response": "a"}\n{"response": ', ["line 2"]),
        ("a.json", '{"response": ["a",]}', ["line 1"]),
        ("a.parquet", "not parquet", ["not a parquet file"]),
        ("a.csv", "", ["a.csv"]),
        ("a.txt", "hello", [".txt", ".csv"]),
    ],
)
def test_a_file_that_does_not_match_its_suffix_is_refused(
    tmp_path: Path, name: str, content: str, holds: list[str]
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=r".") as raised:
        read(tmp_path / name)
    for part in holds:
        assert part in str(raised.value)


def test_missing_labels_are_named() -> None:
    with pytest.raises(KeyError, match="'nope'"):
        positions(["x", "nope"])
    with pytest.raises(ValueError, match="2 values for 3 rows"):
        positions([True, False])


@pytest.mark.model
def test_odd_texts_are_accepted(shared_data: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(shared_data / "odd_text.parquet").drop(columns=["prompt", "prompt_id"])
    column = next(c for c in frame.columns if c in ("response", "output", "text"))
    lens = ol.Lens(frame, text=column, model="fast")
    assert len(lens.frame) == len(frame)
    assert np.isfinite(lens.vectors).all()
    assert lens.to_html(tmp_path / "odd.html").stat().st_size > 0
    assert_frame_equal(lens.frame[frame.columns], frame)


WRITTEN = ["None", "N/A", "null", "NA", "nan", "37", "007", "1e5"]


@pytest.mark.parametrize(("suffix", "sep"), [(".csv", ","), (".tsv", "\t")])
def test_texts_of_a_table_file_stay_as_written(tmp_path: Path, suffix: str, sep: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(f"response{sep}n\n" + "".join(f"{t}{sep}{i}\n" for i, t in enumerate(WRITTEN)) + f"{sep}9\n")
    made = read(path)
    assert made.texts == [*WRITTEN, ""]
    assert made.n_missing == 1
    assert made.frame["n"].dtype == "int64"


def test_ints_of_a_json_file_stay_ints(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"response": v, "n": v}) + "\n" for v in (37, None, 12345678901234567)))
    made = read(path)
    assert made.texts == ["37", "", "12345678901234567"]
    assert pd.api.types.is_numeric_dtype(made.frame["n"])
    assert made.frame["n"].tolist()[2] == 12345678901234567


def test_a_mask_may_hold_missing_values() -> None:
    made = read(["sorry", None, "yes"])
    assert made.positions(pd.Series([True, None, False], dtype=object)).tolist() == [0]
    assert made.positions([True, None, False]).tolist() == [0]
    assert made.positions(made.frame["response"].str.contains("sorry")).tolist() == [0]


def test_rows_with_repeated_labels_are_distinguished() -> None:
    frame = pd.concat([pd.DataFrame({"response": ["a", "b"], "model": m}) for m in ("m1", "m2")])
    made = read(frame)
    assert made.positions(frame[frame.model == "m1"]).tolist() == [0, 1]
    assert made.positions(frame.iloc[[3]]).tolist() == [3]
    assert made.positions(frame).tolist() == [0, 1, 2, 3]
    assert made.positions(0).tolist() == [0, 2]
    with pytest.raises(ValueError, match="share a label"):
        made.positions(frame[frame.model == "m1"][["response"]])
    with pytest.raises(ValueError, match="share a label"):
        made.positions(pd.Series([True, False], index=[0, 1]))


def test_prompts_may_be_messages() -> None:
    messages = [{"role": "user", "content": "hi"}]
    made = read([{"prompt": messages, "response": "a"}, {"prompt": None, "response": "b"}])
    assert [(label, at.tolist()) for label, at in made.prompts()] == [(str(messages), [0]), ("(no prompt)", [1])]


def test_labels_in_any_collection() -> None:
    made = read(["a", "b", "c"])
    for some in ({0, 2}, {0: 1, 2: 1}.keys(), (i for i in (0, 2)), (0, 2), range(0, 3, 2)):
        assert made.positions(some).tolist() == [0, 2]
    with pytest.raises(ValueError, match="not a list of row labels"):
        made.positions([[0, 1]])
    many = read(pd.DataFrame({"response": ["a"]}, index=pd.MultiIndex.from_tuples([("x", 1)])))
    with pytest.raises((ValueError, KeyError), match=r"tuples|labelled"):
        many.positions("x")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", '{"response": "a"}\n"b"\n', "line 2 of .*a.jsonl"),
        ("a.jsonl", "1\n", "line 1 of .*a.jsonl"),
        ("a.json", '{"responses": "abc"}', "list of texts"),
        ("a.json", '"other.csv"', "a.json.* holds"),
    ],
)
def test_files_with_other_content_are_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        read(tmp_path / name)


def test_a_dict_of_one_text_is_refused() -> None:
    with pytest.raises(TypeError, match="dict of lists"):
        read({"response": "hello"})
