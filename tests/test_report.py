"""The page without a kernel, as bytes; tests/browser opens it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

import outlens as ol
from outlens import report


def _unpack(page: str) -> tuple[dict, bytes]:
    packed = gzip.decompress(base64.b64decode(re.search(r'id="state">([^<]*)<', page)[1]))
    size = int.from_bytes(packed[:4], "little")
    return json.loads(packed[4 : 4 + size]), packed[4 + size :]


def test_every_value_of_the_state_is_in_the_page() -> None:
    state = {"a": b"\x00\x01", "b": {"c": b"xyz", "d": [1, "</script>"]}, "e": b""}
    head, blobs = _unpack(report.page(state, title="t", fallback=""))
    assert head["b"]["d"] == [1, "</script>"]
    for value, where in [(b"\x00\x01", head["a"]), (b"xyz", head["b"]["c"]), (b"", head["e"])]:
        start, end = where["$bytes"]
        assert blobs[start:end] == value


def test_outputs_cannot_leave_their_place_in_the_page(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    path = ol.Lens([evil, "b"], vectors=np.eye(2)).to_html(tmp_path / "x.html")
    assert "alert(1)</script>" not in path.read_text("utf-8")


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        report.write(tmp_path / "no" / "x.html", "new")
    with pytest.raises(ValueError, match="is a folder"):
        report.write(tmp_path, "new")


def test_the_same_lens_gives_the_same_page(tmp_path: Path) -> None:
    pages = [ol.Lens(["a b", "c d"], vectors=np.eye(2)).to_html(tmp_path / f"{i}.html").read_bytes() for i in (1, 2)]
    assert pages[0] == pages[1]
