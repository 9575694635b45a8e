"""Fail where the module exceeds its budget: it is sent with every widget."""

import sys
from pathlib import Path

BUDGET = 180_000

size = (Path(__file__).parent.parent / "src/outlens/widget/static/widget.js").stat().st_size
print(f"widget.js: {size:,} of {BUDGET:,} bytes")
sys.exit(size > BUDGET)
