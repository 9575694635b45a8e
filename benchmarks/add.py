"""Measure the time to add outputs to a lens, beyond their embedding, and to compute a new map of all.

    python benchmarks/add.py [--data FILE.parquet] [--rows 20000] [--added 1000] [--one-by-one 20]

The texts are those of large_100k; the vectors are random, given to the lens, so nothing is embedded. The lens is ready
and its widget is not displayed. Each time is from one run, in the order of the lines. The target of the first is 5 s.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import outlens as ol

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "large_100k.parquet"


def timed(name: str, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    said = work()
    print(f"{name:44}  {time.perf_counter() - began:6.2f} s  {said if said is not None else ''}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--added", type=int, default=1_000)
    parser.add_argument("--one-by-one", type=int, default=20)
    given = parser.parse_args()
    if not given.data.exists():
        parser.exit(message=f"{given.data} does not exist; give a parquet file of outputs with --data.\n")
    n, k, single = given.rows, given.added, given.one_by_one
    frame = pd.read_parquet(given.data).iloc[: n + 2 * k + single]
    frame = frame[["response", "model"]].reset_index(drop=True)
    vectors = np.random.default_rng(0).normal(size=(len(frame), 384)).astype(np.float32)
    words = frame["response"].str.split().str.len().mean()
    with ol.Lens(frame.iloc[:n], by="model", vectors=vectors[:n], store=False) as lens:
        timed(f"{n} outputs of {words:.0f} words: clusters and map", lambda: lens.prepare())
        for what, first in (("first", n), ("then", n + k)):
            rows = slice(first, first + k)
            timed(f"{what}, {k} added", lambda rows=rows: lens.add(frame.iloc[rows], vectors=vectors[rows]))

        def loop() -> None:
            for i in range(n + 2 * k, len(frame)):
                lens.add(frame.iloc[[i]], vectors=vectors[[i]])

        timed(f"then, {single} added one by one", loop)
        timed(f"then, a new map of {len(frame)}", lens.refit)


if __name__ == "__main__":
    main()
