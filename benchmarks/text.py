"""Time the text engine on real texts, compared with peers in the same run.

    python benchmarks/text.py [--texts FILE.parquet] [--large]

Peers: `divsufsort` on the same integer words plus one plain `re.findall` of the words of the texts (the least that a
suffix array costs), scikit-learn's TF-IDF, difflib over all pairs (estimated from a sample), and CollateX if it is
installed. `--large` adds 100 000 outputs, in a separate process to measure its memory.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outlens.text import Index
from outlens.text.words import tokenize

ROOT = Path(__file__).parent.parent
WORD = re.compile(r"\w+")
DATA = ROOT.parent / "shared" / "data" / "large_100k.parquet"

BROWSER = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const made = await build({ entryPoints: ["src/text/shared.ts"], bundle: true, format: "esm", write: false });
const code = Buffer.from(made.outputFiles[0].text).toString("base64");
const { SharedIndex } = await import("data:text/javascript;base64," + code);
const { lcp, echo, ...rest } = JSON.parse(readFileSync(0, "utf8"));
const arrays = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, Uint32Array.from(values)]));
const index = new SharedIndex({ ...arrays, lcp: Uint16Array.from(lcp), echo: Uint16Array.from(echo) });
const times = [];
for (let round = 0; round < 9; round++) {
  const start = performance.now();
  index.coverage(3 + round);
  const reach = index.reach(50 + 20 * round, 4);
  for (let v = 0; v + 1 < index.arrays.bounds.length; v++) index.spans(v, 4, reach);
  times.push(performance.now() - start);
}
console.log(times.sort((a, b) => a - b)[4]);
"""


def best(function: Callable[[], Any], runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def show(name: str, seconds: float, whole: float, note: str = "") -> None:
    print(f"  {name:<58} {seconds:9.3f} s  {seconds / whole:8.2f} x  {note}")


def integers(texts: list[str]) -> np.ndarray:
    tokens = tokenize(texts)
    sequence = np.empty(len(tokens.form) + len(texts), np.int32)
    sequence[np.arange(len(tokens.form)) + tokens.output] = tokens.form + len(texts)
    sequence[tokens.bounds[1:] + np.arange(len(texts))] = np.arange(len(texts))
    return sequence


def collate(texts: list[str]) -> None:
    from collatex import Collation, collate

    collation = Collation()
    for i, text in enumerate(texts):
        collation.add_plain_witness(str(i), text)
    collate(collation)


def compare(texts: list[str]) -> None:
    from pydivsufsort import divsufsort
    from sklearn.feature_extraction.text import TfidfVectorizer

    n = len(texts)
    characters = sum(map(len, texts))
    sequence = integers(texts)
    runs = 5 if n <= 1000 else 3

    def ours() -> None:
        index = Index(texts)
        index.shared_spans()
        index.coverage()

    whole = best(ours, runs)
    words = best(lambda: tokenize(texts), runs)
    index = Index(texts)
    sort = best(lambda: divsufsort(sequence), runs)
    read = best(lambda: [WORD.findall(t) for t in texts], runs)
    print(f"\n{n:,} outputs, {characters / n:.0f} characters, {len(index.suffix) + n - len(index.weight):,} words")
    show("ours: words, index, spans, coverage", whole, whole)
    show("  of these, words", words, whole, f"{characters / words / 1e6:.0f} million characters a second")
    show("  another k: spans at 30 %", best(lambda: index.shared_spans(0.3)), whole)
    show("  another k: spans at 3 outputs", best(lambda: index.shared_spans(3)), whole)
    show("  another m: coverage", best(lambda: index.coverage(6)), whole)
    show("  phrases at 5 outputs", best(lambda: index.shared_phrases(5)), whole)
    show("divsufsort of the same words", sort, whole)
    show(
        "  and one re.findall of the texts' words",
        sort + read,
        whole,
        f"ours takes {whole / (sort + read):.1f} times that",
    )
    show("scikit-learn TF-IDF of words", best(lambda: TfidfVectorizer().fit_transform(texts), 1), whole)
    some = random.Random(0).sample(texts, min(30, n))
    pairs = [(some[i].split(), some[j].split()) for i in range(12) for j in range(i)]
    one = best(lambda: [difflib.SequenceMatcher(None, a, b, False).get_matching_blocks() for a, b in pairs], 1)
    show("difflib on words, all pairs (estimated)", one / len(pairs) * n * (n - 1) / 2, whole)
    if n <= 1000:
        arrays = {name: values.tolist() for name, values in index.arrays().items()}
        done = subprocess.run(
            ["node", "--input-type=module", "-e", BROWSER],
            input=json.dumps(arrays),
            capture_output=True,
            text=True,
            cwd=ROOT / "js",
        )
        if done.returncode:
            print(f"  the part in the browser did not run: {done.stderr.strip().splitlines()[-1]}")
        else:
            show("in JavaScript: another k and m, coverage and spans", float(done.stdout) / 1000, whole)
        if importlib.util.find_spec("collatex"):
            for count in (2, 6):
                show(f"CollateX on {count} of them", best(lambda c=count: collate(texts[:c]), 1), whole)
        else:
            print("  CollateX is not installed here (2 texts 0.4 s, 12 texts 15.6 s where it was)")


def large(texts: list[str]) -> None:
    start = time.perf_counter()
    index = Index(texts)
    made = time.perf_counter()
    spans = index.shared_spans(100)
    index.coverage()
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\n{len(texts):,} outputs, {len(index.suffix):,} words in different texts")
    print(f"  index {made - start:.1f} s, {len(spans):,} spans and coverage {end - made:.1f} s, peak {peak:.2f} GB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=DATA)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only-large", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.texts.exists():
        sys.exit(f"{args.texts} is not here; give a parquet file of outputs with --texts.")
    texts = pd.read_parquet(args.texts, columns=["response"])["response"].tolist()
    # numba compiles at the first call after an installation, and caches the result.
    start = time.perf_counter()
    Index(["a b", "b a"], prompt="a").shared_phrases(2, 1)
    Index(["a b", "b a"]).coverage(1)
    if args.only_large:
        large(texts)
        return
    print(f"imports, and compiling or loading from the cache: {time.perf_counter() - start:.1f} s")
    for n in (1_000, 10_000):
        compare(texts[:n])
    if args.large:
        subprocess.run([sys.executable, __file__, "--texts", str(args.texts), "--only-large"], check=True)


if __name__ == "__main__":
    main()
