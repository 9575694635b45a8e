"""Measure how well the map agrees with people and with the clusters, and how many neighbours it preserves.

    python benchmarks/map.py [--data FOLDER]

The first score is the share of the 10 nearest neighbours on the map that are in the same group. The groups are those
made by people and our clusters for the labelled prompts, and our clusters for long prose; outputs without a group or
cluster are left out. The usual map is UMAP of the vectors at umap-learn's defaults. `kept` is the share of the 10
nearest outputs by likeness, excluding equal texts, that are among the 10 nearest on the map. The map gives less weight
to links between clusters, so the score of our clusters is partly built in; it does not know people's groups. The last
score is the share of the 14 nearest neighbours, as used by the map, that the approximate search finds for every 60th
of 30 000 outputs with "fast" vectors.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from clustering import DATA, LABELLED, PROSE, tasks
from outlens.vectors import embed
from outlens.vectors.clusters import tree_of
from outlens.vectors.likeness import Likeness
from outlens.vectors.positions import positions_of

NEAREST = 10

Positions = npt.NDArray[np.floating]


def nearest(xy: Positions) -> npt.NDArray[np.int64]:
    distance = ((xy[:, None].astype(np.float64) - xy) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    return np.argsort(distance, axis=1, kind="stable")[:, :NEAREST]


def share(xy: Positions, groups: npt.NDArray[np.generic]) -> float:
    """Return the share of nearest neighbours in the same group, among the outputs that have one."""
    has = pd.notna(groups) & (groups != -1)
    codes = pd.factorize(groups[has].astype(str))[0]
    return float((codes[nearest(xy[has])] == codes[:, None]).mean())


def kept(xy: Positions, alike: Likeness) -> float:
    first = np.unique(alike.item, return_index=True)[1]
    wanted, found = alike.neighbours(NEAREST)[0], nearest(xy[first])
    return float(np.mean([len(set(a) & set(b)) / NEAREST for a, b in zip(wanted, found, strict=True)]))


def usual(vectors: npt.NDArray[np.float32]) -> Positions:
    import umap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(umap.UMAP(metric="cosine", random_state=42).fit_transform(vectors))


def row(name: str, texts: list[str], prompt: str, vectors: npt.NDArray[np.float32], keys: object = None) -> list[float]:
    alike = Likeness(vectors, texts, prompt=prompt)
    clusters = tree_of(alike, vectors).cut()
    ours, theirs = positions_of(alike, clusters), usual(vectors)
    people = [share(xy, keys) if isinstance(keys, np.ndarray) else np.nan for xy in (ours, theirs)]
    figures = [*people, share(ours, clusters), share(theirs, clusters), kept(ours, alike), kept(theirs, alike)]
    print(f"{name:16}" + " ".join(f"{figure:9.3f}" for figure in figures), flush=True)
    return figures


def recall(texts: list[str]) -> None:
    alike = Likeness(embed(texts, "fast", progress=False), texts)
    began = time.perf_counter(), time.process_time()
    found = alike.neighbours(14)[0]
    seconds, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    some = np.arange(0, len(alike), 60)
    wanted = alike.neighbours(14, of=some)[0]
    share = np.mean([len(set(a) & set(b)) / 14 for a, b in zip(wanted, found[some], strict=True)])
    print(f"{len(alike)} different outputs: {share:.3f} of the neighbours found in {seconds:.0f} s ({cpu:.0f} CPU s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    missing = [name for name in (*LABELLED, "many_models", "large_100k") if not (folder / f"{name}.parquet").exists()]
    if missing:
        sys.exit(f"{folder / missing[0]}.parquet does not exist; give the folder of the labelled sets with --data.")
    print(f"{'':16}{'people':>9} {'usual':>9} {'clusters':>9} {'usual':>9} {'kept':>9} {'usual':>9}")
    labelled = [row(task.name, task.texts, task.prompt, task.vectors, task.keys) for task in tasks(folder)]
    print(f"{'mean':16}" + " ".join(f"{figure:9.3f}" for figure in np.mean(labelled, axis=0)))
    frame = pd.read_parquet(folder / "many_models.parquet")
    prose = []
    for kind in PROSE:
        group = frame[frame["kind"] == kind]
        texts = group["response"].fillna("").tolist()
        prose.append(row(kind, texts, group["prompt"].iloc[0], embed(texts, progress=False)))
    print(f"{'mean of prose':16}" + " ".join(f"{figure:9.3f}" for figure in np.mean(prose, axis=0)))
    recall(pd.read_parquet(folder / "large_100k.parquet")["response"].fillna("").tolist()[:30_000])


if __name__ == "__main__":
    main()
