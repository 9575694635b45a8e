"""What a notebook knows about a value."""

from __future__ import annotations

import sys
from typing import Any


def variable_of(value: Any) -> str:
    """Return the name of the notebook's variable that holds a value; "" if none does, or outside of a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    # A copy: another thread may add a variable meanwhile.
    variables = dict(shell.user_ns) if shell is not None else {}
    return next((name for name, held in variables.items() if held is value and not name.startswith("_")), "")
