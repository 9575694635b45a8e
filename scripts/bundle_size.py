"""Fail if a committed bundle exceeds its budget in js/budgets.json: they are sent with every widget."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUDGETS: dict[str, int] = json.loads((ROOT / "js/budgets.json").read_text("utf-8"))

too_large = False
for name, budget in BUDGETS.items():
    size = (ROOT / "src/outlens/widget/static" / name).stat().st_size
    print(f"{name}: {size:,} of {budget:,} bytes")
    too_large |= size > budget
sys.exit(too_large)
