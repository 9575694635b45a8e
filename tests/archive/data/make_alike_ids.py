"""Wrote `alike-ids.outlens` with the code of commit f919dbb, which took ids that print alike.

git archive f919dbb src | tar x -C /tmp/old && PYTHONPATH=/tmp/old/src python tests/archive/data/make_alike_ids.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import outlens as ol

if __name__ == "__main__":
    # The last id equals the name that a second output named 1 would get.
    frame = pd.DataFrame({"key": [1, "1", 2, "1#2"], "text": ["Yes.", "No.", "Maybe so.", "Never."]}, dtype=object)
    vectors = np.eye(4, 3, dtype=np.float32) + 0.1
    lens = ol.Lens(frame, text="text", id="key", vectors=vectors, store=False, annotator="ann")
    for row, tag in enumerate(["number", "string", "other", "hash"]):
        lens.tag(tag, [row])
    lens.save(Path(__file__).parent / "alike-ids.outlens")
