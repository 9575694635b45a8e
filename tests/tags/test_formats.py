"""Formats round-trip, and a damaged file raises an error that names the damage."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import outlens as ol
from outlens.tags.argilla import read_argilla, write_argilla
from outlens.tags.events import ACTIONS, Event, keys
from outlens.tags.events_file import read_events, write_events
from outlens.tags.judgements import Judgement, from_column, to_events
from outlens.tags.label_studio import read_label_studio, write_label_studio
from outlens.tags.merging import merge
from outlens.tags.tables import from_datasets, read_table, to_datasets, write_table

HARD = [
    'it\'s "so"',
    "👩‍👩‍👧",
    "two\nlines\r\n",
    "a,b;c\td",
    "שלום",
    "x" * 10_000,
    "=1+1",
    "-5",
    "@a",
    "'",
    "'=x",
    "[1]",
    "7",
]
ANY = st.one_of(
    st.sampled_from([*HARD, "\ud800", "\ud83d\ude00", "\x00\x85\u2028"]), st.text(st.characters(exclude_categories=()))
)
CLEAN = st.one_of(st.sampled_from(HARD), st.text(st.characters(exclude_categories=["Cs"])))
HEX = st.uuids().map(lambda value: value.hex)
EVENTS = st.builds(Event, HEX, st.integers(0, 2**53 - 1), ANY, ANY, st.sampled_from(ACTIONS), ANY, HEX, ANY)
FOLDER = Path(tempfile.mkdtemp())
TAGS = ANY.filter(lambda name: bool(name.strip()))
JUDGEMENTS = st.lists(
    st.builds(
        lambda key, who, tags, note, star: Judgement(f"id:{key}", f"text {key}", "p", who, tuple(tags), note, star),
        st.integers(0, 3), ANY, st.lists(TAGS, unique=True, max_size=3), ANY, st.booleans(),
    ),
    max_size=6, unique_by=lambda one: (one.key, one.annotator),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=4))
def test_events_come_back_exactly(events: list[Event]) -> None:
    path = FOLDER / "events.jsonl"
    assert read_events(write_events(path, events)) == events


def test_a_file_written_by_a_page_can_be_read(tmp_path: Path) -> None:
    # Like JSON.stringify, with the lone surrogate escaped.
    path = tmp_path / "page.jsonl"
    one = {"time": 5, "id": "a" * 32, "annotator": "ann", "key": "k", "action": "tag", "value": "\ud800é"}
    line = json.dumps({**one, "gesture": "b" * 32, "lens": ""})
    path.write_text('{"outlens":"events","version":1}\n' + line, "utf-8")
    assert read_events(path) == [Event("a" * 32, 5, "ann", "k", "tag", "\ud800é", "b" * 32, "")]


def line(**changes: object) -> str:
    return json.dumps({**GOOD, **changes})


GOOD = {
    "id": "a" * 32,
    "time": 1,
    "annotator": "",
    "key": "",
    "action": "tag",
    "value": "x",
    "gesture": "b" * 32,
    "lens": "",
}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "first line is not their header"),
        ("[]\n", "first line is not their header"),
        ('{"outlens": "events", "version": 3}\n', "has version 3, from a newer outlens"),
        ('{"outlens": "events", "version": true}\n', "not a version"),
        (line()[:-4], "line 3: damaged or cut off"),
        ("[" * 100_000, "line 3: damaged or cut off"),
        (line(action="burn"), "line 3: unknown action 'burn'"),
        (line(extra=1), "line 3: not an event"),
        (line(time=1.5), "line 3: the time 1.5"),
        (line(time=2**53), "line 3: the time"),
        (line(time=-1), "line 3: the time -1"),
        (line(key=None), "line 3: the field 'key' must be a string"),
        (line(id="A" * 32), "line 3: the id"),
    ],
)
def test_a_damaged_log_is_reported_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "events.jsonl"
    head = "" if "outlens" in text or text in ("", "[]\n") else '{"outlens": "events", "version": 1}\n' + line() + "\n"
    path.write_text(head + text, "utf-8")
    with pytest.raises(ValueError, match=message):
        read_events(path)


def test_bytes_that_are_not_text_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"{}\n\xff")
    with pytest.raises(ValueError, match="byte 3 is not UTF-8"):
        read_events(path)


@pytest.mark.parametrize(
    ("name", "excel"), [("t.csv", False), ("t.csv", True), ("t.jsonl", False), ("t.parquet", False)]
)
@settings(max_examples=settings().max_examples * 3 // 10)
@given(rows=st.lists(st.tuples(CLEAN, st.lists(CLEAN, max_size=3), st.integers(-9, 9), st.booleans()), min_size=1))
def test_a_table_comes_back_exactly(name: str, excel: bool, rows: list[tuple[str, list[str], int, bool]]) -> None:
    rows = [(text, [tag for tag in tags if tag.strip()], number, flag) for text, tags, number, flag in rows]
    frame = pd.DataFrame(rows, columns=["text", "tags", "=count", "refusal"])
    frame["score"] = frame["=count"] / 7
    back = read_table(write_table(frame, FOLDER / name, **({"excel": True} if excel else {})), excel)
    assert list(back.columns) == list(frame.columns)
    for column in frame:
        assert back[column].tolist() == frame[column].tolist()
    assert back.dtypes["=count"] == np.int64
    assert back.dtypes["refusal"] == np.bool_


def test_no_text_in_an_excel_file_is_a_formula_and_numbers_stay(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"=a": ["=1", "+1", "-1", "@x", "\tx", "\rx", "'x", "plain"], "n": [-1, -2, -3, 1, 2, 3, 4, 5]}
    )
    path = write_table(frame, tmp_path / "t.csv", excel=True)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))  # an independent reader
    assert rows[0] == ["'=a", "n"]
    assert [row[0] for row in rows[1:]] == ["'" + text for text in frame["=a"][:-1]] + ["plain"]
    assert [row[1] for row in rows[1:]] == ["-1", "-2", "-3", "1", "2", "3", "4", "5"]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_missing_cells_stay_missing(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame({"text": ["", None, "None"], "n": [1.5, np.nan, 2.0]})
    back = read_table(write_table(frame, tmp_path / name))
    assert back["text"].isna().tolist() == [False, True, False]
    assert back["text"][0] == ""
    assert back["n"].isna().tolist() == [False, True, False]


def test_a_csv_of_another_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('text,tags,7\n007,refusal,3\n1_000,x,1e3\n\n"two, words","[""a"", ""b""]",\n', "utf-8")
    back = read_table(path)
    assert back["text"].tolist() == ["007", "1_000", "two, words"]
    assert back["tags"].tolist() == [["refusal"], ["x"], ["a", "b"]]
    assert back["7"].tolist()[:2] == [3, 1000]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_lone_surrogate_is_refused_where_unsupported_and_the_old_file_stays(tmp_path: Path, name: str) -> None:
    path = write_table(pd.DataFrame({"text": ["old"]}), tmp_path / name)
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        write_table(pd.DataFrame({"text": ["\ud800"]}, dtype=object), path)
    assert read_table(path)["text"].tolist() == ["old"]
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_events(tmp_path / "e.jsonl", [])
    before = path.read_bytes()

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_events(path, to_events([Judgement("k", "", "", "a", ("t",))]))
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_wrong_paths_and_tables_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    for path, options, message in [
        ("t.xlsx", {}, "name the file .csv, .jsonl or .parquet"),
        ("t.jsonl", {"excel": True}, "excel=True is for .csv"),
        ("no/t.csv", {}, "does not exist"),
    ]:
        with pytest.raises(ValueError, match=message):
            write_table(frame, tmp_path / path, **options)
    with pytest.raises(ValueError, match="distinct names of type str"):
        write_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text('a\n"open', "utf-8")
    with pytest.raises(ValueError, match="damaged at character 2"):
        read_table(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("a\n1,2", "utf-8")
    with pytest.raises(ValueError, match="row 2: 2 cells, but the header has 1"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(("write", "read"), [(write_label_studio, read_label_studio), (write_argilla, read_argilla)])
@settings(max_examples=settings().max_examples * 3 // 5)
@given(judgements=JUDGEMENTS)
def test_judgements_come_back_exactly(write, read, judgements: list[Judgement]) -> None:  # type: ignore[no-untyped-def]
    back = read(write(FOLDER / "judgements.json", judgements))
    assert sorted(back, key=repr) == sorted(judgements, key=repr)


def test_annotations_made_in_label_studio_are_read(tmp_path: Path) -> None:
    def annotation(who: object, choices: list[str], **more: object) -> dict[str, object]:
        result = {"from_name": "tags", "to_name": "text", "type": "choices", "value": {"choices": choices}}
        return {"id": 1, "completed_by": who, "result": [result], **more}

    task = {
        "id": 7,
        "data": {"text": "An answer."},
        "annotations": [
            annotation(3, ["vague"]),
            annotation({"id": 4, "email": "b@x.org"}, ["odd", "vague"]),
            annotation(5, ["no"], was_cancelled=True),
        ],
        "predictions": [{"result": []}],
    }
    path = tmp_path / "ls.json"
    path.write_text(json.dumps([task]), "utf-8")
    key = keys(["An answer."])[0]
    assert read_label_studio(path) == [
        Judgement(key, "An answer.", "", "3", ("vague",)),
        Judgement(key, "An answer.", "", "b@x.org", ("odd", "vague")),
    ]


def test_argilla_knows_the_users_of_a_server(tmp_path: Path) -> None:
    user = "0b5f6d36-0000-4000-8000-000000000001"
    path = write_argilla(tmp_path / "a.json", [Judgement("id:1", "t", "p", "ann", ("x",))], {"ann": user})
    (record,) = json.loads(path.read_text("utf-8"))
    assert record["responses"] == {"tags": [{"value": ["x"], "user_id": user}]}
    del record["metadata"]
    path.write_text(json.dumps([record]), "utf-8")
    assert read_argilla(path)[0].annotator == user
    assert read_argilla(path, {"ann": user})[0].annotator == "ann"


@pytest.mark.parametrize("read", [read_label_studio, read_argilla])
@pytest.mark.parametrize(
    ("text", "message"), [("[{", "not JSON"), ("{}", "not a list"), ('[{"a": 1}]', "does not have the form")]
)
def test_a_wrong_export_is_refused(tmp_path: Path, read, text: str, message: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        read(path)


def test_a_column_can_be_imported_as_tags() -> None:
    cells = ["one", ["two", "three"], '["four", "five, six"]', None, np.nan, "", "[not json", np.array(["seven"]), []]
    events = from_column(cells, "ann", [f"k{i}" for i in range(9)])
    found = [(event.key, event.value) for event in events]
    assert found == [
        *[("k0", "one"), ("k1", "two"), ("k1", "three"), ("k2", "four"), ("k2", "five, six")],
        *[("k6", "[not json"), ("k7", "seven")],
    ]
    assert {(event.annotator, event.action) for event in events} == {("ann", "tag")}
    assert len({event.gesture for event in events}) == 1
    assert len({event.id for event in events}) == len(events)


def test_a_column_is_split_on_request() -> None:
    assert [event.value for event in from_column(["a; b;", "c"], "ann", ["x", "y"], sep=";")] == ["a", "b", "c"]


def test_a_column_of_other_values_is_refused() -> None:
    with pytest.raises(TypeError, match="3, which is not a tag"):
        from_column([3], "ann", ["x"])
    with pytest.raises(ValueError, match="1 cells but 2 keys"):
        from_column(["a"], "ann", ["x", "y"])
    with pytest.raises(TypeError, match=r"^values is the text 'ab'; give a list of cells, one for each key\.$"):
        from_column("ab", "ann", ["x", "y"])


def test_a_missing_datasets_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ImportError, match=r"pip install outlens\[datasets\]"):
        to_datasets(pd.DataFrame({"a": [1]}))


def test_datasets_come_back() -> None:
    pytest.importorskip("datasets")
    frame = pd.DataFrame({"text": HARD, "tags": [[name, "x"] for name in HARD]})
    assert from_datasets(to_datasets(frame)).to_dict("list") == frame.to_dict("list")


def test_the_log_of_a_lens_is_written_unchanged(tmp_path: Path) -> None:
    lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], annotator="ann", store=tmp_path / "tags.sqlite")
    lens.tag("half \ud83d", [0, 1])
    lens.undo()
    path = write_events(tmp_path / "log.jsonl", lens.tag_log)
    assert read_events(path) == merge(tmp_path / "tags.sqlite").events()
    assert write_events(tmp_path / "again.jsonl", read_events(path)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, r"^None is not a list of events; give lens\.tag_log"),
        (object(), r"^object is not a list of events; give lens\.tag_log"),
        ("log.jsonl", r"^'log\.jsonl' is not a list of events"),
        (["log.jsonl"], r"^the list of events holds 'log\.jsonl', which is not an Event; give lens\.tag_log"),
        (
            pd.DataFrame({"time": [1], "value": ["x"]}),
            r"^the table has no column 'id': the columns are 'time', 'value'",
        ),
    ],
)
def test_anything_but_events_is_refused_and_nothing_is_written(tmp_path: Path, given: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        write_events(tmp_path / "log.jsonl", given)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_label_studio, write_argilla])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, r"^NoneType is not a table of judgements; give lens\.judgements\(\)\.$"),
        (pd.DataFrame({"tag": ["x"]}), r"^DataFrame is not a table of judgements; give lens\.judgements\(\)\.$"),
    ],
)
def test_anything_but_judgements_is_refused(tmp_path: Path, write, given: object, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError, match=message):
        write(tmp_path / "x.json", given)


@pytest.mark.parametrize("read", [read_events, read_label_studio, read_argilla, read_table])
def test_a_missing_file_is_named(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(
        ValueError, match=r"^the file '.*gone\.parquet' does not exist; give the path of an existing file"
    ):
        read(tmp_path / "gone.parquet")
    with pytest.raises(ValueError, match=r"folder\.csv' is a folder; give the path of a file in it\.$"):
        read(tmp_path / "folder.csv")


def test_anything_but_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"^write_table was given a list; give a DataFrame"):
        write_table([], tmp_path / "t.csv")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^from_datasets was given a dict; give a datasets\.Dataset"):
        from_datasets({})
