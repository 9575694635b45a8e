"""Every benchmark in turn: `make bench`. One that lacks its data or its peer says so and the others go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PEER = HERE.parent / ".venv-peer" / "bin" / "python"

for program in ("cold.py", "clustering.py", "widget.py"):
    extra = ["--peer", str(PEER)] if program == "cold.py" and PEER.exists() else []
    print(f"\n== {program} ==", flush=True)
    subprocess.run([sys.executable, str(HERE / program), *extra], check=False)
