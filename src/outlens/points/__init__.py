"""Points: what outputs say, who says it and who leaves it out; plain functions over a list of texts."""

from outlens.points.distinctive import distinctive
from outlens.points.find import Points, find
from outlens.points.outputs import by_output, makers, omissions, support

__all__ = ["Points", "by_output", "distinctive", "find", "makers", "omissions", "support"]
