"""The browser's code over the index's arrays, run by node, compared with Python's."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from outlens.text import Index, words

JS = Path(__file__).parents[2] / "js"

PROGRAM = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const contents = `export * from "./src/text/shared"; export * from "./src/text/phrases";
export * from "./src/text/function-words";`;
const stdin = { contents, resolveDir: process.cwd(), loader: "ts" };
const made = await build({ stdin, bundle: true, format: "esm", write: false });
const code = Buffer.from(made.outputFiles[0].text).toString("base64");
const { SharedIndex, phrases, isFunctionWord } = await import("data:text/javascript;base64," + code);
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ arrays, k, m, limit, words }) => {
  const { lcp, echo, ...rest } = arrays;
  const typed = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, Uint32Array.from(values)]));
  const index = new SharedIndex({ ...typed, lcp: Uint16Array.from(lcp), echo: Uint16Array.from(echo) });
  const coverage = index.coverage(m);
  const reach = index.reach(k, m);
  const listed = phrases(index, k, m, limit, undefined, (at) => isFunctionWord(words[at]));
  const outputs = arrays.variant.map((v) => {
    const [from, to] = [arrays.bounds[v], arrays.bounds[v + 1]];
    const start = arrays.start.slice(from, to);
    return { coverage: [...coverage.subarray(from, to)], spans: index.spans(v, m, reach), start };
  });
  return { outputs, listed: listed.map(({ at, words: n, variants }) => [words.slice(at, at + n), variants]) };
});
console.log(JSON.stringify(answers));
"""


@pytest.mark.newest
def test_the_browser_matches_python() -> None:
    rng = random.Random(3)
    cases, expected = [], []
    for _ in range(200):
        parts = ["a", "a", "b", "😀 c", "é"]
        texts = [" ".join(rng.choices(parts, k=rng.randrange(9))) for _ in range(rng.randrange(1, 7))]
        texts += texts[:1] * rng.randrange(2)
        prompt = rng.choice([None, " ".join(rng.choices("aab", k=4))])
        k, m, limit = rng.randrange(2, max(3, len(texts) + 1)), rng.randrange(1, 4), rng.randrange(1, 9)
        index = Index(texts, prompt=prompt)
        arrays = {name: array.tolist() for name, array in index.arrays().items()}
        forms = [index.tokens.vocabulary[form] for form in index.tokens.form]
        cases.append({"arrays": arrays, "k": k, "m": m, "limit": limit, "words": forms})
        spans = index.shared_spans(k, m)
        coverage = index.coverage(m)
        outputs = []
        for i, text in enumerate(texts):
            spans_of_text = spans[spans["output"] == i]
            starts = [len(text[:start].encode("utf-16-le")) // 2 for start in spans_of_text["start"]]
            outputs.append((coverage[i].tolist(), list(zip(starts, spans_of_text["words"].tolist(), strict=True))))
        listed = index.shared_phrases(k, m, limit=limit)
        phrases = [words(text)["form"].tolist() for text in listed["text"]]
        expected.append((outputs, list(zip(phrases, listed["outputs"].tolist(), strict=True))))
    done = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM], input=json.dumps(cases), capture_output=True, text=True, cwd=JS
    )
    assert done.returncode == 0, done.stderr
    for theirs, (outputs, listed), case in zip(json.loads(done.stdout), expected, cases, strict=True):
        for answer, (coverage, spans) in zip(theirs["outputs"], outputs, strict=True):
            assert answer["coverage"] == coverage
            pairs = zip(answer["spans"][::2], answer["spans"][1::2], strict=True)
            assert [(answer["start"][first], length) for first, length in pairs] == spans
        weight = case["arrays"]["weight"]
        assert [(phrase, sum(weight[v] for v in variants)) for phrase, variants in theirs["listed"]] == listed
    assert sum(len(listed) for _, listed in expected) > 50
