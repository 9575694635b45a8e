"""Outputs added to a lens: the others do not change anywhere, and a failure changes nothing."""

from __future__ import annotations

import _thread
import gc
import signal
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.tags.identity import identify
from outlens.vectors import landscape
from outlens.vectors.register import register

TOPICS = ["Bring a bottle of wine.", "Flowers are always welcome.", "I cannot help with that request."]


def rows(n: int, first: int = 30) -> tuple[pd.DataFrame, np.ndarray]:
    """Return more outputs on the topics of `frame`, except every fifth, and their vectors."""
    rng = np.random.default_rng(first)
    odd = np.arange(n) % 5 == 4
    texts = [f"Gravel {i} engines sing." if odd[i] else f"{TOPICS[i % 3]} Number {first + i}." for i in range(n)]
    vectors = np.where(odd[:, None], rng.normal(size=(n, 8)), np.eye(8)[np.arange(n) % 3])
    frame = pd.DataFrame(
        {"response": texts, "model": [f"m{i % 2}" for i in range(n)], "score": np.linspace(0, 1, n)},
        index=[f"r{first + i}" for i in range(n)],
    )
    return frame, vectors + 0.02 * rng.normal(size=(n, 8))


def make(frame: pd.DataFrame, vectors: np.ndarray, **more: Any) -> ol.Lens:
    return ol.Lens(frame, by="model", vectors=vectors, **{"store": False, "annotator": "ann", **more})


@pytest.fixture
def lens(frame: pd.DataFrame, vectors: np.ndarray) -> ol.Lens:
    return make(frame, vectors)


def floats(data: Any) -> np.ndarray:
    return np.frombuffer(bytes(data), "<f4").reshape(-1, 2)


def test_the_other_outputs_do_not_change_and_new_ones_follow(
    lens: ol.Lens, frame: pd.DataFrame, vectors: np.ndarray
) -> None:
    lens.rename(0, "Wine")
    lens.tag("drink", ["r0", "r3"])
    lens.note("hm", ["r1"])
    lens.select(["r2", "r5"])
    lens.view.pins = ["r4"]
    before, view, given = lens.frame, dict(lens._state.view), frame.copy()
    more, their_vectors = rows(20)
    added = lens.add(more, vectors=their_vectors)
    after = lens.frame
    pd.testing.assert_frame_equal(after.iloc[:30], before)
    pd.testing.assert_frame_equal(after.iloc[30:, :3], more)
    pd.testing.assert_frame_equal(frame, given)
    assert lens.selection.tolist() == [2, 5]
    assert lens._state.view == view
    assert added.rows.tolist() == added.placed.tolist() == list(range(30, 50))
    # Outputs join the cluster of their topic; those without a topic are like no other.
    topics = before["cluster"].to_numpy()[:3]
    expected = np.where(np.arange(20) % 5 == 4, -1, topics[np.arange(20) % 3])
    assert after["cluster"].tolist()[30:] == expected.tolist()
    assert set(np.flatnonzero(expected < 0)) <= set((np.array(added.outside) - 30).tolist())
    assert 4 <= len(added.outside) <= 6
    share = f"{len(added.outside)} ({5 * len(added.outside)} %) lie outside of what was seen"
    assert repr(added) == f"20 outputs added; {share}; lens.refit() makes a map of all"
    assert lens.clusters["size"].sum() == 50
    widget = lens._bridge.widget
    np.testing.assert_array_equal(floats(widget._xy), after[["x", "y"]].to_numpy())
    assert bytes(widget._texts).decode() == "".join(after["response"])
    assert widget._info["n"] == widget._info["total"] == len(lens) == 50
    assert lens.similar("r30")["similarity"].notna().all()


def test_all_but_map_and_clusters_equals_a_lens_of_all_rows(
    lens: ol.Lens, frame: pd.DataFrame, vectors: np.ndarray, settled: Callable[[ol.Lens], None]
) -> None:
    more, their_vectors = rows(20)
    for i in range(20):
        lens.add(more.iloc[i : i + 1], vectors=their_vectors[i : i + 1])
    lens._state.change(new=())
    at_once = make(pd.concat([frame, more]), np.concatenate([vectors, their_vectors]))
    assert at_once.summary
    assert lens.summary
    settled(lens)
    settled(at_once)
    ours = ["_xy", "_leaf", "_tree", "_typical", "_summary", "renames", "_progress"]
    for name in at_once._bridge.widget.keys:
        if (
            name not in ours
            and name.startswith("_")
            and not name.startswith(("_model", "_view", "_dom", "_esm", "_css"))
        ):
            one, other = getattr(lens._bridge.widget, name), getattr(at_once._bridge.widget, name)
            assert one == other, name
    pd.testing.assert_frame_equal(lens.shared(), at_once.shared())
    np.testing.assert_array_equal(lens.vectors, at_once.vectors)


def test_adding_one_by_one_equals_adding_at_once(lens: ol.Lens, frame: pd.DataFrame, vectors: np.ndarray) -> None:
    more, their_vectors = rows(20)
    at_once = make(frame, vectors)
    added = at_once.add(more, vectors=their_vectors)
    one_by_one = [lens.add(more.iloc[i : i + 1], vectors=their_vectors[[i]]) for i in range(20)]
    assert [row for one in one_by_one for row in one.outside.tolist()] == added.outside.tolist()
    for column, values in at_once.frame.items():
        if column in ("x", "y"):
            np.testing.assert_allclose(lens.frame[column], values, atol=1e-4)
        else:
            assert lens.frame[column].tolist() == values.tolist()


def test_added_outputs_are_new_until_the_next_gesture(lens: ol.Lens) -> None:
    widget = lens._bridge.widget
    whole = lens.summary
    start = "".join(piece["text"] for piece in widget._summary).partition(":")[0]
    for first in (30, 32):
        more, vectors = rows(2, first)
        lens.add(more, vectors=vectors)
    assert lens.summary.startswith("34 outputs by 2 models, 4 new: ")
    (piece,) = [piece for piece in widget._summary if "new" in piece["text"]]
    assert np.frombuffer(piece["rows"], "<u4").tolist() == [30, 31, 32, 33]
    lens.find("wine")
    assert "new" not in lens.summary
    assert not any("new" in piece["text"] for piece in widget._summary)
    assert whole.startswith(start)
    more, vectors = rows(1, 40)
    lens.add(more, vectors=vectors)
    assert lens.summary.startswith("35 outputs by 2 models, 1 new: ")
    lens.recluster(0.8)
    assert "new" not in lens.summary


def test_keys_do_not_change_and_a_lens_of_all_rows_shares_the_tags(tmp_path: Path) -> None:
    store = tmp_path / "tags.sqlite"
    frame = pd.DataFrame({"response": ["Yes.", "No.", "Yes."], "model": ["a", "a", "b"]})
    more = pd.DataFrame({"response": ["No.", "Yes.", "Yes."], "model": ["b", "a", "c"]})
    vectors = np.eye(2)[[0, 1, 0, 1, 0, 0]]
    with make(frame, vectors[:3], store=store) as lens:
        lens.tag("one", [1])
        keys = list(lens._tags.keys)
        lens.add(more, vectors=vectors[3:])
        assert lens._tags.keys[:3] == keys
        assert len(set(lens._tags.keys)) == 6
        assert lens.tagged("one").index.tolist() == [1]
        lens.tag("two", [3, 4])
        lens.tag("three", [0, 5])
        assert lens.undo() == "tag ‘three’ on 2 outputs"
        lens.redo()
        expected = lens.frame["tags"].tolist()
        assert expected == [("three",), ("one",), (), ("two",), ("two",), ("three",)]
        with make(pd.concat([frame, more], ignore_index=True), vectors, store=store, annotator="ben") as other:
            assert other.frame["tags"].tolist() == expected
            other.tag("theirs", [1, 2, 3])
            assert other.tagged("theirs").index.tolist() == [1, 2, 3]
        assert lens.frame["tags"].map(lambda tags: "theirs" in tags).tolist() == [False, True, True, True, False, False]
    with make(frame, vectors[:3], store=store) as short:
        assert [tags[:1] for tags in short.frame["tags"]] == [("three",), ("one",), ("theirs",)]
        # Tags of outputs that were not here appear with them.
        short.add(more, vectors=vectors[3:])
        assert [tuple(t for t in tags if t != "theirs") for tags in short.frame["tags"]] == expected


def test_keys_from_before_and_after_an_addition_mean_the_same_rows() -> None:
    texts = ["a", "b", "a", "a", "c", "b"]
    columns = {"model": ["x", "x", "y", "x", "y", "x"]}
    before = identify(texts[:2], columns={"model": ["x", "x"]}).keys
    whole = identify(texts, columns=columns)
    keys = whole.after(before)
    assert keys.keys == [*before, *whole.keys[2:]]
    # Both keys of a row mean this row.
    assert [keys.position(key) for key in [*before, *whole.keys]] == [0, 1, *range(6)]


def test_a_name_stays_when_its_cluster_more_than_doubles_even_after_a_refit(lens: ol.Lens, vectors: np.ndarray) -> None:
    number = int(lens.frame["cluster"].iloc[0])
    lens.rename(number, "Wine")
    more = pd.DataFrame(
        {"response": [f"{TOPICS[0]} Number {i}." for i in range(30, 70)], "model": "m0", "score": 0.5},
        index=[f"r{i}" for i in range(30, 70)],
    )
    lens.add(more, vectors=np.eye(8)[[0] * 40] + 0.02 * np.random.default_rng(1).normal(size=(40, 8)))
    assert lens.clusters.loc[number, ["name", "size"]].tolist() == ["Wine", 50]
    (given,) = lens._bridge.widget.renames
    assert given["name"] == "Wine"
    lens.rename(number, "Bottles")
    assert lens.clusters.loc[number, "name"] == "Bottles"
    lens.undo()
    lens.refit()
    assert lens.clusters.loc[0, ["name", "size"]].tolist() == ["Wine", 50]
    assert {given["name"] for given in lens._bridge.widget.renames} == {"Wine"}


def test_new_prompts_follow_the_others_and_only_computed_prompts_place_outputs() -> None:
    data = {"prompt": ["p", "q", "p", "q", "p"], "response": list("abcde")}
    lens = ol.Lens(data, vectors=np.eye(6)[:5], store=False)
    lens.tag("odd", prompt="q")
    assert len(lens.clusters)
    more = {"prompt": ["r", "p", "q"], "response": ["f", "a", "g"]}
    added = lens.add(more, vectors=np.eye(6)[[5, 0, 4]])
    assert lens.prompts == ["p", "q", "r"]
    assert repr(added) == (
        "3 outputs added; the clusters and map of 2 of them are not ready yet; none lies outside of what was seen"
    )
    assert (added.placed.tolist(), added.outside.tolist()) == ([6], [])
    assert lens._bridge.widget._info["prompts"] == [
        {"label": "p", "n": 4, "different": 3}, {"label": "q", "n": 3, "different": 3},
        {"label": "r", "n": 1, "different": 1},
    ]  # fmt: skip
    assert lens.prompt_tags["tags"].tolist() == [(), ("odd",), ()]
    lens.prompt = "r"
    assert lens.frame["cluster"].notna().all()
    assert lens._study.parts[1].landscape.get().added == 0
    lens.tag("new", prompt="r")
    assert lens.prompt_tags["tags"].tolist() == [(), ("odd",), ("new",)]


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        (["text"], np.eye(8)[:1], "no column 'model', 'score'"),
        (rows(2)[0], None, "give vectors= for the new rows"),
        (rows(2)[0], np.eye(8)[:1], "1 vectors for 2 outputs"),
        (rows(2)[0], np.eye(7)[:2], "7 dimensions and the others 8"),
        (rows(2)[0].iloc[[0, 0]], np.eye(8)[:2], "the label 'r30' is the label of two of the new rows"),
        (rows(2, 29)[0], np.eye(8)[:2], "the label 'r29' of the new rows"),
        (7, None, "data is an int"),
    ],
)
def test_rows_that_do_not_fit_change_nothing(lens: ol.Lens, data: Any, given: Any, message: str) -> None:
    before = lens.frame
    info = lens._bridge.widget._info
    with pytest.raises((ValueError, TypeError), match=message):
        lens.add(data, vectors=given)
    pd.testing.assert_frame_equal(lens.frame, before)
    assert lens._bridge.widget._info is info
    assert len(lens) == 30


def test_an_id_in_use_changes_nothing() -> None:
    lens = ol.Lens({"response": ["a", "b"], "key": [1, 2]}, id="key", vectors=np.eye(2), store=False)
    with pytest.raises(ValueError, match="has the value 2 in 2 rows"):
        lens.add({"response": ["c"], "key": [2]}, vectors=[[1, 0]])
    assert len(lens) == len(lens._tags.keys) == 2
    lens.add({"response": ["c"], "key": [3]}, vectors=[[1, 0]])
    assert lens._tags.keys == ["id:1", "id:2", "id:3"]
    assert lens._bridge.widget._info["labels"] == ["1", "2", "3"] or lens._bridge.widget._info["labels"] == {
        "start": 1,
        "step": 1,
    }


def test_the_model_of_the_lens_embeds_and_its_failure_changes_nothing() -> None:
    said: list[list[str]] = []

    def model(texts: list[str]) -> Any:
        said.append(texts)
        if "bad" in texts:
            raise RuntimeError("no weights")
        return [[len(text), text.count("a"), 1] for text in texts]

    lens = ol.Lens(["a", "aa", "bbb"], model=model, store=False)
    assert len(lens.clusters)
    lens.add(text for text in ["aab"])
    assert said == [["a", "aa", "bbb"], ["aab"]]
    with pytest.raises(RuntimeError, match="no weights"):
        lens.add(["bad"])
    assert len(lens.frame) == 4
    with pytest.raises(ValueError, match="not made with vectors of your own; leave out"):
        lens.add(["b"], vectors=[[1, 2, 3]])
    assert repr(lens.add([])) == "0 outputs added"


def test_adding_waits_for_a_running_computation_and_survives_its_failure() -> None:
    begun, go = threading.Event(), threading.Event()
    error: list[Exception] = []

    def model(texts: list[str]) -> Any:
        begun.set()
        assert go.wait(30)
        if error:
            raise error[0]
        return np.eye(5)[: len(texts)]

    lens = ol.Lens(["a", "b", "c"], model=model, store=False)
    assert begun.wait(30)
    threading.Timer(0.3, go.set).start()
    assert lens.add(["d"]).placed.tolist() == [3]
    go.clear()
    begun.clear()
    error.append(ValueError("no weights"))
    lens = ol.Lens(["a", "b", "c"], model=model, store=False)
    assert begun.wait(30)
    threading.Timer(0.3, go.set).start()
    added = lens.add(["d"])
    assert repr(added) == "1 output added; clusters and map are not ready yet"
    assert bytes(lens._bridge.widget._texts) == b"abcd"
    assert lens._bridge.widget._progress["status"] == "failed"
    error.clear()
    assert lens.frame["cluster"].notna().all()
    assert lens._part.landscape.get().added == 0


def test_several_threads_add_and_lose_no_row(lens: ol.Lens) -> None:
    assert len(lens.clusters)
    errors: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for i in range(5):
                more, vectors = rows(1, first + i)
                lens.add(more, vectors=vectors)
                assert len(lens.frame) >= 30
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    labels = [f"r{first + i}" for first in (100, 200, 300) for i in range(5)]
    assert sorted(lens.frame.index[30:]) == labels
    assert len(set(lens._tags.keys)) == 45


def test_a_saved_lens_opens_with_added_outputs_and_continues_alike(
    lens: ol.Lens, frame: pd.DataFrame, tmp_path: Path
) -> None:
    lens.rename(0, "Wine")
    for first in (30, 38):
        more, vectors = rows(8, first)
        lens.add(more, vectors=vectors)
    lens.tag("late", ["r40"])
    two = ol.open(lens.save(tmp_path / "a.outlens"), store=False, annotator="ann")
    pd.testing.assert_frame_equal(two.frame, lens.frame)
    assert two.save(tmp_path / "b.outlens").read_bytes() == (tmp_path / "a.outlens").read_bytes()
    more, vectors = rows(6, 46)
    assert repr(lens.add(more, vectors=vectors)) == repr(two.add(more, vectors=vectors))
    pd.testing.assert_frame_equal(two.frame, lens.frame)


def test_a_refit_computes_the_map_of_all_outputs_registered_to_the_old_one(lens: ol.Lens, vectors: np.ndarray) -> None:
    more, their_vectors = rows(20)
    lens.add(more, vectors=their_vectors)
    lens.tag("x", ["r30"])
    lens.select(["r31"])
    before = lens.frame
    lens.refit()
    after = lens.frame
    whole = landscape(after["response"].tolist(), vectors=lens.vectors)
    assert after["cluster"].tolist() == whole.tree.cut().tolist()
    expected = register(whole.xy, before[["x", "y"]].to_numpy())
    np.testing.assert_allclose(after[["x", "y"]].to_numpy(), expected, atol=1e-6)
    assert after["tags"].tolist() == before["tags"].tolist()
    assert lens.selected.index.tolist() == ["r31"]
    np.testing.assert_array_equal(floats(lens._bridge.widget._xy), after[["x", "y"]].to_numpy())
    assert lens._study.added().tolist() == []
    # Further outputs are compared with all of these.
    assert len(lens._part.seen.get().likeness.item) == 50


def test_a_failed_refit_changes_nothing(lens: ol.Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lens.frame

    def fails(*_: object, **__: object) -> Any:
        raise RuntimeError("no memory")

    monkeypatch.setattr(type(lens._study.engine), "landscape", fails)
    with pytest.raises(RuntimeError, match="no memory"):
        lens.refit()
    pd.testing.assert_frame_equal(lens.frame, before)
    more, vectors = rows(3)
    assert len(lens.add(more, vectors=vectors).placed) == 3


def test_rows_are_added_to_an_empty_lens() -> None:
    lens = ol.Lens(pd.DataFrame({"response": pd.Series([], dtype=object)}), vectors=np.zeros((0, 2)), store=False)
    for i in range(5):
        lens.add([f"text {i}"], vectors=[[1, i]])
        assert bytes(lens._bridge.widget._texts).decode() == "".join(f"text {k}" for k in range(i + 1))
    assert len(lens.frame) == 5
    lens.refit()
    assert (lens.frame["cluster"] >= 0).all()


def test_own_positions_do_not_move_and_those_of_new_rows_are_scaled_alike() -> None:
    xy = np.array([[0, 0], [10, 5], [20, 0], [10, 30]])
    lens = ol.Lens(list("abcd"), vectors=np.eye(6)[:4], xy=xy, store=False)
    before = lens.frame[["x", "y"]].to_numpy()
    with pytest.raises(ValueError, match="give xy= for the new rows too"):
        lens.add(["e"], vectors=np.eye(6)[4:5])
    lens.add(["e", "b"], vectors=np.eye(6)[[4, 1]], xy=[[10, 5], [40, 15]])
    after = lens.frame[["x", "y"]].to_numpy()
    np.testing.assert_array_equal(after[:4], before)
    np.testing.assert_allclose(after[4:], [before[1], [2, 0]])
    lens.refit()
    again = lens.frame[["x", "y"]].to_numpy()
    np.testing.assert_allclose(again, (np.concatenate([xy, [[10, 5], [40, 15]]]) - [20, 15]) / 20, atol=1e-6)


def test_an_order_computed_in_python_lists_new_outputs_last(lens: ol.Lens) -> None:
    lens.tag("a", [f"r{i}" for i in range(0, 9, 3)])
    lens.tag("b", [f"r{i}" for i in range(1, 9, 3)])
    lens.suggest("a")
    before = lens._state.ranked.rank
    more, vectors = rows(4)
    lens.add(more, vectors=vectors)
    rank = lens._state.ranked.rank
    assert rank[:30].tolist() == before.tolist()
    assert (rank[30:] > before.max()).all()
    assert len(bytes(lens._bridge.widget._ranked["rank"])) == 4 * 34


def test_a_closed_lens_refuses_rows(lens: ol.Lens) -> None:
    lens.close()
    more, vectors = rows(2)
    for change in (lambda: lens.add(more, vectors=vectors), lens.refit):
        with pytest.raises(ValueError, match="closed"):
            change()


def test_outputs_added_to_an_empty_lens_get_clusters_and_a_map_by_themselves(
    settled: Callable[[ol.Lens], None],
) -> None:
    lens = ol.Lens([], vectors=np.zeros((0, 2)), store=False)
    # The empty tree is shown too.
    settled(lens)
    ready = threading.Event()
    lens._bridge.widget.observe(lambda change: ready.set() if change["new"] else None, "_tree")
    lens.add(["Yes.", "Yes!", "No"], vectors=[[1, 0], [1, 0], [0, 1]])
    assert ready.wait(30)
    assert lens._part.landscape.peek() is not None


def test_the_browser_finds_given_names_as_python_does_after_outputs_are_added(
    settled: Callable[[ol.Lens], None],
) -> None:
    texts = ["Lima is the capital"] * 12 + ["Lima was a capital then"] * 8 + ["Oslo"] * 5
    lens = ol.Lens(texts, vectors=np.eye(3)[[0] * 12 + [1] * 8 + [2] * 5], store=False)
    lens.granularity = 0
    lens.rename(0, "all")
    lens.granularity = 1
    lens.rename(2, "Norway")
    lens.add(["Lima was a capital then"] * 10, vectors=np.eye(3)[[1] * 10])
    settled(lens)
    widget = lens._bridge.widget
    tree = widget._tree
    leaf = np.frombuffer(widget._leaf, "<i4")
    assert tree["sizes"] == np.bincount(leaf[:25], minlength=len(tree["levels"][0])).tolist()
    assert sum(tree["sizes"]) == 25
    for level, granularity in enumerate(tree["granularities"]):
        lens.granularity = granularity
        sizes = np.array(tree["sizes"])
        for number, node in enumerate(tree["order"][level]):
            here = np.array(tree["levels"][level]) == node
            name = tree["nodes"][node]["name"]
            for given in widget.renames:
                named = np.isin(np.arange(len(sizes)), given["leaves"])
                if 2 * sizes[here & named].sum() > sizes[here | named].sum():
                    name = given["name"]
            assert lens.clusters.loc[number, "name"] == name


def test_a_refit_leaves_nothing_of_the_part_before(lens: ol.Lens) -> None:
    lens.prepare()
    lens._part.index.get()
    alive = []
    for _ in range(4):
        alive.append(weakref.ref(lens._part))
        lens.refit()
    lens._study._executor.submit(int).result()
    gc.collect()
    # The widget may still show the last one.
    assert sum(part() is not None for part in alive) <= 1
    assert lens._part.index.peek() is not None


def test_rows_for_many_prompts_renew_the_names_of_each_prompt_once(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 40
    data = pd.DataFrame({"prompt": np.repeat([f"p{i}" for i in range(n)], 4), "response": list("abcd") * n})
    lens = ol.Lens(data, vectors=np.tile(np.eye(4), (n, 1)), store=False)
    lens.prepare()
    asked = []
    monkeypatch.setattr("outlens.naming.given_names", lambda *args: asked.append(1) or [])
    monkeypatch.setattr("outlens.widget.bridge.given_names", lambda *args: asked.append(1) or [])
    new = pd.DataFrame({"prompt": [f"p{i}" for i in range(n)], "response": ["a"] * n})
    lens.add(new, vectors=np.eye(4)[[0] * n])
    assert len(asked) <= 3 * n


def test_a_computation_that_waits_for_its_turn_can_be_stopped() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def model(texts: list[str]) -> np.ndarray:
        begun.set()
        assert may_end.wait(30)
        return np.eye(4)[: len(texts)]

    data = {"prompt": ["p", "p", "q", "q"], "response": list("abcd")}
    waiting = ol.Lens(data, model=model, store=False)
    assert begun.wait(30)
    second = waiting._study.parts[1]
    queued = threading.Event()
    second.progress.changed.connect(lambda report: queued.set() if report.status == "waiting" else None)
    thread = threading.Thread(target=second.landscape.get, daemon=True)
    thread.start()
    assert queued.wait(30)
    assert second.progress.stop()
    may_end.set()
    # Whoever still waits starts it again.
    thread.join(30)
    assert second.landscape.peek() is not None
    waiting.close()


def test_a_name_from_the_browser_for_clusters_before_a_refit_is_refused_and_names_nothing(
    settled: Callable[[ol.Lens], None],
) -> None:
    texts = ["Lima it is."] * 6 + ["Oslo, clearly."] * 5 + ["Quito for me."] * 4
    vectors = np.eye(4)[[0] * 6 + [1] * 5 + [2] * 4]
    lens = ol.Lens(texts, vectors=vectors, store=False)
    widget = lens._bridge.widget
    settled(lens)
    lens.rename(2, "Andes!")
    before = widget.renames
    # In the browser, Oslo is named while a cell adds outputs and refits.
    oslo = {"prompt": 0, "name": "Oslo!", "leaves": [int(lens._part.tree.get().leaf[6])], "tree": widget._tree["id"]}
    lens.add(["Quito for me, and only Quito."] * 20, vectors=np.eye(4)[[2] * 20])
    lens.refit()
    named = lens.clusters["name"].tolist()
    assert "Andes!" in named
    with pytest.raises(ValueError, match="computed again meanwhile"):
        widget.renames = [*before, oslo]
    assert lens.clusters["name"].tolist() == named
    assert widget.renames == lens._bridge._renames != before
    # Once the browser has the new clusters, it names them.
    now = {"prompt": 0, "name": "Oslo!", "leaves": [int(lens._part.tree.get().leaf[6])], "tree": widget._tree["id"]}
    widget.renames = [*widget.renames, now]
    assert {"Andes!", "Oslo!"} <= set(lens.clusters["name"])


def test_a_prompt_opened_while_outputs_are_added_gets_a_map_of_all(settled: Callable[[ol.Lens], None]) -> None:
    embedding, go = threading.Event(), threading.Event()

    def model(texts: list[str]) -> Any:
        if texts == ["c2"]:
            embedding.set()
            assert go.wait(30)
        return [[ord(text[0]), int(text[1:]) + 1] for text in texts]

    data = {"prompt": list("abbcc"), "response": ["a0", "b0", "b1", "c0", "c1"]}
    lens = ol.Lens(data, model=model, store=False)
    for prompt in ("c", "a"):
        lens.prompt = prompt
        settled(lens)
    more = {"prompt": ["b", "c"], "response": ["b2", "c2"]}
    adding = threading.Thread(target=lens.add, args=(more,))
    adding.start()
    assert embedding.wait(30)
    lens.prompt = "b"
    settled(lens)
    assert lens._part.landscape.peek() is not None
    go.set()
    adding.join(30)
    settled(lens)
    widget = lens._bridge.widget
    assert widget._progress["status"] == "ready"
    assert len(floats(widget._xy)) == len(lens._part) == 3
    assert widget._tree


def test_a_stopped_computation_stays_stopped_when_outputs_are_added(settled: Callable[[ol.Lens], None]) -> None:
    begun, go = threading.Event(), threading.Event()

    def model(texts: list[str]) -> Any:
        begun.set()
        assert go.wait(30)
        return np.eye(5)[: len(texts)]

    lens = ol.Lens(["a", "b"], model=model, store=False)
    assert begun.wait(30)
    assert lens._study.stop()
    go.set()
    settled(lens)
    assert repr(lens.add(["c"])) == "1 output added; clusters and map are not ready yet"
    settled(lens)
    assert lens._bridge.widget._progress["status"] == "stopped"
    assert lens._part.landscape.peek() is None
    lens._bridge._on_message(None, {"kind": "continue", "prompt": 0}, [])
    settled(lens)
    assert len(floats(lens._bridge.widget._xy)) == 3


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_while_outputs_are_added_leaves_everything_of_the_same_size(
    lens: ol.Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    lens.prepare()
    grow = lens._tags.grow

    def interrupted(*args: Any) -> None:
        grow(*args)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(lens._tags, "grow", interrupted)
    more, vectors = rows(2)
    with pytest.raises(KeyboardInterrupt):
        lens.add(more, vectors=vectors)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    sizes = [len(lens), len(lens._tags.keys), lens._state.n_outputs, len(lens._part), lens._bridge.widget._info["n"]]
    assert sizes == [32] * 5
    lens.tag("late", ["r31"])
    assert lens.tagged("late").index.tolist() == ["r31"]


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_refit_changes_nothing_and_says_so(lens: ol.Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lens.frame

    def endless(*_: object, report: Callable[..., object], **__: object) -> Any:
        _thread.interrupt_main()
        while True:
            report("clustering", 0, 0, 0.0)

    monkeypatch.setattr(type(lens._study.engine), "landscape", endless)
    with pytest.raises(KeyboardInterrupt, match="nothing has changed; call refit again") as caught:
        lens.refit()
    assert "Continue" not in str(caught.value)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(lens.frame, before)
    lens.refit()
