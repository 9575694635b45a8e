"""The user's rows, read and checked; their columns, and whatever names some of them."""

from outlens.outputs.columns import factorize, missing
from outlens.outputs.outputs import NO_PROMPT, Outputs, read
from outlens.outputs.reading import TEXT_COLUMNS

__all__ = ["NO_PROMPT", "TEXT_COLUMNS", "Outputs", "factorize", "missing", "read"]
