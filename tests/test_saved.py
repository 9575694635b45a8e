"""A lens as a file and back: all of it, exactly, without the model; nothing else is taken for one."""

from __future__ import annotations

import datetime
import io
import json
import string
import threading
import uuid
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import outlens as ol
from outlens import saved, tags
from outlens.tags.events import tag_key
from outlens.tags.store import Store, StoreUnavailable

SAID = ["Take the train.", "Take the train!", "Walk there.", "Walk there, please.", "Ask my aunt.", "Take the train."]
VECTORS = np.array([[1, 0, 0], [1, 0.05, 0], [0, 1, 0], [0.05, 1, 0], [0, 0, 1], [1, 0, 0]])


def fails(texts: list[str]) -> Any:
    raise AssertionError(f"{len(texts)} texts were embedded")


def made(**more: Any) -> ol.Lens:
    frame = pd.DataFrame({"response": SAID, "model": list("aabbab")}, index=[f"r{i}" for i in range(6)])
    return ol.Lens(frame, **{"by": "model", "vectors": VECTORS, "store": False, "annotator": "ann", **more})


def again(lens: ol.Lens, **more: Any) -> ol.Lens:
    return ol.open(lens.save("lens.zip"), **{"store": False, "annotator": "ann", "model": fails, **more})


def same(frame: pd.DataFrame) -> None:
    """A frame comes back as it was."""
    back = again(ol.Lens(frame, text=frame.columns[0], vectors=np.ones((len(frame), 1)), store=False))
    equal(back._study.outputs.frame, frame)


def equal(found: pd.DataFrame, frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, frame, check_freq=True, check_column_type="exact", check_index_type="exact")
    assert found.attrs == frame.attrs
    assert type(found.index) is type(frame.index)
    for i in range(frame.shape[1]):
        assert found.dtypes.iloc[i] == frame.dtypes.iloc[i]
        if pd.api.types.is_object_dtype(frame.dtypes.iloc[i]):
            # The comparison of pandas takes 1, 1.0 and True for one, and None for NaN.
            assert list(map(told, found.iloc[:, i])) == list(map(told, frame.iloc[:, i]))


def told(cell: Any) -> str:
    return f"{type(cell).__name__} {cell!r}"


def test_all_of_a_lens_comes_back_and_nothing_is_embedded() -> None:
    one = made()
    one.tag("travel", ["r0", "r1"])
    one.note("who?", ["r4"])
    one.star(["r2"])
    one.tag("wrong", ["r5"])
    one.undo()
    one.recluster(0.8)
    one.rename(0, "By train")
    spans = pd.DataFrame({"output": [0, 2], "start": [5, 0], "end": [14, 4], "what": ["noun", "verb"]})
    one.highlight(spans, "mine", by="what")
    one.select(["r1", "r4"])
    one.view.pins = ["r4", "r0"]
    one.view.color = "model"
    one.view.layers = ["mine"]
    two = again(one)
    pd.testing.assert_frame_equal(two.frame, one.frame)
    pd.testing.assert_frame_equal(two.clusters, one.clusters)
    pd.testing.assert_frame_equal(two.tag_log, one.tag_log)
    pd.testing.assert_frame_equal(two.tags, one.tags)
    pd.testing.assert_frame_equal(two.visible, one.visible)
    assert two.clusters["name"][0] == "By train"
    assert two.vectors.tobytes() == one.vectors.tobytes()
    assert two.selected.index.tolist() == ["r1", "r4"]
    assert repr(two.view) == repr(one.view)
    assert repr(two) == repr(one)
    assert two._bridge.widget._info == one._bridge.widget._info
    for trait in ("_xy", "_texts", "_leaf", "_tree", "_typical", "_tagged", "_layers", "selection", "view", "renames"):
        assert getattr(two._bridge.widget, trait) == getattr(one._bridge.widget, trait), trait
    # What is undone can be done again, and what is there undone.
    assert two.undo() == one.undo()
    for granularity in (0, 0.3, 1):
        pd.testing.assert_frame_equal(two.recluster(granularity), one.recluster(granularity))
    assert two.tag("later", ["r3"]) is None


def test_the_same_lens_gives_the_same_bytes_also_when_it_was_opened() -> None:
    one = made(store=None)
    one.tag("travel", [True, False, False, False, False, True])
    first = one.save("a").read_bytes()
    assert one.save("b").read_bytes() == first
    two = ol.open("a", store=False, annotator="zoe")
    assert two.save("c").read_bytes() == first
    assert sorted(path.name for path in Path().iterdir()) == [".outlens", "a", "b", "c"]


def test_prompts_that_were_not_shown_are_made_when_they_are_shown() -> None:
    def model(texts: list[str]) -> Any:
        return [[len(text), text.count("e"), 1] for text in texts]

    frame = pd.DataFrame({"prompt": ["p", "q", "q", "r", "p", "r"], "response": SAID})
    one = ol.Lens(frame, model=model, store=False)
    one.prompt = "r"
    two = again(one, model=None)
    assert two.prompt == "r"
    with pytest.warns(UserWarning, match="2 of 3 prompts"):
        assert two.frame.index.tolist() == [0, 3, 4, 5]
    with pytest.raises(ValueError, match=r"model, 'function', is not taken from a file.*2 texts.*model=\.\.\."):
        two.prompt = "q"
    assert two.prompt == "r"
    three = again(two, model=model)
    three.prompt = "q"
    one.prompt = "q"
    assert three.vectors.tobytes() == one.vectors.tobytes()
    pd.testing.assert_frame_equal(three.clusters, one.clusters)


def test_own_vectors_come_back_for_prompts_that_were_not_shown() -> None:
    frame = pd.DataFrame({"prompt": ["p", "q", "q", "r", "p", "r"], "response": SAID})
    one = ol.Lens(frame, vectors=VECTORS, store=False)
    two = again(one)
    for prompt in "qrp":
        one.prompt = two.prompt = prompt
        assert two.vectors.tobytes() == one.vectors.tobytes()


def test_a_name_of_a_model_is_not_loaded_because_a_file_says_so() -> None:
    one = made(vectors=None, model=lambda texts: np.eye(len(texts)))
    one._study.engine = replace(one._study.engine, model="somebody/model")
    two = again(one, model=None)
    assert two._bridge.widget._info["params"].startswith("somebody/model")
    with pytest.raises(ValueError, match=r"open\(path, model='somebody/model'\)"):
        two._study.engine.model(["a"])
    one._study.engine = replace(one._study.engine, model="fast")
    assert again(one, model=None)._study.engine.model == "fast"


def test_tags_are_added_to_the_store_once_and_to_what_is_there() -> None:
    one = made(store="mine.sqlite")
    one.tag("travel", ["r0"])
    path = one.save("lens.zip")
    for _ in range(2):
        two = ol.open(path, store="other.sqlite", annotator="bob")
    two.tag("slow", ["r2"])
    three = ol.open(path, store="other.sqlite", annotator="ann")
    assert three.tags[["ann", "bob"]].to_dict() == {"ann": {"slow": 0, "travel": 1}, "bob": {"slow": 1, "travel": 0}}
    assert len(Store("other.sqlite").events()) == 2
    assert ol.open(path).tags["outputs"].to_dict() == {"travel": 1}
    assert Path(".outlens/tags.sqlite").exists()


def test_what_was_said_of_other_outputs_is_not_in_the_file() -> None:
    one, other = made(store="s.sqlite"), ol.Lens(["Secret."], vectors=[[1]], store="s.sqlite", annotator="ann")
    other.tag("secret", [0])
    other.undo()
    one.tag("travel", ["r0"])
    one.undo()
    one._tags.session.define("travel", description="by any means")
    path = one.save("lens.zip")
    assert b"secret" not in zipfile.ZipFile(path).read("events.jsonl")
    log = ol.open(path, store=False).tag_log
    assert log[["action", "value"]].iloc[:2].to_numpy().tolist() == [["tag", "travel"], ["undo", log["gesture"][0]]]
    assert log["key"].tolist()[2] == tag_key("travel")
    # The member is a file of events as other tools read it.
    zipfile.ZipFile(path).extract("events.jsonl")
    assert tags.read_events("events.jsonl") == one._tags.session.store.events(one._tags.keys)[1:]


def test_tags_that_could_not_be_written_are_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    one = made()
    one.tag("travel", ["r0"])

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(one._tags.session.store, "record", full)
    with pytest.raises(StoreUnavailable):
        one.tag("slow", ["r2", "r3"])
    first = one.save("a").read_bytes()
    assert one.save("b").read_bytes() == first
    assert ol.open("a", store=False).tagged("slow").index.tolist() == ["r2", "r3"]


def test_nothing_is_left_where_it_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    lens = made()
    Path("kept").write_bytes(b"old")
    Path("folder").mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "writestr", full)
        with pytest.raises(OSError, match="No space"):
            lens.save("kept")
    with monkeypatch.context() as patch:
        patch.setitem(lens._state.view, "pins", [99])
        with pytest.raises(ValueError, match=r"would not open again \(its view.pins is \[99\]\)"):
            lens.save("kept")
    with pytest.raises(ValueError, match="is a folder"):
        lens.save("folder")
    with pytest.raises(ValueError, match="does not exist"):
        lens.save("nowhere/lens")
    assert Path("kept").read_bytes() == b"old"
    assert sorted(path.name for path in Path().iterdir()) == ["folder", "kept"]


# Frames


def test_columns_of_every_dtype_come_back() -> None:
    n = 4
    when = pd.to_datetime(["2024-03-01", None, "1900-01-01T00:00:01", "2261-01-01"], format="ISO8601")
    frame = pd.DataFrame({"text": ["a", None, "\ud83d\ude00", "\ud83d"]}, dtype=object)
    frame["str"] = pd.Series(["a", None, "", "é"], dtype="str")
    for storage in ("python", "pyarrow"):
        frame[storage] = pd.array(["x", pd.NA, "z", ""], dtype=pd.StringDtype(storage))
    for kind in ("i1", "u8", "f2", "f4", "f8", "c16", "?", "M8[s]", "M8[us]", "m8[ms]"):
        frame[kind] = pd.Series(np.arange(n), dtype="i8").astype(kind if kind != "M8[us]" else "M8[us]")
    frame["nan"] = [np.nan, -0.0, np.inf, 1e-320]
    for kind in ("Int8", "UInt64", "Float32", "boolean"):
        frame[kind] = pd.array([1, None, 0, 1], dtype=kind)
    frame["zone"] = when.tz_localize("UTC").tz_convert("Europe/Berlin").as_unit("s")
    frame["utc"] = when.tz_localize("UTC").as_unit("ns")
    frame["offset"] = when.tz_localize(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    frame["category"] = pd.Categorical(["b", None, "a", "b"], ["c", "b", "a"], ordered=True)
    frame["numbers"] = pd.Categorical([3, 1, 3, 2])
    frame["days"] = pd.Categorical(when)
    frame["bin"] = pd.cut([1.0, 2.5, np.nan, 9], [0, 2, 5, 10])
    frame["interval"] = pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3, 4], closed="left")
    for freq in ("M", "Q-NOV", "2h"):
        frame[freq] = pd.period_range("2024-01", periods=n, freq=freq)
    frame.attrs = {"source": ("file", 3)}
    same(frame)
    same(frame.iloc[:0])


def test_cells_of_every_kind_come_back() -> None:
    cells = [
        None, np.nan, pd.NA, pd.NaT, float("inf"), True, 0, 1.0, 10**30, "x", "", [], [1, [2.5, None]], {}, {"a": [{}]},
        {"$": 1}, {1: "a", None: 2}, (1, ("b",)), np.float32(1.5), np.int64(3), np.bool_(True), np.array([[1, 2]]),
        np.zeros((0, 3), ">f4"), np.datetime64("2024-01-01", "D"), b"\x00\xff", Decimal("1.10"), uuid.UUID(int=5),
        datetime.date(2024, 2, 29), datetime.time(1, 2, 3), datetime.datetime(2024, 1, 1, 2, 3, 4, 5),
        datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), pd.Timestamp("2024-01-01 00:00:00.000000001"),
        pd.Timestamp("2024-07-01", tz="Europe/Berlin"), pd.Timedelta("3h"), complex(1, 2).real, -0.0,
    ]  # fmt: skip
    frame = pd.DataFrame({"text": pd.Series(["t"] * len(cells), dtype=object)})
    frame["cell"] = pd.Series(cells, dtype=object)
    same(frame)
    frame["cell"] = pd.Series([[1, 2]] * len(cells), dtype=object)
    same(frame)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(7, 1, -2, name="n"),
        pd.Index([3, 3, 1], name=("a", 1)),
        pd.Index(["a", None, "a"], dtype=object),
        pd.Index(["a", "b", "a"], dtype="str", name="s"),
        pd.Index([1, "a", (2, 3)], dtype=object, tupleize_cols=False),
        pd.Index([0.5, np.nan, 0.5]),
        pd.Index([True, False, True]),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 1), (np.nan, 2)], names=["x", None]),
        pd.MultiIndex.from_product([["a"], pd.date_range("2024", periods=3, tz="Asia/Tokyo")])[[0, 2, 0]],
        pd.date_range("2024-01-31", periods=3, freq="ME", name="d"),
        pd.DatetimeIndex(["2024-01-01", "2024-01-01", None]),
        pd.timedelta_range("1h", periods=3, freq="2h"),
        pd.bdate_range("2024-12-23", periods=3, freq="C", holidays=["2024-12-25"]),
        pd.CategoricalIndex(["x", "y", "x"]),
        pd.interval_range(0, 3),
        pd.period_range("2024", periods=3, freq="D"),
    ],
    ids=lambda index: f"{type(index).__name__}-{index.dtype}",
)
def test_every_index_comes_back(index: pd.Index[Any]) -> None:
    frame = pd.DataFrame({"text": ["a", "b", "c"], "k": [1, 2, 3]}).set_axis(index)
    back = again(ol.Lens(frame, vectors=np.ones((3, 1)), store=False))._study.outputs.frame
    if getattr(index, "freqstr", None) == "C":
        # Its holidays have no name.
        frame.index.freq = None
    pd.testing.assert_frame_equal(back, frame, check_index_type="exact")
    assert back.index.names == frame.index.names
    wide = pd.DataFrame([["text", 1, 2]], columns=index) if index.is_unique else frame
    equal(
        again(ol.Lens(wide, text=wide.columns[0], vectors=np.ones((len(wide), 1)), store=False))._study.outputs.frame,
        wide,
    )


TEXT = st.text(st.characters(codec=None, categories=["L", "N", "P", "Z", "C"]), max_size=6)
CELL = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.dates() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.just("$"), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    n = draw(st.integers(0, 4))
    times = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2262, 1, 1))
    columns = {
        "object": st.lists(CELL, min_size=n, max_size=n),
        "int64": st.lists(st.integers(-(2**63), 2**63 - 1), min_size=n, max_size=n),
        "float64": st.lists(st.floats(), min_size=n, max_size=n),
        "Int64": st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=n, max_size=n),
        "datetime64[ns]": st.lists(st.none() | times, min_size=n, max_size=n),
        "category": st.lists(st.none() | st.sampled_from(["a", "", "é"]), min_size=n, max_size=n),
    }
    frame = pd.DataFrame({"text": pd.Series(draw(st.lists(TEXT, min_size=n, max_size=n)), dtype=object)})
    for kind in draw(st.lists(st.sampled_from(sorted(columns)), max_size=4, unique=True)):
        frame[kind] = pd.Series(draw(columns[kind]), dtype="object").astype(kind)
    labels = draw(st.lists(st.none() | TEXT | st.integers(), min_size=n, max_size=n))
    return frame.set_axis(pd.Index(labels, dtype=object)) if draw(st.booleans()) else frame


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames())
def test_any_frame_comes_back(frame: pd.DataFrame) -> None:
    pack = saved._Pack()
    described = saved._load(saved._dump(saved._frame(frame, pack)))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        head = {"outlens": "lens", "version": 1, "members": {name: len(data) for name, data in pack.members.items()}}
        for name, data in [("manifest.json", json.dumps(head)), *pack.members.items()]:
            packed.writestr(name, data)
    back = saved._read_frame(described, saved._Unpack(zipfile.ZipFile(file), len(file.getvalue()), "it"))
    equal(back, frame)


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([threading.Lock()], r"the column 'odd' holds <unlocked.*of type lock"),
        ([object()], "of type object"),
        ([{1, 2}], "of type set"),
        ([np.array([None])], "of type ndarray"),
        (pd.arrays.SparseArray([1]), r"the column 'odd' has the dtype Sparse"),
        ([nested(100_000)], "too deep"),
    ],
)
def test_what_no_file_can_hold_is_told_with_its_column(cells: Any, said: str) -> None:
    frame = pd.DataFrame({"text": ["a"]})
    frame["odd"] = pd.Series(cells, dtype=None if hasattr(cells, "dtype") else object)
    lens = ol.Lens(frame, vectors=[[1]], store=False)
    with pytest.raises(ValueError, match=said):
        lens.save("lens.zip")
    assert not Path("lens.zip").exists()


# Files that are none, or no longer


def refused(data: bytes, said: str) -> None:
    """A file is refused with one sentence on what is wrong, and left as it is; no store is made."""
    path = Path("bad")
    path.write_bytes(data)
    with pytest.raises(ValueError, match=said) as told:
        ol.open(path)
    assert "'bad'" in str(told.value)
    assert "\n" not in str(told.value)
    assert path.read_bytes() == data
    assert not Path(".outlens").exists()


def packed(change: Any = None, **more: Any) -> bytes:
    """A lens's file in which a JSON member is changed, and the manifest fits again."""
    with zipfile.ZipFile(made().save("whole")) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    manifest, lens = json.loads(members.pop("manifest.json")), json.loads(members["lens.json"])
    if change is not None:
        change(lens, members)
    members["lens.json"] = json.dumps(lens).encode()
    manifest["members"] = {name: len(data) for name, data in members.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for name, data in [("manifest.json", json.dumps({**manifest, **more})), *members.items()]:
            changed.writestr(name, data)
    return file.getvalue()


def test_a_file_of_something_else_is_no_lens() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    for data in (b"", b"X", b"response\nYes.\n", string.printable.encode(), other.getvalue(), packed(outlens="other")):
        refused(data, "is not a file that lens.save wrote")
    with pytest.raises(ValueError, match="there is no file 'gone'"):
        ol.open("gone")
    with pytest.raises(ValueError, match="there is no file"):
        ol.open(Path())


def test_a_newer_file_is_refused_and_one_with_more_settings_is_not() -> None:
    refused(packed(version=2), r"newer outlens \(format 2, this one reads 1\); update outlens")
    Path("later").write_bytes(packed(lambda lens, _: lens["view"].update(glow=True)))
    assert ol.open("later", store=False).save("same").exists()


def test_one_wrong_byte_gives_an_error_or_the_same_lens() -> None:
    one = made(store="s.sqlite")
    one.tag("travel", ["r0"])
    whole = one.save("whole").read_bytes()
    for at in range(0, len(whole), 100):
        for bit in (1, 0x80):
            data = bytearray(whole)
            data[at] ^= bit
            Path("bad").write_bytes(data)
            try:
                parts = saved.read("bad")
            except ValueError as error:
                said = str(error)
            else:
                # Such as the date of a member, which is nothing of the lens's.
                assert saved.write("again", parts).read_bytes() == whole
                continue
            assert said.startswith("'bad' ")
            assert said.endswith("The file is left as it is.")


def test_a_file_that_is_cut_off_is_refused() -> None:
    whole = made().save("whole").read_bytes()
    for size in (4, 30, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        refused(whole[:size], "is damaged or cut off")


def test_a_file_that_swells_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("manifest.json", json.dumps({"outlens": "lens", "version": 1, "members": {"lens.json": 1 << 20}}))
        bomb.writestr("lens.json", bytes(1 << 20))
    data = file.getvalue()
    refused(data, "is damaged")
    saved.MOST, most = 1 << 19, saved.MOST
    try:
        refused(data, "would unpack to 1,04")
    finally:
        saved.MOST = most


def test_a_forged_file_is_refused() -> None:
    def array(name: Any, values: Any) -> Any:
        def change(lens: dict[str, Any], members: dict[str, Any]) -> None:
            where = lens["lands"][0]
            file = io.BytesIO()
            np.save(file, values)
            members[where["tree"].get(name) or where[name]] = file.getvalue()

        return change

    def put(value: Any, *place: Any) -> Any:
        def change(lens: dict[str, Any], _: Any) -> None:
            for step in place[:-1]:
                lens = lens[step]
            lens[place[-1]] = value

        return change

    class Evil:
        def __reduce__(self) -> Any:
            return Path.touch, (Path("run"),)

    def pickled(_: Any, members: dict[str, Any]) -> None:
        name = next(name for name in members if name.endswith(".npy"))
        file = io.BytesIO()
        np.save(file, np.array([Evil()], object), allow_pickle=True)
        members[name] = file.getvalue()

    def huge(_: Any, members: dict[str, Any]) -> None:
        name = next(name for name in members if name.endswith(".npy"))
        file = io.BytesIO()
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)})
        members[name] = file.getvalue()

    changes = [
        pickled, huge,
        array("vectors", np.full((6, 3), np.nan, "f4")), array("vectors", np.ones((6, 3), "f4")),
        array("vectors", np.eye(5, 3, dtype="f4")), array("xy", np.full((6, 2), np.inf, "f4")),
        array("leaf", np.full(6, 99, "i4")), array("leaf", np.full(6, -1, "i4")), array("leaf", np.zeros(6)),
        array("levels", np.full((21, 3), 7, "i4")), array("sizes", np.zeros(3, "i8")),
        array("medoids", np.full(3, 6, "i8")),
        put(99, "text"), put(True, "text"), put([5], "by"), put(-1, "shown"), put(2.0, "granularity"), put([], "lands"),
        put({"pins": [6]}, "view"), put({"layers": [1]}, "view"), put("x", "view"), put("", "frame", "index", "kind"),
        put(7, "frame", "rows"), put("x", "frame", "data", 0, "kind"), put("../x", "selection"),
        put("manifest.json", "selection"), put({"$": "os.system", "v": "touch run"}, "frame", "attrs"),
        put({"$": "array", "v": ["|O", [1], "AAAAAAAAAAA=", False]}, "frame", "attrs"),
    ]  # fmt: skip
    for change in changes:
        refused(packed(change), "is damaged")
    assert not Path("run").exists()


def test_a_store_that_cannot_be_used_is_told_and_left_alone() -> None:
    one = made()
    one.tag("travel", ["r0"])
    path = one.save("lens.zip")
    Path("notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="not a tag store"):
        ol.open(path, store="notes.txt")
    assert Path("notes.txt").read_text() == "mine"
    assert ol.open(path, store=False).tags["outputs"].to_dict() == {"travel": 1}


def test_an_empty_lens_comes_back() -> None:
    two = again(ol.Lens(pd.DataFrame({"response": []}), vectors=np.zeros((0, 2)), store=False))
    assert len(two.frame) == 0
    assert list(saved.read("lens.zip").lands) == [0]


def test_the_sample_comes_back() -> None:
    frame = ol.sample()
    one = ol.Lens(frame, vectors=np.random.default_rng(0).normal(size=(len(frame), 8)), store=False)
    one.recluster(1)
    two = again(one)
    pd.testing.assert_frame_equal(two._study.outputs.frame, one._study.outputs.frame)
    pd.testing.assert_frame_equal(two.clusters, one.clusters)
    assert two._bridge.widget._tree == one._bridge.widget._tree


def test_texts_come_back_where_pyarrow_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"text": ["a", None]})
    path = ol.Lens(frame, vectors=[[1], [1]], store=False).save("lens.zip")

    class Missing(pd.StringDtype):
        def __init__(self, storage: str, na_value: Any = pd.NA) -> None:
            if storage == "pyarrow":
                raise ImportError("pyarrow")
            super().__init__(storage, na_value)

    monkeypatch.setattr(saved.pd, "StringDtype", Missing)
    back = saved.read(path).outputs
    assert back.texts == ["a", ""]
    assert back.frame.dtypes["text"].storage == "python"


def test_an_order_by_a_ranking_that_is_not_kept_is_not_kept_either() -> None:
    one = made()
    one._bridge.widget.view = {**one._bridge.widget.view, "order": "ranked"}
    assert again(one).view.order == "row"
    assert one.view.order == "ranked"
