"""Read and check the user's rows, describe their columns, and resolve whatever names rows."""

from outlens.outputs.columns import Categories, Numbers, categories
from outlens.outputs.outputs import Outputs, read
from outlens.outputs.rows import Positions

__all__ = ["Categories", "Numbers", "Outputs", "Positions", "categories", "read"]
