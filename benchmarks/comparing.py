"""Check the comparisons of groups on real outputs: type I error, coverage of the intervals, power and time.

    python benchmarks/comparing.py [--data FOLDER] [--runs 500]

Vectors are the static ones (model="fast"). For type I error, labels are shuffled within prompts, so no group differs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from outlens.compare import difference, paired, points
from outlens.compare.groups import grouped
from outlens.compare.intervals import newcombe, wilson
from outlens.compare.resampling import permutations
from outlens.points import find
from outlens.vectors import embed

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
KINDS = ["advice", "explanation", "opinion"]


def share(name: str, hits: list[bool] | np.ndarray) -> str:
    k, n = int(np.sum(hits)), len(hits)
    low, high = wilson(k, n)
    return f"{name:58}  {k / n:6.3f}  [{low:.3f}, {high:.3f}]  n = {n}"


def halves(prompts: list[str], runs: int, seed: int) -> list[list[int]]:
    """Return random labels, half of each prompt's outputs in each group."""
    place = pd.Series(prompts).groupby(prompts).cumcount().to_numpy()
    groups = grouped((place % 2).tolist(), len(prompts), prompts)
    return [codes.tolist() for codes in permutations(groups, runs, seed)]


def type_one(models: pd.DataFrame, vectors: np.ndarray, writing: pd.DataFrame, runs: int) -> None:
    print("\nShare of equal groups with p <= .05")
    rng = np.random.default_rng(0)
    some = models["model"].isin(rng.choice(models["model"].unique(), 40, replace=False)).to_numpy()
    one = (models["kind"] == "advice").to_numpy()
    for name, rows in (("difference, 12 prompts x 40 outputs", some), ("difference, 1 prompt x 227 outputs", one)):
        prompts = models["prompt_id"][rows].tolist()
        drawn = halves(prompts, runs, 1)
        p = [
            # With one seed, all runs would share the chance in what is drawn.
            difference(vectors[rows], codes, prompts, permutations=199, seed=seed)["p"][0]
            for seed, codes in enumerate(drawn)
        ]
        print(share(name, np.array(p) <= 0.05), flush=True)

    chosen = models["kind"].isin(KINDS).to_numpy()
    units, table = find(models["response"][chosen].tolist())
    for name, rows in (("1 prompt x 227", one), ("3 prompts x 227", chosen)):
        kept = np.flatnonzero(rows[chosen])
        prompts = models["prompt_id"][rows].tolist()
        everyone = models["prompt_id"][chosen].tolist()
        several: list[bool] = []
        anything: list[bool] = []
        for codes in halves(prompts, runs, 2):
            labels = np.full(len(everyone), None, object)
            labels[kept] = codes
            found = points(units, table, labels, everyone if len(set(prompts)) > 1 else None)
            # A point that few make cannot have so small a p.
            common = (found["f1"] + found["f2"] >= 10) & found["p"].notna()
            several += (found["p"][common] <= 0.05).tolist()
            anything.append(bool((found["q"] <= 0.05).any()))
        print(share(f"points, {name}, points of 10 outputs or more", several))
        print(share(f"points, {name}, runs with any q <= .05", anything), flush=True)

    words = models["response"].str.split().str.len().to_numpy()
    cases = models["prompt_id"][some].tolist()
    p = [paired(words[some], codes, cases, 0).summary["p"][0] for codes in halves(cases, 4 * runs, 3)]
    print(share("paired, words, 12 cases x 40 outputs", np.array(p) <= 0.05))
    score, cases = writing["judge_coherence"].tolist(), writing["prompt_id"].tolist()
    p = [
        paired(score, codes, cases, 0, permutations=999, seed=seed).summary["p"][0]
        for seed, codes in enumerate(halves(cases, 4 * runs, 4))
    ]
    print(share("paired, judged coherence, 20 cases x 20 outputs", np.array(p) <= 0.05), flush=True)


def coverage(large: pd.DataFrame, runs: int) -> None:
    print("\nCoverage of the 95 % intervals, 4 000 samples of real properties")
    text = large["response"]
    words = text.str.split().str.len()
    properties = {
        "apologises": text.str.contains("I apologi[sz]e|[Ss]orry"),
        "holds code": text.str.contains("```", regex=False),
        "has a list": text.str.contains(r"(?m)^\s*(?:[-*]|\d+\.) "),
        "over 200 words": words > 200,
        "the longest 4 %": words.rank(pct=True) > 0.96,
    }
    rng = np.random.default_rng(0)
    for name, column in properties.items():
        value = column.to_numpy(bool)
        for n in (50, 200):
            counts = [value[rng.integers(0, len(value), (4000, n))].sum(axis=1) for _ in range(2)]
            low, high = wilson(counts[0], n)
            print(share(f"share {value.mean():.3f} ({name}), n = {n}", (low <= value.mean()) & (value.mean() <= high)))
            low, high = newcombe(counts[0], n, counts[1], n)
            print(share("  difference of two such groups", (low <= 0) & (high >= 0)), flush=True)

    pair = large["model"].value_counts().index[:2].tolist()
    two = large[large["model"].isin(pair)]
    vectors = embed(two["response"].tolist(), model="fast")
    label, prompt = two["model"].tolist(), two["prompt_id"].tolist()
    truth = difference(vectors, label, prompt, permutations=1)["estimate"][0]
    number = pd.factorize(two["prompt_id"])[0]
    for size in (12, 40):
        hits = []
        for _ in range(runs):
            rows = np.flatnonzero(np.isin(number, rng.choice(number.max() + 1, size, replace=False)))
            row = difference(vectors[rows], [label[i] for i in rows], [prompt[i] for i in rows], permutations=400).iloc[
                0
            ]
            hits.append(bool(row["low"] <= truth <= row["high"]))
        print(share(f"difference of two models, {size} of {number.max() + 1} prompts", hits), flush=True)


def power(models: pd.DataFrame, vectors: np.ndarray, writing: pd.DataFrame, samples: pd.DataFrame) -> None:
    print("\nShare of different groups told apart, p <= .05")
    rng = np.random.default_rng(0)
    names = models["model"].unique()
    p = []
    for _ in range(100):
        rows = models["model"].isin(rng.choice(names, 2, replace=False)).to_numpy()
        found = difference(vectors[rows], models["model"][rows], models["prompt_id"][rows], permutations=999)
        p.append(found["p"][0])
    print(share("difference, two models, 12 prompts x 1 output each", np.array(p) <= 0.05))
    rest = difference(vectors, models["model"], models["prompt_id"], against="rest")
    print(share("difference, a model and the rest, q <= .05", (rest["q"] <= 0.05).to_numpy()))
    prompting, cases = writing["prompting"].tolist(), writing["prompt_id"].tolist()
    found = difference(embed(writing["response"].tolist(), model="fast"), prompting, cases).iloc[0]
    print(
        f"two promptings of 20 prompts x 10: estimate {found['estimate']:.4f} [{found['low']:.4f}, {found['high']:.4f}]"
    )
    print(f"  p {found['p']:.3f}; judged coherence:")
    print(paired(writing["judge_coherence"], prompting, cases, prompting[0]).summary.to_string(index=False))

    print("\nShare of halves of one model with p <= .05 (no difference to find)")
    own = embed(samples["response"].tolist(), model="fast")
    half, two = [], []
    for model, rows in samples.groupby("model").indices.items():
        prompts = samples["prompt_id"].iloc[rows].tolist()
        label = (samples["sample"].iloc[rows] % 2).tolist()
        half.append(difference(own[rows], label, prompts, permutations=499)["p"][0] <= 0.05)
        other = rng.choice(samples["model"].unique()[samples["model"].unique() != model])
        rows = np.flatnonzero(samples["model"].isin([model, other]))
        found = difference(own[rows], samples["model"].iloc[rows], samples["prompt_id"].iloc[rows], permutations=499)
        two.append(found["p"][0] <= 0.05)
    print(share("halves of a model, 45 prompts x 10", half))
    print(share("for comparison, a model and another one", two), flush=True)


def speed(models: pd.DataFrame, vectors: np.ndarray, large: pd.DataFrame) -> None:
    def seconds(name: str, run: Callable[[], object]) -> None:
        began = time.perf_counter()
        run()
        print(f"{name:70}  {time.perf_counter() - began:6.2f} s", flush=True)

    print("\nTime")
    model, prompt = models["model"].tolist(), models["prompt_id"].tolist()
    two = [name < "h" for name in model]
    seconds("difference, 2 724 outputs, 12 prompts, 2 groups, B = 1 000", lambda: difference(vectors, two, prompt))
    seconds(
        "difference, 2 724 outputs, 12 prompts, 227 groups and the rest, B = 1 000",
        lambda: difference(vectors, model, prompt, against="rest"),
    )
    rows = np.random.default_rng(0).normal(size=(len(large), 384)).astype(np.float32)
    name, kind = large["model"].tolist(), large["prompt_id"].tolist()
    seconds(
        f"difference, {len(large)} outputs, 441 prompts, 227 groups and the rest, B = 200",
        lambda: difference(rows, name, kind, against="rest", permutations=200),
    )
    few = [label < "h" for label in name]
    seconds(
        f"difference, {len(large)} outputs, 441 prompts, 2 groups, B = 200",
        lambda: difference(rows, few, kind, permutations=200),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--runs", type=int, default=500)
    given = parser.parse_args()
    if not given.data.exists():
        print(f"no data at {given.data}")
        return
    models = pd.read_parquet(given.data / "many_models.parquet")
    writing = pd.read_parquet(given.data / "many_samples_tot_writing.parquet")
    samples = pd.read_parquet(given.data / "many_samples_noveltybench.parquet")
    large = pd.read_parquet(given.data / "large_100k.parquet")
    vectors = embed(models["response"].tolist(), model="fast")
    type_one(models, vectors, writing, given.runs)
    coverage(large, given.runs)
    power(models, vectors, writing, samples)
    speed(models, vectors, large)


if __name__ == "__main__":
    main()
