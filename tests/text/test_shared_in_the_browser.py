"""The browser's reading of the index's arrays, by node, against Python's."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

from outlens.text import Index

JS = Path(__file__).parents[2] / "js"

PROGRAM = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const made = await build({ entryPoints: ["src/text/shared.ts"], bundle: true, format: "esm", write: false });
const code = Buffer.from(made.outputFiles[0].text).toString("base64");
const { SharedIndex } = await import("data:text/javascript;base64," + code);
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ arrays, k, m }) => {
  const { lcp, echo, ...rest } = arrays;
  const typed = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, Uint32Array.from(values)]));
  const index = new SharedIndex({ ...typed, lcp: Uint16Array.from(lcp), echo: Uint16Array.from(echo) });
  const coverage = index.coverage(m);
  const reach = index.reach(k, m);
  return arrays.variant.map((v) => {
    const [from, to] = [arrays.bounds[v], arrays.bounds[v + 1]];
    const start = arrays.start.slice(from, to);
    return { coverage: [...coverage.subarray(from, to)], spans: index.spans(v, m, reach), start };
  });
});
console.log(JSON.stringify(answers));
"""


def test_the_browser_finds_what_python_finds() -> None:
    rng = random.Random(3)
    cases, expected = [], []
    for _ in range(200):
        said = ["a", "a", "b", "😀 c", "é"]
        texts = [" ".join(rng.choices(said, k=rng.randrange(9))) for _ in range(rng.randrange(1, 7))]
        texts += texts[:1] * rng.randrange(2)
        prompt = rng.choice([None, " ".join(rng.choices("aab", k=4))])
        k, m = rng.randrange(2, max(3, len(texts) + 1)), rng.randrange(1, 4)
        index = Index(texts, prompt=prompt)
        cases.append({"arrays": {name: a.tolist() for name, a in index.arrays().items()}, "k": k, "m": m})
        spans = index.shared_spans(k, m)
        coverage = index.coverage(m)
        answer = []
        for i, text in enumerate(texts):
            own = spans[spans["output"] == i]
            starts = [len(text[:start].encode("utf-16-le")) // 2 for start in own["start"]]
            answer.append((coverage[i].tolist(), list(zip(starts, own["words"].tolist(), strict=True))))
        expected.append(answer)
    done = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM], input=json.dumps(cases), capture_output=True, text=True, cwd=JS
    )
    assert done.returncode == 0, done.stderr
    for theirs, ours in zip(json.loads(done.stdout), expected, strict=True):
        for answer, (coverage, spans) in zip(theirs, ours, strict=True):
            assert answer["coverage"] == coverage
            pairs = zip(answer["spans"][::2], answer["spans"][1::2], strict=True)
            assert [(answer["start"][first], words) for first, words in pairs] == spans
