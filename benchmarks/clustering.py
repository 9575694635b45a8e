"""Compare clusters with the groups that people made: adjusted mutual information and pair F1 on labelled sets.

    python benchmarks/clustering.py [--data FOLDER]

Rows without a label are clustered but not scored. An output in no cluster counts as a cluster by itself. The jokes
count as one prompt. Each method has the same settings for all prompts.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.vectors import cluster, embed, name_clusters

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
LABELLED = {"groups_noveltybench_answers": "answer_key", "groups_jokegpt_human": "human_group"}
PROSE = ("advice", "opinion", "creative", "explanation")

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


class Task(NamedTuple):
    name: str
    prompt: str
    texts: list[str]
    keys: npt.NDArray[np.object_]
    vectors: Vectors
    static: Vectors


def tasks(folder: Path) -> Iterator[Task]:
    for file, column in LABELLED.items():
        frame = pd.read_parquet(folder / f"{file}.parquet")
        jokes = file.startswith("groups_joke")
        for name, group in [("jokes", frame)] if jokes else list(frame.groupby("prompt_id")):
            texts = group["response"].fillna("").tolist()
            keys = group[column].to_numpy(object)
            vectors = embed(texts, progress=False), embed(texts, "fast", progress=False)
            yield Task(str(name), group["prompt"].iloc[0], texts, keys, *vectors)


def score(labels: Labels, keys: npt.NDArray[np.object_]) -> tuple[float, float]:
    """Return the adjusted mutual information and pair F1 of clusters; each -1 is a cluster by itself."""
    from sklearn.metrics import adjusted_mutual_info_score

    found = np.where(labels < 0, labels.max() + 1 + np.arange(len(labels)), labels)
    scored = pd.notna(keys)
    truth = pd.factorize(keys[scored].astype(str))[0]
    found = pd.factorize(found[scored])[0]
    both = pd.crosstab(truth, found).to_numpy()

    def pairs(counts: npt.NDArray[np.int64]) -> int:
        return int((counts * (counts - 1) // 2).sum())

    same = pairs(both.sum(axis=1)) + pairs(both.sum(axis=0))
    return float(adjusted_mutual_info_score(truth, found)), 2 * pairs(both) / max(1, same)


def average_linkage(distance: npt.NDArray[np.floating], cut: float) -> Labels:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = np.clip((distance + distance.T) / 2, 0, None)
    np.fill_diagonal(distance, 0)
    return fcluster(linkage(squareform(distance, checks=False), "average"), cut, "distance").astype(np.int64)


def hdbscan_on_umap(dimensions: int) -> Callable[[Task], Labels]:
    def recipe(task: Task) -> Labels:
        import umap
        from sklearn.cluster import HDBSCAN

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            near = umap.UMAP(n_components=dimensions, metric="cosine", random_state=42).fit_transform(task.vectors)
            return HDBSCAN(10, copy=True).fit_predict(near).astype(np.int64)

    return recipe


def words_too(task: Task) -> Labels:
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer().fit_transform(task.texts)
    return average_linkage(1 - (task.vectors @ task.vectors.T + (words @ words.T).toarray()) / 2, 0.6)


def ours(task: Task) -> Labels:
    return cluster(task.vectors, task.texts, prompt=task.prompt).cut().astype(np.int64)


RECIPES: dict[str, Callable[[Task], Labels]] = {
    "outlens": ours,
    "outlens, static vectors": lambda task: ours(task._replace(vectors=task.static)),
    "average linkage on embedding and TF-IDF, cut at .6": words_too,
    "average linkage on cosine, cut at .3": lambda task: average_linkage(1 - task.vectors @ task.vectors.T, 0.3),
    "average linkage on cosine of static vectors, cut at .3": lambda task: average_linkage(
        1 - task.static @ task.static.T, 0.3
    ),
    "HDBSCAN(10) on a UMAP of 2 dimensions": hdbscan_on_umap(2),
    "HDBSCAN(10) on a UMAP of 5 dimensions": hdbscan_on_umap(5),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    missing = [name for name in (*LABELLED, "many_models") if not (folder / f"{name}.parquet").exists()]
    if missing:
        sys.exit(f"{folder / missing[0]}.parquet does not exist; give the folder of the labelled sets with --data.")
    sets = list(tasks(folder))
    print(f"{'':56} {'AMI':>5} {'F1':>5}   " + " ".join(f"{task.name.removeprefix('curated-'):>9}" for task in sets))
    for name, recipe in RECIPES.items():
        scores = np.array([score(recipe(task), task.keys) for task in sets])
        each = " ".join(f"{ami:.2f}/{f1:.2f}" for ami, f1 in scores)
        print(f"{name:56} {scores[:, 0].mean():5.3f} {scores[:, 1].mean():5.3f}   {each}", flush=True)

    print("\nlong prose, default granularity: shares and names of the largest clusters")
    frame = pd.read_parquet(folder / "many_models.parquet")
    for kind in PROSE:
        group = frame[frame["kind"] == kind]
        texts, prompt = group["response"].fillna("").tolist(), group["prompt"].iloc[0]
        vectors = embed(texts, progress=False)
        start = time.perf_counter()
        tree = cluster(vectors, texts, prompt=prompt)
        middle = time.perf_counter()
        names = name_clusters(texts, tree, prompt=prompt)
        end = time.perf_counter()
        largest = tree.order(tree.level(0.5))[:5]
        shown = ", ".join(f"{tree.sizes[node] / len(texts):.0%} {names[node].name!r}" for node in largest)
        print(f"{kind:12} {len(texts)} outputs, {middle - start:.2f} s + names {end - middle:.2f} s: {shown}")


if __name__ == "__main__":
    main()
