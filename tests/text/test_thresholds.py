from __future__ import annotations

import json
import math
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from outlens.text import openings, shared_phrases, shared_spans
from outlens.text.thresholds import outputs_needed

JS = Path(__file__).parents[2] / "js"


def test_a_share_is_rounded_up_and_float_noise_is_not() -> None:
    for n in range(1, 301):
        for percent in range(1, 101):
            # The oracle counts with fractions, which are exact.
            assert outputs_needed(percent / 100, n) == max(2, math.ceil(Fraction(percent, 100) * n)), (percent, n)


def test_a_threshold_above_one_is_a_number_of_outputs() -> None:
    assert [outputs_needed(k, 9) for k in (2, 5, np.int32(7), 9)] == [2, 5, 7, 9]
    assert [outputs_needed(2, n) for n in (0, 1, 2)] == [2, 2, 2]
    assert outputs_needed(1.0, 9) == outputs_needed(np.float32(1), 9) == 9


@pytest.mark.parametrize("value", [1, 0, -3, 10, 0.0, 1.5, -0.1, float("nan"), float("inf"), True, "3", None])
def test_a_threshold_out_of_range_is_refused_with_its_value(value: object) -> None:
    with pytest.raises(ValueError, match=r"min_outputs is .*(give|share)"):
        outputs_needed(value, 9)  # type: ignore[arg-type]


def test_seven_of_a_hundred_outputs_are_enough_for_seven_percent() -> None:
    texts = ["We shall see about that"] * 7 + [f"{chr(97 + i % 26) * (2 + i // 26)} said" for i in range(93)]
    for listed in (openings(texts, min_outputs=0.07), shared_phrases(texts, min_outputs=0.07)):
        assert listed["outputs"].tolist() == [7]
    assert len(shared_spans(texts, min_outputs=0.07)) == 7


@pytest.mark.parametrize("value", [1.5, 1, 101, True])
def test_openings_and_shared_spans_refuse_the_same_thresholds(value: object) -> None:
    for function in (openings, shared_spans, shared_phrases):
        with pytest.raises(ValueError, match="min_outputs is"):
            function(["a b", "a b"] * 50, min_outputs=value)  # type: ignore[operator]


PROGRAM = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const made = await build({ entryPoints: ["src/text/thresholds.ts"], bundle: true, format: "esm", write: false });
const code = Buffer.from(made.outputFiles[0].text).toString("base64");
const { outputsNeeded } = await import("data:text/javascript;base64," + code);
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(([value, n]) => outputsNeeded(value, n))));
"""


def test_the_browser_rounds_as_python_does() -> None:
    """Run outputsNeeded of js/src/text/thresholds.ts in node. No other file may round by itself."""
    files = [path.name for path in (JS / "src").rglob("*.ts*") if "toFixed(9)" in path.read_text(encoding="utf-8")]
    assert files == ["thresholds.ts"]
    cases = [(share / 100, n) for share in range(1, 101) for n in (0, 1, 7, 50, 100, 300, 1001)]
    cases += [(k, n) for k in (2, 5, 9) for n in (9, 100)]
    done = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM], input=json.dumps(cases), capture_output=True, text=True, cwd=JS
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [outputs_needed(value, n) for value, n in cases]
