"""Read and check the user's rows, describe their columns, and resolve whatever names rows."""

from outlens.outputs.appending import append
from outlens.outputs.columns import Categories, Numbers, categories, describe
from outlens.outputs.outputs import Outputs, read
from outlens.outputs.rows import Positions

__all__ = ["Categories", "Numbers", "Outputs", "Positions", "append", "categories", "describe", "read"]
