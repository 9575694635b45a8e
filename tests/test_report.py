"""The page without a kernel, as bytes; tests/browser opens it."""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens import report
from outlens.text import Index
from outlens.widget import wire


def _unpack(page: str) -> tuple[dict, bytes]:
    packed = gzip.decompress(base64.b64decode(re.search(r'id="state">([^<]*)<', page)[1]))
    size = int.from_bytes(packed[:4], "little")
    return json.loads(packed[4 : 4 + size]), packed[4 + size :]


def test_every_value_of_the_state_is_in_the_page() -> None:
    state = {"a": b"\x00\x01", "b": {"c": b"xyz", "d": [1, "</script>"]}, "e": b""}
    head, blobs = _unpack(report.page(state, title="t", author="Ann", date="2026-11-24", fallback=""))
    assert head["_about"] == {"title": "t", "author": "Ann", "date": "2026-11-24"}
    assert head["b"]["d"] == [1, "</script>"]
    for value, where in [(b"\x00\x01", head["a"]), (b"xyz", head["b"]["c"]), (b"", head["e"])]:
        start, end = where["$bytes"]
        assert blobs[start:end] == value


def test_outputs_cannot_break_out_of_their_script_element(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    path = ol.Lens([evil, "b"], vectors=np.eye(2)).to_html(tmp_path / "x.html")
    assert "alert(1)</script>" not in path.read_text("utf-8")


def test_a_failed_write_leaves_the_old_page(tmp_path: Path) -> None:
    old = tmp_path / "x.html"
    old.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        report.write(old, "new \ud800")
    assert old.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["x.html"]
    with pytest.raises(ValueError, match="does not exist"):
        report.write(tmp_path / "no" / "x.html", "new")
    with pytest.raises(ValueError, match="is a folder"):
        report.write(tmp_path, "new")


def test_the_same_lens_gives_the_same_page(tmp_path: Path) -> None:
    pages = [ol.Lens(["a b", "c d"], vectors=np.eye(2)).to_html(tmp_path / f"{i}.html").read_bytes() for i in (1, 2)]
    assert pages[0] == pages[1]


def _pages(path: Path) -> tuple[list[dict], dict]:
    """Return the prompts of a page with their bytes filled in, and the view."""
    head, blobs = _unpack(path.read_text("utf-8"))

    def filled(value: object) -> object:
        if isinstance(value, dict) and "$bytes" in value:
            return blobs[value["$bytes"][0] : value["$bytes"][1]]
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else value

    return [filled(page) for page in head["_pages"]], head["view"]


def _lens() -> ol.Lens:
    answers = ["We take tea at five. It rains.", "They take tea at six. It rains.", "No tea. It pours."]
    data = {"prompt": ["p"] * 3 + ["q"] * 3 + ["r"], "response": [*answers, *answers, "Yes."]}
    return ol.Lens(data, vectors=np.random.default_rng(0).normal(size=(7, 3)))


def test_a_page_contains_the_layer_data_of_each_prompt_shown(tmp_path: Path) -> None:
    lens = _lens()
    lens.prompt = "q"
    lens.highlight(pd.DataFrame({"output": [3, 1], "start": [3, 0], "end": [7, 4]}), "mine")
    lens.view.pins = [4]
    with pytest.warns(UserWarning, match=r"holds 2 of 3 prompts.* lens\.prepare\(\)"):
        pages, view = _pages(lens.to_html(tmp_path / "page.html"))
    assert view == lens._bridge.widget.view
    assert view["pins"] == [4]
    for prompt, (page, rows) in enumerate(zip(pages, ([0, 1, 2], [3, 4, 5]), strict=True)):
        texts = [lens._study.outputs.texts[row] for row in rows]
        assert page["_index"] == wire.index(Index(texts, prompt="pq"[prompt]))
        assert page["_aligned"] == wire.alignment(texts, ol.text.align(texts))
        assert np.frombuffer(page["_variant"], "<u4").tolist() == [0, 1, 2]
        [layer] = page["_layers"]
        assert layer["name"] == "mine"
        assert np.frombuffer(layer["pieces"], "<u4").tolist() == [[0, 4, 0], [3, 7, 0]][prompt]
    # The page's sentence data is not sent to the widget.
    assert lens._bridge.widget._aligned == {}


def test_a_page_leaves_out_data_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "INDEXED", 20)
    monkeypatch.setattr(wire, "ALIGNED_IN_PAGE", 2)
    lens = _lens()
    lens.prompt = "q"
    lens.aligned()
    lens.prompt = "r"
    pages, _ = _pages(lens.to_html(tmp_path / "page.html"))
    assert [page["_index"] == {} for page in pages] == [False, False, False]  # 18 words
    assert [page["_aligned"] == {} for page in pages] == [True, False, False]
    monkeypatch.setattr(wire, "INDEXED", 17)
    pages, _ = _pages(lens.to_html(tmp_path / "page.html"))
    assert [page["_index"] == {} for page in pages] == [True, True, False]


def _tagged_lens() -> ol.Lens:
    data = {"response": ["a b", "c d", "e f"], "model": ["m", "n", "m"], "age": [1.0, 2.0, 3.0]}
    return ol.Lens(data, by="model", vectors=np.eye(3), annotator="login-of-ann", store=False)


def test_a_page_names_its_author_only_by_their_tags(tmp_path: Path) -> None:
    lens = _tagged_lens()
    state, _ = _unpack(lens.to_html(tmp_path / "x.html").read_text("utf-8"))
    assert "login-of-ann" not in json.dumps(state)
    assert state["_pages"][0]["_tagged"]["annotators"] == [""]
    lens.tag("odd", [0])
    state, _ = _unpack(lens.to_html(tmp_path / "x.html").read_text("utf-8"))
    assert state["_pages"][0]["_tagged"]["annotators"] == ["login-of-ann"]
    assert state["_pages"][0]["_tagged"]["me"] == ""


def test_a_page_without_tags_and_with_some_columns(tmp_path: Path) -> None:
    lens = _tagged_lens()
    lens.tag("odd", [0])
    lens.note("private", [1])
    lens.view.color = "age"
    lens.view.rows = "model"
    lens.view.tagged = {"tag": "odd"}
    path = lens.to_html(tmp_path / "x.html", tags=False, columns=["model"])
    pages, view = _pages(path)
    text = json.dumps(_unpack(path.read_text("utf-8"))[0])
    for hidden in ("odd", "private", "login-of-ann", "age"):
        assert f'"{hidden}"' not in text, hidden
    assert (view["color"], view["rows"], view["tagged"]) == ("cluster", "model", None)
    assert list(pages[0]["_columns"]) == ["model"]
    assert [column["name"] for column in pages[0]["_info"]["columns"]] == ["model"]
    assert lens.view.color == "age"
    _, none = _pages(lens.to_html(tmp_path / "y.html", columns=[]))
    assert none["rows"] is None
    with pytest.raises(KeyError, match="no column 'modle' to show on a page; did you mean 'model'"):
        lens.to_html(tmp_path / "z.html", columns=["modle"])
    with pytest.raises(TypeError, match=r"write \['model'\]"):
        lens.to_html(tmp_path / "z.html", columns="model")  # type: ignore[arg-type]
    assert not (tmp_path / "z.html").exists()


def test_a_page_names_the_columns_of_its_csv_as_the_frame_does(tmp_path: Path) -> None:
    data = {"Answer": ["a b", "c d"], "row": [1, 2], "cluster": ["x", "y"], "cluster_lens": [3, 4], "note": "?"}
    lens = ol.Lens(pd.DataFrame(data), text="Answer", vectors=np.eye(2), store=False)
    state, _ = _unpack(lens.to_html(tmp_path / "x.html", columns=["row"]).read_text("utf-8"))
    added = {"cluster": "cluster_lens2", "cluster_name": "cluster_name", "tags": "tags", "note": "note_lens"}
    assert state["_names"] == {"row": "row_lens", "text": "Answer", **added}
    assert [name for name in lens.frame.columns if name not in data and name not in "xy"] == list(added.values())


def test_an_interrupt_ends_the_writing_of_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("outlens.part.Index", interrupted)
    lens = ol.Lens(["a b c d", "a b c d e"], vectors=np.eye(2), store=False)
    with pytest.raises(KeyboardInterrupt):
        lens.to_html(tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_computes_nothing_while_holding_the_lock(tmp_path: Path, settled: Callable[[ol.Lens], None]) -> None:
    lens = ol.Lens(["a b c d", "a b c d e"], vectors=np.eye(2), store=False)
    settled(lens)
    free: list[bool] = []

    def from_another_thread(_: object) -> None:
        def take() -> None:
            free.append(lens._state.lock.acquire(blocking=False))
            if free[-1]:
                lens._state.lock.release()

        thread = threading.Thread(target=take)
        thread.start()
        thread.join()

    part = lens._study.parts[0]
    part.index.when_ready(from_another_thread)
    part.alignment.when_ready(from_another_thread)
    lens.to_html(tmp_path / "page.html")
    assert free == [True, True]
