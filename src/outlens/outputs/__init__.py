"""The user's rows, read and checked; their columns, and whatever names some of them."""

from outlens.outputs.columns import Categories, Numbers, categories
from outlens.outputs.outputs import Outputs, read
from outlens.outputs.rows import Positions

__all__ = ["Categories", "Numbers", "Outputs", "Positions", "categories", "read"]
