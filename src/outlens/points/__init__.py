"""Points: what outputs say, who says it and who leaves it out; plain functions over a list of texts."""

from outlens.points.find import Points, find

__all__ = ["Points", "find"]
