"""How groups of outputs differ, and whether it is more than chance: plain functions over vectors, scores and labels."""

__all__: list[str] = []
