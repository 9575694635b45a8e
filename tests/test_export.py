"""Files that the browser saves: the selected rows as CSV, and the page."""

from __future__ import annotations

import io
import re
import string
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import outlens as ol
from outlens import tables


def exported(lens: ol.Lens, form: str, rows: list[int]) -> tuple[dict[str, Any], bytes]:
    """Ask as the browser does; return the answer."""
    sent: list[tuple[dict, bytes]] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append((content, bytes(buffers[0])))
    message = {"kind": "export", "id": 3, "prompt": 0, "form": form}
    lens._bridge.widget._handle_custom_msg(message, [memoryview(np.array(rows, "<u4").tobytes())])
    [answer] = sent
    return answer


def test_selected_rows_of_all_prompts_are_a_csv_file_with_every_column() -> None:
    frame = pd.DataFrame(
        {"prompt": ["p", "p", "q"], "response": ['a "b", c', "line\none", "Ünï"], "score": [1.5, -2.0, None]},
        index=pd.Index(["x", "y", "z"], name="key"),
    )
    lens = ol.Lens(frame, text="response", vectors=np.eye(3), store=False)
    lens.tag("odd", ["x"])
    lens.tag("long", ["x"])
    lens.note("why?", ["x"])
    answer, data = exported(lens, "csv", [0, 2])
    assert answer == {"kind": "exported", "id": 3, "prompt": 0, "error": "", "says": ""}
    read = pd.read_csv(io.BytesIO(data), index_col="key", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read[frame.columns], frame.iloc[[0, 2]], check_dtype=False)
    assert read["tags"].tolist() == ["odd; long", np.nan]
    assert read["note"].tolist() == ["why?", np.nan]


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_no_cell_of_text_begins_like_a_formula(texts: list[str]) -> None:
    frame = pd.DataFrame({"n": range(len(texts)), "text": pd.Series(texts, dtype=object)})
    read = pd.read_csv(io.StringIO(tables.csv(frame)[1:], newline=""), index_col=0, keep_default_na=False, dtype=str)
    for text, cell in zip(texts, read["text"], strict=True):
        assert (
            cell.strip("\ufeff" + string.whitespace)[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
            or cell[0] == "'"
        )
        assert cell.removeprefix("'") in (text, re.sub("[\0\ud800-\udfff]", "�", text), text.removeprefix("'"))
    assert frame["text"].tolist() == texts


def test_a_spreadsheet_gets_an_apostrophe_before_a_formula_and_numbers_as_they_are() -> None:
    frame = pd.DataFrame(
        {"+text": ["=1+1", " @x", "\ufeff=b"], "score": np.array([-1, 0.1, 3], np.float32), "kind": ["a", "-", "a"]},
        index=pd.MultiIndex.from_tuples([("-k", 1), ("l", -2), ("m", 3)], names=["=index", None]),
    ).astype({"kind": "category"})
    assert tables.csv(frame).split("\r\n") == [
        "\ufeff'=index,,'+text,score,kind",
        "'-k,1,'=1+1,-1.0,a",
        "l,-2,' @x,0.1,'-",
        "m,3,'\ufeff=b,3.0,a",
        "",
    ]


def test_a_page_of_some_prompts_says_so() -> None:
    data = {"prompt": ["p", "q"], "response": ["a", "b"]}
    lens = ol.Lens(data, vectors=np.eye(2), store=False)
    assert exported(lens, "page", [])[0]["says"] == "it holds 1 of 2 prompts; call lens.prepare() first for all"
    lens.prepare()
    assert exported(lens, "page", [])[0]["says"] == ""


def test_the_page_is_the_one_that_python_writes(tmp_path: Any) -> None:
    lens = ol.Lens(["a b", "c d"], vectors=np.eye(2), store=False)
    answer, data = exported(lens, "page", [])
    assert answer["error"] == ""
    assert data == lens.to_html(tmp_path / "page.html").read_bytes()


def test_an_export_that_fails_says_why() -> None:
    lens = ol.Lens(["a b", "c d"], vectors=np.eye(2), store=False)
    answer, data = exported(lens, "csv", [9])
    assert "out-of-bounds" in answer["error"]
    assert data == b""
