"""Time the distinctive words of groups, and count how many are found for groups drawn at random.

    python benchmarks/text_distinctive.py [--data FOLDER]

Compared with the usual way in scikit-learn, CountVectorizer of 1 to 4 words and chi2 with the same groups. Times are
the best of two runs; scikit-learn's is one run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from outlens.text.distinctive import distinctive, distinctive_words

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def seconds(run: Callable[[], object], times: int = 2) -> float:
    best = np.inf
    for _ in range(times):
        began = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - began)
    return best


def usual(texts: list[str], groups: list[str]) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.feature_selection import chi2

    counts = CountVectorizer(ngram_range=(1, 4), min_df=3, binary=True).fit_transform(texts)
    chi2(counts, groups)


def row(texts: list[str], groups: list[str], prompts: list[str]) -> str:
    ours = seconds(lambda: distinctive(texts, groups))
    within = seconds(lambda: distinctive(texts, groups, prompts=prompts))
    theirs = seconds(lambda: usual(texts, groups), 1)
    return f"{len(texts):7}  {len(set(groups)):6}  {ours:7.2f}  {within:14.2f}  {theirs:12.2f}  {theirs / ours:5.1f}"


def speed(frame: pd.DataFrame) -> None:
    # numba compiles the test within prompts on first use.
    distinctive(["a", "b"] * 9, [0, 1] * 9, prompts=[0] * 18)
    print("outputs  groups  seconds  within prompts  scikit-learn  ratio")
    every = []
    for n in (1_000, 10_000):
        rows = frame.iloc[:n]
        texts, prompts, models = (rows[column].tolist() for column in ("response", "prompt_id", "model"))
        two = ["llama" if "llama" in model.lower() else "other" for model in models]
        print(row(texts, two, prompts), flush=True)
        print(row(texts, models, prompts), flush=True)
        every.append(texts)
    for texts in every:
        began = time.perf_counter()
        distinctive_words(texts)
        print(f"distinctive_words of {len(texts)} outputs: {time.perf_counter() - began:.2f} s", flush=True)


def shuffled(groups: pd.Series, prompts: pd.Series | None, rng: np.random.Generator) -> pd.Series:
    if prompts is None:
        return pd.Series(rng.permutation(groups.to_numpy()), groups.index)
    return groups.groupby(prompts).transform(lambda part: rng.permutation(part.to_numpy()))


def by_chance(frame: pd.DataFrame, draws: int = 10) -> None:
    """Permute the labels of two models' outputs, over all outputs and within each prompt."""
    rows = frame[frame["model"].isin(frame["model"].unique()[:2])]
    texts = rows["response"].tolist()
    print("labels permuted       rows  p <= .05  q <= .05  draws with any")
    for name, prompts in (("over all", None), ("within prompts", rows["prompt_id"])):
        tables = [
            distinctive(texts, shuffled(rows["model"], prompts, np.random.default_rng(seed)), prompts=prompts)
            for seed in range(draws)
        ]
        p = np.mean([(table["p"] <= 0.05).mean() for table in tables])
        q = [(table["q"] <= 0.05).mean() for table in tables]
        length = np.mean([len(table) for table in tables])
        print(f"{name:16}  {length:8.0f}  {p:8.3f}  {np.mean(q):8.4f}  {np.count_nonzero(q)} of {draws}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    by_chance(pd.read_parquet(folder / "many_samples_noveltybench.parquet"))
    speed(pd.read_parquet(folder / "large_100k.parquet"))
