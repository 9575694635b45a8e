"""The user's rows, read and checked; their columns, and whatever names some of them."""

from outlens.outputs.columns import factorize, missing
from outlens.outputs.outputs import NO_PROMPT, Outputs, read
from outlens.outputs.reading import TEXT_COLUMNS
from outlens.outputs.rows import Positions

__all__ = ["NO_PROMPT", "TEXT_COLUMNS", "Outputs", "Positions", "factorize", "missing", "read"]
