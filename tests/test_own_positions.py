"""Positions of the user's own instead of UMAP's."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol

TEXTS = ["a pie", "a tart", "a river", "the river", "a lake"]
XY = np.array([[10, 200], [20, 100], [30, 150], [40, 120], [30, 100]], float)


def test_they_are_centred_and_scaled_alike_and_nothing_else() -> None:
    lens = ol.Lens(TEXTS, vectors=np.eye(5), xy=XY, store=False)
    # The longer axis, 100 to 200, becomes -1 to 1.
    wanted = (XY - [25, 150]) / 50
    np.testing.assert_allclose(lens.frame[["x", "y"]], wanted, atol=1e-6)
    assert lens._study.made_with == "your vectors, 5 dimensions · your positions"
    assert len(lens.clusters)


def test_they_are_in_the_widget_before_there_are_clusters() -> None:
    may_end = threading.Event()

    def model(texts: list[str]) -> np.ndarray:
        assert may_end.wait(30)
        return np.eye(len(texts))

    lens = ol.Lens(TEXTS, model=model, xy=XY, store=False)
    widget = lens._bridge.widget
    early = np.frombuffer(widget._xy, "<f4").reshape(-1, 2)
    np.testing.assert_allclose(early, (XY - [25, 150]) / 50, atol=1e-6)
    assert widget._tree == {}
    may_end.set()
    np.testing.assert_array_equal(lens.frame[["x", "y"]].to_numpy(np.float32), early)


def test_two_columns_or_a_table_in_the_order_of_the_rows() -> None:
    frame = pd.DataFrame({"response": TEXTS, "u": XY[:, 0], "v": XY[:, 1].astype(int)}, index=list("abcde"))
    by_name = ol.Lens(frame, vectors=np.eye(5), xy=["u", "v"], store=False).frame
    by_table = ol.Lens(frame, vectors=np.eye(5), xy=frame[["u", "v"]], store=False).frame
    by_list = ol.Lens(frame, vectors=np.eye(5), xy=XY.tolist(), store=False).frame
    pd.testing.assert_frame_equal(by_name, by_table)
    pd.testing.assert_frame_equal(by_name, by_list)
    with pytest.raises(ValueError, match="order"):
        ol.Lens(frame, vectors=np.eye(5), xy=frame[["u", "v"]][::-1], store=False)


def test_each_prompt_fills_its_map_and_all_come_back_from_a_file(tmp_path: Path) -> None:
    data = {"prompt": ["p", "p", "p", "q", "q"], "response": TEXTS}
    lens = ol.Lens(data, vectors=np.eye(5), xy=XY, store=False)
    again = ol.open(lens.save(tmp_path / "lens.outlens"), store=False)
    for one in (lens, again):
        one.prepare()
        placed = one.frame[["x", "y"]].to_numpy()
        assert np.abs(placed[:3]).max() == np.abs(placed[3:]).max() == 1
    np.testing.assert_array_equal(lens.frame[["x", "y"]], again.frame[["x", "y"]])


def test_umap_is_not_imported() -> None:
    program = (
        "import sys, numpy as np, outlens as ol\n"
        "texts = [f'answer {i}' for i in range(40)]\n"
        "ol.Lens(texts, vectors=np.eye(40), xy=np.random.default_rng(0).normal(size=(40, 2)), store=False).prepare()\n"
        "print('umap' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("xy", "message"),
    [
        (XY[:4], r"xy has the shape \(4, 2\) for 5 outputs; give an \(5, 2\) array of numbers"),
        (XY[:, 0], r"xy has the shape \(5,\) for 5 outputs"),
        (np.where(XY == 10, np.nan, XY), "1 of 5 positions hold NaN or infinity, the first in row 0"),
        ([["a", "b"]] * 5, "which are not numbers"),
        ("u", r"xy has the shape \(5,\)"),
    ],
)
def test_what_are_no_positions_is_refused(xy: Any, message: str) -> None:
    frame = pd.DataFrame({"response": TEXTS, "u": XY[:, 0]})
    with pytest.raises(ValueError, match=message):
        ol.Lens(frame, vectors=np.eye(5), xy=xy, store=False)


def test_a_column_that_is_not_there_is_named() -> None:
    frame = pd.DataFrame({"response": TEXTS, "u": XY[:, 0], "v": XY[:, 1]})
    with pytest.raises(KeyError, match="'w'"):
        ol.Lens(frame, vectors=np.eye(5), xy=["u", "w"], store=False)


def test_no_outputs_have_no_positions() -> None:
    assert ol.Lens([], xy=np.zeros((0, 2)), vectors=np.zeros((0, 3)), store=False).frame.empty
