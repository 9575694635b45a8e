"""How groups of outputs differ, and whether it is more than chance: plain functions over vectors, scores and labels."""

from outlens.compare.difference import difference
from outlens.compare.paired import Paired, paired
from outlens.compare.points import points
from outlens.compare.telling import telling_pairs
from outlens.compare.trait_values import BUILT_IN, trait_values
from outlens.compare.traits import trait_means, trait_overlap, traits

__all__ = [
    "BUILT_IN",
    "Paired",
    "difference",
    "paired",
    "points",
    "telling_pairs",
    "trait_means",
    "trait_overlap",
    "trait_values",
    "traits",
]
