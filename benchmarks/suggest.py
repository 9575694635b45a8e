"""Test how well ten tagged outputs find the others tagged by people, and time the suggestions.

    python benchmarks/suggest.py [--data FOLDER] [--model NAME]

Ten full refusals of XSTest are drawn at random and tagged, five times. Precision at 50 and average precision are
computed from the ranking of the other 615, 72 of which are full refusals, and compared with the cosine to the mean of
the ten and with a random order. Times are from one run, on the texts of large_100k with random vectors.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from outlens.tags.suggest import suggest
from outlens.tags.unlike import unlike
from outlens.vectors.embed import embed
from outlens.vectors.likeness import Likeness

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def quality(frame: pd.DataFrame, model: str, seeds: int = 5) -> None:
    texts = frame["response"].tolist()
    truth = (frame["human_tag"] == "2_full_refusal").to_numpy()
    vectors = embed(texts, model, progress=False)
    ways: dict[str, list[tuple[float, float]]] = {"suggest": [], "cosine to the mean": [], "random": []}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        tagged = np.zeros(len(texts), bool)
        tagged[rng.choice(np.flatnonzero(truth), 10, replace=False)] = True
        left = truth[~tagged]
        found = suggest(vectors, texts, tagged, seed=seed, tag="refusal")
        scores = {
            "suggest": found.scores,
            "cosine to the mean": vectors @ vectors[tagged].mean(axis=0),
            "random": rng.random(len(texts)),
        }
        for way, score in scores.items():
            rest = score[~tagged]
            best = np.argsort(-rest, kind="stable")[:50]
            ways[way].append((float(left[best].mean()), float(average_precision_score(left, rest))))
        print(found.says, flush=True)
    print(f"{seeds} seeds, {model}   precision at 50   average precision")
    for way, rows in ways.items():
        (at, average), (at_sd, average_sd) = np.mean(rows, axis=0), np.std(rows, axis=0)
        print(f"{way:20}  {at:8.3f} ± {at_sd:.3f}  {average:10.3f} ± {average_sd:.3f}", flush=True)


def speed(frame: pd.DataFrame) -> None:
    texts = frame["response"].tolist()
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(texts), 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tagged = np.zeros(len(texts), bool)
    tagged[rng.choice(len(texts), 50, replace=False)] = True
    alike = Likeness(vectors, texts)
    print(f"{len(texts)} outputs of {np.mean([len(text.split()) for text in texts]):.0f} words")
    for name, run in (
        ("unlike, nothing judged", lambda: unlike(alike, tagged & False)),
        ("unlike, 50 judged", lambda: unlike(alike, tagged)),
        ("suggest, 50 tagged", lambda: suggest(vectors, texts, tagged)),
    ):
        began = time.perf_counter()
        run()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{name:22}  {time.perf_counter() - began:6.2f} s, {peak:.2f} GB peak memory so far", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    given = parser.parse_args()
    quality(pd.read_parquet(given.data / "tags_xstest_refusal_human.parquet"), given.model)
    speed(pd.read_parquet(given.data / "large_100k.parquet"))
