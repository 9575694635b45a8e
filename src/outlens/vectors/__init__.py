"""Embed texts and compute clusters, names and positions: plain functions over arrays."""

from outlens.vectors.clusters import Tree, cluster
from outlens.vectors.embed import check, embed
from outlens.vectors.engine import DefaultEngine, Engine
from outlens.vectors.landscape import Landscape, landscape
from outlens.vectors.likeness import Likeness
from outlens.vectors.names import Name, name_clusters
from outlens.vectors.positions import project

__all__ = [
    "DefaultEngine",
    "Engine",
    "Landscape",
    "Likeness",
    "Name",
    "Tree",
    "check",
    "cluster",
    "embed",
    "landscape",
    "name_clusters",
    "project",
]
