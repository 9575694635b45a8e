"""Clusters of the packaged sample against an answer key: the themes that a person read in each of its 168 outputs.

`sample_themes.csv` has one row per output of `ol.sample()`, in its order: `talk` to the neighbour, find the `cause`,
protect your `sleep`, keep a `log` and complain, write a `note`, try `mediation`, make friends with the `dog`, `refuse`,
`other` (advice that nobody else gives), or nothing (the blank output). Several are in the order of the text.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

import outlens as ol
from outlens.vectors.clusters import Tree, cluster
from outlens.vectors.embed import embed

# Otherwise the oldest versions, without torch, pass only if another job has kept these vectors already.
pytestmark = pytest.mark.model

KEY = pd.read_csv(Path(__file__).with_name("sample_themes.csv"), keep_default_na=False)
THEMES = [frozenset(cell.split()) for cell in KEY["themes"]]
ONE = np.array([len(themes) == 1 and themes != {"other"} for themes in THEMES])
"""The outputs whose group is beyond doubt."""
LABELS = KEY["themes"].to_numpy(str)[ONE]


@pytest.fixture(scope="module")
def tree() -> Tree:
    sample = ol.sample()
    assert sample[["source", "sample"]].values.tolist() == KEY[["source", "sample"]].values.tolist()
    texts = sample["response"].tolist()
    return cluster(embed(texts), texts, prompt=sample["prompt"][0])


def clusters_of(tree: Tree, granularity: float) -> npt.NDArray[np.int64]:
    """Return the cluster of each output; an unclustered one is a cluster by itself."""
    cut = tree.cut(granularity).astype(np.int64)
    alone = np.flatnonzero(cut < 0)
    cut[alone] = cut.max() + 1 + np.arange(len(alone))
    return cut


def pairs(labels: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return whether two outputs have the same label, for each pair."""
    upper = np.triu_indices(len(labels), 1)
    return (labels[:, None] == labels)[upper]


def pair_f1(labels: npt.NDArray[np.generic], clusters: npt.NDArray[np.int64]) -> float:
    wanted, got = pairs(labels), pairs(clusters)
    return float(2 * (wanted & got).sum() / (wanted.sum() + got.sum()))


def test_pair_f1_matches_a_case_worked_out_by_hand() -> None:
    # Wanted pairs: 01, 23. Pairs in a cluster: 01, 02, 12. One of them is right: 2 * 1 / (2 + 3).
    assert pair_f1(np.array(["a", "a", "b", "b"]), np.array([0, 0, 0, 1])) == pytest.approx(0.4)


# Measured with the packaged model: AMI .74 and F1 .63 at .5, which is finer than the key; .72 and .72 at .3.
@pytest.mark.parametrize(("granularity", "ami", "f1"), [(0.5, 0.6, 0.5), (0.3, 0.55, 0.55)])
def test_outputs_with_one_piece_of_advice_are_clustered_by_it(
    tree: Tree, granularity: float, ami: float, f1: float
) -> None:
    clusters = clusters_of(tree, granularity)[ONE]
    assert adjusted_mutual_info_score(LABELS, clusters) > ami
    assert pair_f1(LABELS, clusters) > f1
    # The labels alone do not help: after shuffling, they agree with nothing.
    dealt = np.random.default_rng(0).permutation(LABELS)
    assert adjusted_mutual_info_score(dealt, clusters) < 0.15
    assert pair_f1(dealt, clusters) < 0.3


def test_refusals_are_separate_from_advice(tree: Tree) -> None:
    clusters = clusters_of(tree, 0.5)
    refusal = np.array([themes == {"refuse"} for themes in THEMES])
    assert refusal.sum() == 8
    with_refusal = np.isin(clusters, clusters[refusal])
    # Measured: all of these are refusals.
    assert refusal[with_refusal].mean() > 0.7


def test_outputs_of_a_cluster_share_advice(tree: Tree) -> None:
    share = np.array([[bool(a & b) for b in THEMES] for a in THEMES])[np.triu_indices(len(THEMES), 1)]
    together = pairs(clusters_of(tree, 0.5))
    # Measured: 99 % of the pairs in a cluster, 53 % of all.
    assert share[together].mean() > share.mean() + 0.3
