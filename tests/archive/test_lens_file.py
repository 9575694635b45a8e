"""A lens survives a file exactly, without its model; other files are refused."""

from __future__ import annotations

import datetime
import functools
import io
import json
import string
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import outlens as ol
from outlens import archive, tags
from outlens.archive import container
from outlens.tags.events import tag_key
from outlens.tags.store import Store, StoreUnavailable

TEXTS = ["Take the train.", "Take the train!", "Walk there.", "Walk there, please.", "Ask my aunt.", "Take the train."]
VECTORS = np.array([[1, 0, 0], [1, 0.05, 0], [0, 1, 0], [0.05, 1, 0], [0, 0, 1], [1, 0, 0]])


def fails(texts: list[str]) -> Any:
    raise AssertionError(f"{len(texts)} texts were embedded")


def made(**more: Any) -> ol.Lens:
    frame = pd.DataFrame({"response": TEXTS, "model": list("aabbab")}, index=[f"r{i}" for i in range(6)])
    return ol.Lens(frame, **{"by": "model", "vectors": VECTORS, "store": False, "annotator": "ann", **more})


def again(lens: ol.Lens, **more: Any) -> ol.Lens:
    return ol.open(lens.save("lens.zip"), **{"store": False, "annotator": "ann", "model": fails, **more})


def test_a_whole_lens_comes_back_without_embedding() -> None:
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
    # Undone steps can be redone, and the others undone.
    assert two.undo() == one.undo()
    for granularity in (0, 0.3, 1):
        pd.testing.assert_frame_equal(two.recluster(granularity), one.recluster(granularity))
    assert two.tag("later", ["r3"]) is None


def test_a_lens_gives_the_same_bytes_after_it_was_opened_from_a_file() -> None:
    one = made(store=None)
    one.tag("travel", [True, False, False, False, False, True])
    first = one.save("a").read_bytes()
    assert one.save("b").read_bytes() == first
    two = ol.open("a", store=False, annotator="zoe")
    assert two.save("c").read_bytes() == first
    assert sorted(path.name for path in Path().iterdir()) == [".outlens", "a", "b", "c"]


def test_prompts_that_were_not_shown_are_prepared_when_shown() -> None:
    def model(texts: list[str]) -> Any:
        return [[len(text), text.count("e"), 1] for text in texts]

    frame = pd.DataFrame({"prompt": ["p", "q", "q", "r", "p", "r"], "response": TEXTS})
    one = ol.Lens(frame, model=model, store=False)
    one.prompt = "r"
    with pytest.warns(UserWarning, match=r"holds the clusters of 2 of 3 prompts, .*lens\.prepare\(\) before you save"):
        two = again(one, model=None)
    assert two.prompt == "r"
    assert [part.label for part in two._study.computed] == ["p", "r"]
    two.prompt = "q"
    with pytest.raises(ValueError, match=r"model, 'function', is not loaded from a file.*2 texts.*model=\.\.\."):
        two.clusters  # noqa: B018
    assert two.selected.empty
    with pytest.warns(UserWarning, match="holds the clusters of 2 of 3"):
        three = again(two, model=model)
    assert three.prompt == "q"
    three.prompt = "q"
    one.prompt = "q"
    assert three.vectors.tobytes() == one.vectors.tobytes()
    pd.testing.assert_frame_equal(three.clusters, one.clusters)


def test_a_saved_lens_gives_its_frame_without_its_model() -> None:
    def model(texts: list[str]) -> Any:
        return [[len(text), text.count("e"), 1] for text in texts]

    frame = pd.DataFrame({"prompt": ["p", "q", "q", "r", "p", "r"], "response": TEXTS}, index=list("abcdef"))
    one = ol.Lens(frame, model=model, store=False, annotator="ann")
    one.tag("odd", ["b", "e"])
    with pytest.warns(UserWarning, match="holds the clusters of 1 of 3"):
        two = again(one, model=None)
    with pytest.warns(UserWarning, match=r"missing for 2 of 3 prompts: .*model, 'function', is not loaded"):
        table = two.frame
    pd.testing.assert_frame_equal(table[["prompt", "response"]], frame)
    known = one.frame
    assert table["cluster"].dtype == "Int64"
    for column in ("cluster", "cluster_name", "x", "y"):
        assert table[column].isna().tolist() == [False, True, True, True, False, True]
        assert table.loc[["a", "e"], column].tolist() == known.loc[["a", "e"], column].tolist()
    assert table["tags"].tolist() == known["tags"].tolist() == [(), ("odd",), (), (), ("odd",), ()]
    two.select(table["cluster"] == 0)
    assert two.selected.index.tolist() == known.index[(known["cluster"] == 0) & (known["prompt"] == "p")].tolist()
    complete = again(one, model=None)
    pd.testing.assert_frame_equal(complete.frame, known)


def test_given_vectors_come_back_for_prompts_that_were_not_shown() -> None:
    frame = pd.DataFrame({"prompt": ["p", "q", "q", "r", "p", "r"], "response": TEXTS})
    one = ol.Lens(frame, vectors=VECTORS, store=False)
    two = again(one)
    for prompt in "qrp":
        one.prompt = two.prompt = prompt
        assert two.vectors.tobytes() == one.vectors.tobytes()


def test_a_model_named_in_a_file_is_not_loaded() -> None:
    one = made(vectors=None, model=lambda texts: np.eye(len(texts)))
    one.prepare()
    one._study.engine = replace(one._study.engine, model="somebody/model")
    two = again(one, model=None)
    assert two._bridge.widget._info["params"].startswith("somebody/model")
    with pytest.raises(ValueError, match=r"open\(path, model='somebody/model'\)"):
        two._study.engine.model(["a"])
    one._study.engine = replace(one._study.engine, model="fast")
    assert again(one, model=None)._study.engine.model == "fast"


def test_tags_are_added_once_to_an_existing_store() -> None:
    one = made(store="mine.sqlite")
    one.tag("travel", ["r0"])
    path = one.save("lens.zip")
    for _ in range(2):
        two = ol.open(path, store="other.sqlite", annotator="bob")
    two.tag("slow", ["r2"])
    three = ol.open(path, store="other.sqlite", annotator="ann")
    assert three.tags["annotator=ann"].to_dict() == {"slow": 0, "travel": 1}
    assert three.tags["annotator=bob"].to_dict() == {"slow": 1, "travel": 0}
    assert len(Store("other.sqlite").events()) == 2
    assert ol.open(path).tags["outputs"].to_dict() == {"travel": 1}
    assert Path(".outlens/tags.sqlite").exists()


def test_tags_of_other_outputs_are_not_in_the_file() -> None:
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
    # The member is an events file that other tools can read.
    zipfile.ZipFile(path).extract("events.jsonl")
    assert tags.read_events("events.jsonl") == one._tags.session.store.events(one._tags.keys)[1:]


def test_tags_that_could_not_be_saved_are_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_failed_write_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
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


# Files that are not lenses, or are damaged


def refused(data: bytes, message: str) -> None:
    """Assert that a file is refused with one sentence and left unchanged, and that no store is created."""
    path = Path("bad")
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message) as raised:
        ol.open(path)
    assert "'bad'" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert path.read_bytes() == data
    assert not Path(".outlens").exists()


@functools.cache
def whole() -> dict[str, bytes]:
    """Return the members of a lens file."""
    with zipfile.ZipFile(made().save("whole")) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(change: Any = None, **more: Any) -> bytes:
    """Return a lens file in which a JSON member is changed and the manifest is updated."""
    members = dict(whole())
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


def test_a_file_of_another_kind_is_refused() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    for data in (b"", b"X", b"response\nYes.\n", string.printable.encode(), other.getvalue(), packed(outlens="other")):
        refused(data, "was not written by lens.save")
    with pytest.raises(ValueError, match=r"^the file 'gone' does not exist; give the path of a file written by"):
        ol.open("gone")
    with pytest.raises(ValueError, match="does not exist"):
        ol.open(Path())


def test_a_newer_file_is_refused_and_one_with_more_settings_is_not() -> None:
    refused(packed(version=4), r"newer outlens \(format 4, this one reads 3\); update outlens")
    Path("later").write_bytes(packed(lambda lens, _: lens["view"].update(glow=True)))
    assert ol.open("later", store=False).save("same").exists()


def test_one_wrong_byte_gives_an_error_or_the_same_lens() -> None:
    one = made(store="s.sqlite")
    one.tag("travel", ["r0"])
    whole = one.save("whole").read_bytes()
    # All of the record at the end, which locates the zip's directory.
    for at in [*range(0, len(whole), 100), *range(len(whole) - 22, len(whole))]:
        for bit in (1, 0x80):
            data = bytearray(whole)
            data[at] ^= bit
            Path("bad").write_bytes(data)
            try:
                parts = archive.read("bad")
            except ValueError as error:
                message = str(error)
            else:
                # Such as the date of a member, which the lens does not use.
                assert archive.write("again", parts).read_bytes() == whole
                continue
            assert message.startswith("'bad' ")
            assert message.endswith("The file is left as it is.")


def test_a_file_that_is_cut_off_is_refused() -> None:
    whole = made().save("whole").read_bytes()
    for size in (4, 30, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        refused(whole[:size], "is damaged or cut off")


def test_a_zip_bomb_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("manifest.json", json.dumps({"outlens": "lens", "version": 1, "members": {"lens.json": 1 << 20}}))
        bomb.writestr("lens.json", bytes(1 << 20))
    data = file.getvalue()
    refused(data, "is damaged")
    container.MAX_BYTES, most = 1 << 19, container.MAX_BYTES
    try:
        refused(data, r"would unpack from [\d,]+ to 1,04")
    finally:
        container.MAX_BYTES = most


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
        put({"kind": "range", "name": None, "range": [0, 1 << 40, 1]}, "frame", "index"),
        put({"kind": "category", "codes": "0.npy", "ordered": False, "of": {
            "kind": "range", "name": None, "range": [0, 1 << 40, 1]}}, "frame", "data", 1),
        put({"kind": "arrow", "type": ["timestamp", "s", "../zone"], "at": "0.json"}, "frame", "data", 1),
        put({"kind": "arrow", "type": ["python"], "at": "0.json"}, "frame", "data", 1), put(1.5, "seed"),
        put({"$": "array", "v": ["|O", [1], "AAAAAAAAAAA=", False]}, "frame", "attrs"),
    ]  # fmt: skip
    for change in changes:
        refused(packed(change), "is damaged")
    assert not Path("run").exists()


def leaves(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(found for key, item in inner for found in leaves(item, (*place, key)))]


JSON = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | st.just("0.npy")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_place_of_another_gives_an_error_or_a_lens(data: st.DataObject) -> None:
    def change(lens: dict[str, Any], _: Any) -> None:
        *steps, last = data.draw(st.sampled_from(leaves(lens)[1:]))
        inner: Any = lens
        for step in steps:
            inner = inner[step]
        inner[last] = data.draw(JSON | st.lists(JSON, max_size=2) | st.dictionaries(st.text(max_size=2), JSON))

    Path("bad").write_bytes(packed(change))
    try:
        parts = archive.read("bad")
    except ValueError as error:
        message = str(error)
    else:
        assert archive.write("good", parts).exists()
        return
    assert message.endswith("The file is left as it is.")


def test_a_store_that_cannot_be_used_is_reported_and_left_alone() -> None:
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
    assert list(archive.read("lens.zip").lands) == [0]


def test_the_sample_comes_back(settled: Callable[[ol.Lens], None]) -> None:
    frame = ol.sample()
    one = ol.Lens(frame, vectors=np.random.default_rng(0).normal(size=(len(frame), 8)), store=False)
    one.recluster(1)
    two = again(one)
    pd.testing.assert_frame_equal(two._study.outputs.frame, one._study.outputs.frame)
    pd.testing.assert_frame_equal(two.clusters, one.clusters)
    settled(one)
    settled(two)
    assert two._bridge.widget._tree == one._bridge.widget._tree != {}


def test_an_order_by_an_unsaved_ranking_is_not_saved() -> None:
    one = made()
    one._bridge.widget.view = {**one._bridge.widget.view, "order": "ranked"}
    assert again(one).view.order == "row"
    assert one.view.order == "ranked"


def test_a_lens_without_a_seed_comes_back_without_one() -> None:
    for seed, kept in ((None, None), (np.int64(3), 3)):
        assert archive.read(made(seed=seed).save("seeded")).seed == kept
        assert archive.read(ol.open("seeded", store=False).save("again")).seed == kept
    for seed, error in ((1.5, TypeError), (True, TypeError), ("a", TypeError), (-1, ValueError), (1 << 32, ValueError)):
        with pytest.raises(error, match=f"seed is {seed!r}; give a whole number"):
            made(seed=seed)


def test_a_file_of_version_1_opens_with_everything_in_it() -> None:
    path = Path(__file__).parent / "data" / "version-1.outlens"
    parts = archive.read(path)
    given = parts.outputs
    n = 8
    expected = pd.DataFrame(
        {
            "prompt": ["p"] * 6 + ["q"] * 2,
            "response": [*TEXTS, "Lone \ufffd\ufffd\ufffd half.", None],
            "model": list("aabbabab"),
            "k": range(n),
            "score": [0.5, None, 1, 2, 3, 4, 5, 6],
            "whole": pd.array([1, None, 3, 4, 5, 6, 7, 8], dtype="Int64"),
            "level": pd.Categorical(list("lhlhlhlh"), ["l", "m", "h"], ordered=True),
            "when": pd.date_range("2026-01-01", periods=n, tz="Europe/Berlin", unit="us"),
            "month": pd.period_range("2026-01", periods=n, freq="M"),
            "range": pd.arrays.IntervalArray.from_breaks(range(n + 1)),
            "day": [datetime.date(2026, 1, 1 + i) for i in range(n)],
            "list": [[i, {"a": None}] for i in range(n)],
        },
        index=pd.Index([f"r{i}" for i in range(n)], name="row"),
    )
    pd.testing.assert_frame_equal(given.frame, expected)
    assert given.frame.attrs == {"source": ("survey", 3)}
    assert (given.text, given.prompt, given.by, given.id) == ("response", "prompt", ["model"], "k")
    assert (parts.seed, parts.granularity, list(parts.lands)) == (7, 0.8, [0])
    lens = ol.open(path, store=False, annotator="ann", model=fails)
    assert lens.tags["outputs"].to_dict() == {"travel": 2, "travel2": 0}
    assert lens.tagged("travel").index.tolist() == ["r0", "r1"]
    assert lens.prompt_tags["tags"].to_dict() == {"p": ("travel2",), "q": ()}
    assert "First" in lens.clusters["name"].tolist()
    assert lens.selected.index.tolist() == ["r1", "r4"]
    assert (lens.view.pins, lens.view.color) == (["r4", "r0"], "model")
    assert (lens.view.layers, lens.view.query) == (["mine"], "train")
    lens.view.scope = "all"
    mine = lens.visible[lens.visible["layer"] == "mine"]
    assert mine[["output", "start", "end", "value"]].to_numpy().tolist() == [[0, 5, 14, "noun"], [2, 0, 4, "verb"]]
    lens.prompt = "q"
    assert lens.vectors.shape == (2, 3)
    assert lens.frame["note"]["r4"] == "who?"
    assert lens.save("now").exists()


def test_a_file_with_ids_that_print_alike_opens_with_its_tags(tmp_path: Path) -> None:
    """Written by commit f919dbb; see `data/make_alike_ids.py`. A new lens refuses such ids."""
    path = Path(__file__).parent / "data" / "alike-ids.outlens"
    opened = ol.open(path, store=False, annotator="ann")
    again = ol.open(opened.save(tmp_path / "again.outlens"), store=tmp_path / "tags.sqlite", annotator="ann")
    for lens in (opened, again):
        assert lens.frame["key"].tolist() == [1, "1", 2, "1#2"]
        assert lens.frame["tags"].tolist() == [("number",), ("string",), ("other",), ("hash",)]
        assert lens.warnings == [
            "2 of 4 ids print like the id of another row, such as '1'; their tags follow the order of the rows. Give "
            "each row an id that prints differently."
        ]
    with pytest.raises(ValueError, match="1 and '1', which print alike"):
        ol.Lens(opened.frame[["key", "text"]], text="text", id="key", vectors=opened.vectors, store=False)
