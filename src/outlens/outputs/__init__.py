"""The user's rows, read and checked; their columns, and whatever names some of them."""

from outlens.outputs.columns import MISSING, Categories, Numbers, categories, factorize, missing
from outlens.outputs.outputs import NO_PROMPT, Outputs, read
from outlens.outputs.reading import TEXT_COLUMNS
from outlens.outputs.rows import Positions

__all__ = [
    "MISSING",
    "NO_PROMPT",
    "TEXT_COLUMNS",
    "Categories",
    "Numbers",
    "Outputs",
    "Positions",
    "categories",
    "factorize",
    "missing",
    "read",
]
