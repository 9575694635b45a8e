"""Alignment: how many planted groups it finds, whether it finds groups that are not there, and how long it takes.

    python benchmarks/text_align.py [--data FOLDER]

Planted: each of 12 real sentences in 40 outputs, with 30 % of its words replaced by words of other sentences, one
sentence in five dropped, unrelated ones inserted, and the order shifted by up to two places; also with whole paragraphs
in a different order. Scores are over all pairs of planted sentences.
"""

from __future__ import annotations

import argparse
import difflib
import random
import time
from pathlib import Path

import numpy as np
import pandas as pd

from outlens.text.align import align
from outlens.text.sentences import units

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def planted(
    sentences: list[str], others: list[str], rng: random.Random, paragraphs: bool
) -> tuple[list[str], list[dict[str, int]]]:
    """Return outputs, and for each the planted sentences (as they appear in it) with their numbers."""
    vocabulary = [word for other in others for word in other.split()]
    texts, keys = [], []
    for _ in range(40):
        kept = [(i, s) for i, s in enumerate(sentences) if rng.random() > 0.2]
        changed = []
        for i, sentence in kept:
            words = sentence.rstrip(".").split()
            for at in rng.sample(range(len(words)), round(0.3 * len(words))):
                words[at] = rng.choice(vocabulary).strip(".,;:!?*\"'()")
            changed.append((i, " ".join(words) + "."))
        changed.sort(key=lambda item: item[0] + rng.uniform(-2, 2))
        if paragraphs:
            parts = [changed[k : k + 4] for k in range(0, len(changed), 4)]
            rng.shuffle(parts)
            changed = [item for part in parts for item in part]
        for _ in range(3):
            changed.insert(rng.randrange(len(changed) + 1), (-1, rng.choice(others)))
        texts.append("\n".join(s[:1].upper() + s[1:] for _, s in changed))
        keys.append({s[:1].upper() + s[1:]: i for i, s in changed})
    return texts, keys


def score(texts: list[str], keys: list[dict[str, int]]) -> tuple[float, float, float]:
    """Return precision and recall over pairs of planted sentences, and the share of inserted ones in a group."""
    found = align(texts)
    group, key, strays = [], [], []
    for row in found.itertuples():
        unit = texts[row.output][row.start : row.end]
        i = keys[row.output].get(unit, -1)
        if i < 0:
            strays.append(row.group >= 0)
        else:
            group.append(row.group)
            key.append(i)
    g, k = np.array(group), np.array(key)
    together = (g[:, None] == g) & (g[:, None] >= 0)
    same = k[:, None] == k
    off = ~np.eye(len(g), dtype=bool)
    both = (together & same & off).sum()
    return both / max(1, (together & off).sum()), both / (same & off).sum(), float(np.mean(strays))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    if not data.is_dir():
        raise SystemExit(f"{data} does not exist; give the folder of the real outputs with --data.")
    many = pd.read_parquet(data / "many_models.parquet")
    large = pd.read_parquet(data / "large_100k.parquet", columns=["prompt_id", "response"])
    texts = large["response"].tolist()
    rng = random.Random(0)
    pool = [t[a:b] for t in rng.sample(texts, 1500) for a, b, kind in units(t) if kind == "sentence"]
    pool = [
        s
        for s in dict.fromkeys(pool)
        if 9 <= len(s.split()) <= 24 and s.endswith(".") and s.isascii() and s.count(".") == 1
    ]
    align(texts[:3])

    print("planted, 10 sets each: precision and recall over pairs, mean (least)")
    for name, paragraphs in (("order shifted", False), ("paragraphs reordered", True)):
        scores = []
        for _ in range(10):
            drawn = rng.sample(pool, 412)
            scores.append(score(*planted(drawn[:12], drawn[12:], rng, paragraphs)))
        p, r, strays = np.array(scores).T
        print(
            f"  {name:<24} precision {p.mean():.3f} ({p.min():.3f})   recall {r.mean():.3f} ({r.min():.3f})"
            f"   inserted ones in a group {strays.mean():.2f}"
        )

    print("share of the units in a group of at least a fifth of the outputs")
    shuffled = large.sample(200, random_state=1).drop_duplicates("prompt_id")["response"].tolist()
    sets = {"unrelated prompts": shuffled}
    for kind in ("creative", "advice", "explanation", "list"):
        sets[kind] = many.loc[many["kind"] == kind, "response"].head(100).tolist()
    for name, some in sets.items():
        found = align(some)
        wide, any_ = (found["outputs"] >= len(some) / 5).mean(), (found["group"] >= 0).mean()
        print(f"  {name:<24} {wide:.3f}   in any group {any_:.3f}")

    print("seconds on texts of 200 to 300 words, best of 3 (1 at 10 000)")
    texts = [t for t in texts if 200 <= len(t.split()) <= 300]
    for n in (100, 1_000, 10_000):
        some = texts[:n]
        times = []
        for _ in range(1 if n == 10_000 else 3):
            start = time.perf_counter()
            found = align(some)
            times.append(time.perf_counter() - start)
        print(f"  {n:>6} outputs, {len(found):>7} units {min(times):8.2f}", flush=True)
    start = time.perf_counter()
    cut = [[t[a:b] for a, b, _ in units(t)] for t in texts[:40]]
    for i in range(40):
        for j in range(i):
            for a in cut[i]:
                difflib.get_close_matches(a, cut[j], 1, 0.5)
    seconds = (time.perf_counter() - start) / (40 * 39 / 2) * (100 * 99 / 2)
    print(f"  difflib.get_close_matches between 100 outputs (estimated from 40) {seconds:8.2f}")


if __name__ == "__main__":
    main()
