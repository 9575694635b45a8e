"""How groups of outputs differ, and whether it is more than chance: plain functions over vectors, scores and labels."""

from outlens.compare.between import likeness_between
from outlens.compare.calibration import calibration
from outlens.compare.consistency import consistency, prompt_consistency
from outlens.compare.density import density
from outlens.compare.difference import difference
from outlens.compare.diversity import diversity
from outlens.compare.novelty import novelty
from outlens.compare.paired import Paired, paired
from outlens.compare.points import points
from outlens.compare.telling import telling_pairs
from outlens.compare.telling_traits import telling_traits
from outlens.compare.trait_values import trait_values
from outlens.compare.traits import trait_means, trait_overlap, traits

__all__ = [
    "Paired",
    "calibration",
    "consistency",
    "density",
    "difference",
    "diversity",
    "likeness_between",
    "novelty",
    "paired",
    "points",
    "prompt_consistency",
    "telling_pairs",
    "telling_traits",
    "trait_means",
    "trait_overlap",
    "trait_values",
    "traits",
]
