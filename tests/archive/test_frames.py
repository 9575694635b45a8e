"""A frame survives a file whatever its dtypes, cells and indexes; unsupported values are named."""

from __future__ import annotations

import datetime
import io
import json
import threading
import uuid
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import outlens as ol
from outlens import archive
from outlens.archive import container, frames


def again(lens: ol.Lens) -> ol.Lens:
    return ol.open(lens.save("lens.zip"), store=False)


def same(frame: pd.DataFrame) -> None:
    """Assert that a frame came back unchanged."""
    back = again(ol.Lens(frame, text=frame.columns[0], vectors=np.ones((len(frame), 1)), store=False))
    equal(back._study.outputs.frame, frame)


def equal(found: pd.DataFrame, frame: pd.DataFrame) -> None:
    pd.testing.assert_index_equal(found.columns, frame.columns, exact="exact")
    # pandas 2.2 cannot compare lists and structs of Arrow: compare Arrow's own values below.
    plain = [i for i, dtype in enumerate(frame.dtypes) if not isinstance(dtype, pd.ArrowDtype)]
    pd.testing.assert_frame_equal(
        found.iloc[:, plain], frame.iloc[:, plain], check_freq=True, check_column_type="exact", check_index_type="exact"
    )
    assert found.attrs == frame.attrs
    assert type(found.index) is type(frame.index)
    for i, dtype in enumerate(frame.dtypes):
        assert found.dtypes.iloc[i] == dtype
        cells, wanted = found.iloc[:, i], frame.iloc[:, i]
        if isinstance(dtype, pd.ArrowDtype):
            cells, wanted = (pa.array(column.array).to_pylist() for column in (cells, wanted))
        if isinstance(dtype, pd.ArrowDtype) or pd.api.types.is_object_dtype(dtype):
            # pandas treats 1, 1.0 and True as equal, and None and NaN.
            assert list(map(printed, cells)) == list(map(printed, wanted))


def printed(cell: Any) -> str:
    return f"{type(cell).__name__} {cell!r}"


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
        pd.Interval(0, 1.5, "both"), pd.Period("2024-02", "M"),
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
        # The holidays have no name.
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
def any_frame(draw: st.DrawFn) -> pd.DataFrame:
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


@settings(max_examples=settings().max_examples * 3 // 5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(any_frame())
def test_any_frame_comes_back(frame: pd.DataFrame) -> None:
    pack = container.Packer()
    described = container.from_json(container.to_json(frames.pack_frame(frame, pack)))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        head = {"outlens": "lens", "version": 1, "members": {name: len(data) for name, data in pack.members.items()}}
        for name, data in [("manifest.json", json.dumps(head)), *pack.members.items()]:
            packed.writestr(name, data)
    back = frames.unpack_frame(described, container.Unpacker(io.BytesIO(file.getvalue()), "it"))
    equal(back, frame)


def test_arrow_columns_come_back() -> None:
    cells: dict[Any, list[Any]] = {
        pa.string(): ["a", None, "é"], pa.large_string(): ["a", None, ""], pa.bool_(): [True, None, False],
        pa.int64(): [2**63 - 1, None, -1], pa.uint8(): [255, None, 0], pa.float32(): [0.1, None, np.inf],
        pa.float64(): [np.nan, 1e-320, -0.0], pa.binary(): [b"\x00\xff", None, b""],
        pa.date32(): [datetime.date(2024, 2, 29), None, datetime.date(1, 1, 1)],
        pa.timestamp("ns"): [1709251200000000001, None, -1],
        pa.timestamp("us", "Europe/Berlin"): [1, None, -(2**50)],
        pa.duration("ms"): [datetime.timedelta(days=1), None, datetime.timedelta(0)],
        pa.time64("ns"): [datetime.time(1, 2, 3, 4), None, datetime.time(0)],
        pa.time32("s"): [datetime.time(1, 2, 3), None, datetime.time(0)],
        pa.decimal128(9, 2): [Decimal("1.10"), None, Decimal("-3.00")],
        pa.list_(pa.string()): [["a", None], None, []],
        pa.struct([("x", pa.int64()), ("y", pa.list_(pa.bool_()))]): [{"x": 1, "y": [True]}, None, {"x": 2, "y": []}],
        pa.dictionary(pa.int8(), pa.string()): ["a", None, "a"],
        pa.null(): [None, None, None],
    }  # fmt: skip
    frame = pd.DataFrame({"text": ["a", "b", "c"]})
    for kind, values in cells.items():
        frame[str(kind)] = pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind)))
    same(frame)
    same(frame.iloc[:0])
    same(frame.set_index(str(pa.int64()))[["text"]])


def test_an_unsupported_arrow_column_is_named() -> None:
    frame = pd.DataFrame({"text": ["a"]})
    kind = pa.map_(pa.string(), pa.int64())
    frame["odd"] = pd.Series(pd.arrays.ArrowExtensionArray(pa.array([[("a", 1)]], kind)))
    with pytest.raises(ValueError, match=r"the column 'odd' has the dtype map.*\.astype\(str\)"):
        ol.Lens(frame, vectors=[[1]], store=False).save("lens.zip")
    assert not Path("lens.zip").exists()


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([threading.Lock()], r"the column 'odd' holds <unlocked.*of type lock"),
        ([object()], "of type object"),
        ([{1, 2}], "of type set"),
        ([np.array([None])], "of type ndarray"),
        (pd.arrays.SparseArray([1]), r"the column 'odd' has the dtype Sparse"),
        ([nested(100_000)], "too deep"),
    ],
)
def test_an_unsupported_value_is_reported_with_its_column(cells: Any, message: str) -> None:
    frame = pd.DataFrame({"text": ["a"]})
    frame["odd"] = pd.Series(cells, dtype=None if hasattr(cells, "dtype") else object)
    lens = ol.Lens(frame, vectors=[[1]], store=False)
    with pytest.raises(ValueError, match=message):
        lens.save("lens.zip")
    assert not Path("lens.zip").exists()


def test_texts_come_back_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"text": ["a", None]})
    path = ol.Lens(frame, vectors=[[1], [1]], store=False).save("lens.zip")

    class Missing(pd.StringDtype):
        def __init__(self, storage: str, na_value: Any = pd.NA) -> None:
            if storage == "pyarrow":
                raise ImportError("pyarrow")
            super().__init__(storage, na_value)

    monkeypatch.setattr(frames.pd, "StringDtype", Missing)
    back = archive.read(path).outputs
    assert back.texts == ["a", ""]
    # Before pandas 3 a column of texts has dtype object, with or without pyarrow.
    assert getattr(back.frame.dtypes["text"], "storage", "python") == "python"
