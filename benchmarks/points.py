"""Score the points on labelled pairs of units, and time them.

    python benchmarks/points.py [--sizes 200 1000 10000] [--errors]

F1, precision and recall of "in one point" at the default granularity, as a mean over the prompts; flags are the pairs
of which a unit carries one in `differs`. "Represented" links only a third of the units with each other, as is done with
very many. `text.align` and the parts of the similarity alone are scored beside it. Times are from texts to points, with
the static vectors cached, each size in a process of its own. `--errors` adds how well low support finds the units that
people marked as wrong: the area under the ROC curve.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from outlens.points import Points, linking, wording
from outlens.text import align

DATA = Path(__file__).parent.parent.parent / "shared" / "data"

Scored = tuple[dict[str, int], dict[str, str]]


def by_points(texts: list[str]) -> Scored:
    """Return the point and the flags of each unit, by its text."""
    units, *_ = Points(texts).cut()
    written = [texts[o][a:b] for o, a, b in units[["output", "start", "end"]].to_numpy().tolist()]
    return dict(zip(written, units["point"], strict=True)), dict(zip(written, units["differs"], strict=True))


def by_alignment(texts: list[str]) -> Scored:
    units = align(texts)
    written = [texts[o][a:b] for o, a, b in units[["output", "start", "end"]].to_numpy().tolist()]
    return dict(zip(written, units["group"], strict=True)), dict(zip(written, units["differs"], strict=True))


def score(name: str, method: Callable[[list[str]], Scored]) -> None:
    """Print the F1 of a method."""
    pairs = pd.read_parquet(DATA / "point_pairs.parquet")
    outputs = pd.read_parquet(DATA / "many_models.parquet")
    rows, flagged = [], np.zeros((2, 2), int)
    for prompt, own in pairs.groupby("prompt_id"):
        point, differs = method(outputs.loc[outputs["prompt_id"] == prompt, "response"].tolist())
        said = np.array([point[a] == point[b] >= 0 for a, b in zip(own["a"], own["b"], strict=True)])
        flag = np.array([bool(differs[a] or differs[b]) for a, b in zip(own["a"], own["b"], strict=True)])
        same, detail = own["same"].to_numpy(bool), own["detail"].to_numpy(bool)
        precision, recall = (said & same).sum() / max(1, said.sum()), (said & same).sum() / same.sum()
        rows.append((2 * precision * recall / max(1e-9, precision + recall), precision, recall))
        flagged += [[(flag & same & kind).sum(), (same & kind).sum()] for kind in (detail, ~detail)]
    f1, precision, recall = np.mean(rows, axis=0)
    shares = " and ".join(f"{100 * a / b:.0f} %" for a, b in flagged.tolist())
    print(f"  {name:<32} {f1:.3f}  {precision:.3f}  {recall:.3f}   {shares}", flush=True)


def quality() -> None:
    print("244 labelled pairs               F1     precision  recall   flagged: of pairs with a detail and of others")
    score("points", by_points)
    at_once = linking.AT_ONCE
    linking.AT_ONCE = 1_100
    score("points, represented", by_points)
    linking.AT_ONCE = at_once
    for name, meaning in (("words alone", 0.0), ("vectors alone", 1.0)):
        usual, wording.MEANING = wording.MEANING, meaning
        score(name, by_points)
        wording.MEANING = usual
    score("text.align", by_alignment)


def timed(n: int) -> None:
    """Print the seconds and the memory of n outputs, as JSON."""
    texts = pd.read_parquet(DATA / "large_100k.parquet", columns=["response"])["response"]
    long = texts[texts.str.split().str.len() >= 150]
    chosen = long.sample(n, random_state=0, replace=n > len(long)).tolist()
    Points(["It is warm.", "It is cold."])
    begin = time.perf_counter()
    points = Points(chosen)
    points.cut()
    took = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1e3
    print(json.dumps([took, memory, len(points.units.text)]))


def auc(score: np.ndarray, wrong: np.ndarray) -> float:
    """Return the area under the ROC curve: how often a wrong one scores higher than a right one; ties count half."""
    rank = pd.Series(score).rank().to_numpy()
    n = int(wrong.sum())
    return float((rank[wrong].sum() - n * (n + 1) / 2) / (n * (len(wrong) - n)))


def errors() -> None:
    """Print how well low support finds the units that people marked as wrong."""
    for name, column in (
        ("spans_xsum_hallucination_human", "human_hallucinated_spans"),
        ("tags_tofueval_errors_human", "human_error_spans"),
    ):
        frame = pd.read_parquet(DATA / f"{name}.parquet")
        low, wrong = [], []
        for _, own in frame.groupby("prompt_id"):
            if len(own) < 2:
                continue
            units, *_ = Points(own["response"].tolist()).cut()
            makers = units[units["point"] >= 0].groupby("point")["output"].nunique()
            spans = [_spans(cell) for cell in own[column]]
            for unit in units[units["point"] >= 0].itertuples():
                low.append(-float(makers[unit.point] / len(own)) - 0.01 * unit.similarity)
                wrong.append(any(a < unit.end and b > unit.start for a, b in spans[unit.output]))
        print(f"  {name:<36} AUC {auc(np.array(low), np.array(wrong)):.2f} of {len(wrong)} units", flush=True)


def _spans(cell: object) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []

    def walk(value: object) -> None:
        if isinstance(value, dict) and "start" in value and "end" in value:
            found.append((int(value["start"]), int(value["end"])))
        elif isinstance(value, list) and len(value) >= 2 and all(type(each) is int for each in value[:2]):
            found.append((value[0], value[1]))
        elif isinstance(value, list | dict):
            for each in value.values() if isinstance(value, dict) else value:
                walk(each)

    walk(json.loads(cell) if isinstance(cell, str) else cell)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[200, 1000, 10_000])
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"{DATA} is not here: the points are scored on its labels.")
    if given.one:
        timed(given.one)
        return
    quality()
    if given.errors:
        print("units that people marked as wrong, by low support")
        errors()
    print("outputs of 150 words or more, to points")
    for n in given.sizes:
        run = subprocess.run([sys.executable, __file__, "--one", str(n)], capture_output=True, text=True, check=False)
        try:
            took, memory, units = json.loads(run.stdout.splitlines()[-1])
            print(f"  {n:>7,} outputs, {units:>9,} units   {took:6.1f} s   {memory:.1f} GB", flush=True)
        except (ValueError, IndexError):
            print(f"  {n:>7,} outputs: {run.stderr[-300:]}")


if __name__ == "__main__":
    main()
