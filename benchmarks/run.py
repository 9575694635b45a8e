"""Run every benchmark: `make bench`. One whose data or peer is missing reports that, and the others still run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PEER = HERE.parent / ".venv-peer" / "bin" / "python"

EXTRA = {"cold.py": ["--peer", str(PEER)] if PEER.exists() else [], "text.py": ["--large"]}

PROGRAMS = [
    "cold.py",
    "clustering.py",
    "map.py",
    "scale.py",
    "text.py",
    "text_align.py",
    "text_distinctive.py",
    "points.py",
    "comparing.py",
    "widget.py",
    "peers.py",
    "reader.py",
    "tags.py",
    "suggest.py",
    "add.py",
]

for program in PROGRAMS:
    extra = EXTRA.get(program, [])
    print(f"\n== {program} ==", flush=True)
    subprocess.run([sys.executable, str(HERE / program), *extra], check=False)
