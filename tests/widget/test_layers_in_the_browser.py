"""The browser's painting, run by node, compared with `lens.visible`."""

from __future__ import annotations

import base64
import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.text.utf16 import utf16

JS = Path(__file__).parents[2] / "js"

PROGRAM = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const names = ["core/lens", "page/page-model"];
const contents = names.map((name) => `export * from "./src/${name}";`).join("");
const stdin = { contents, resolveDir: process.cwd(), loader: "ts" };
const jsx = { jsx: "automatic", jsxImportSource: "preact" };
const made = await build({ stdin, bundle: true, format: "esm", write: false, ...jsx });
const code = Buffer.from(made.outputFiles[0].text).toString("base64");
const { PageModel, makeLens } = await import("data:text/javascript;base64," + code);
const bytes = (_, value) => {
  if (typeof value?.$bytes !== "string") return value;
  return new DataView(Uint8Array.from(Buffer.from(value.$bytes, "base64")).buffer);
};
// Expressions are tried in place.
globalThis.Worker = undefined;
const answers = [];
for (const traits of JSON.parse(readFileSync(0, "utf8"), bytes)) {
  const lens = makeLens(new PageModel(traits), new AbortController().signal);
  const painted = () => {
    const spansOfRows = [];
    for (let i = 0; i < lens.outputs.info.n; i++) {
      if (lens.listing.scope.value === "selected" && !lens.selection.mask.value[i]) continue;
      const text = lens.outputs.texts.value.get(i);
      for (const { layer, spans } of lens.marks.layers(i, text, 0, text.length)) {
        const row = lens.outputs.rows.value[i];
        for (let k = 0; k < spans.length; k += 3) spansOfRows.push([layer, row, ...spans.slice(k, k + 3)]);
      }
    }
    return spansOfRows;
  };
  // A search answers later, and so do the places of an expression's hits, which the first painting asks for.
  await new Promise((resolve) => setImmediate(resolve));
  painted();
  await new Promise((resolve) => setImmediate(resolve));
  answers.push(painted());
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
"""

NAMES = ("shared", "common", "only", "echo", "aligned", "mine")


def jsonable(value: object) -> object:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    return [jsonable(item) for item in value] if isinstance(value, list) else value


def lens_of(rng: random.Random) -> ol.Lens:
    units = ["a", "a", "b", "😀 c", "é", "Take five.\n", "It rains not.", "It rains 5 times.", "d e f g"]
    n = rng.randrange(1, 9)
    texts = [" ".join(rng.choices(units, k=rng.randrange(9))) for _ in range(n)] + ["another one"] * 2
    prompt = rng.choice([None, " ".join(rng.choices("aab", k=4))])
    frame = pd.DataFrame({"response": texts} if prompt is None else {"response": texts, "prompt": prompt})
    if prompt is not None:
        frame.loc[n:, "prompt"] = "another"
    frame = frame.iloc[rng.sample(range(n + 2), n + 2)].reset_index(drop=True)
    lens = ol.Lens(frame, vectors=np.eye(n + 2))
    if prompt is not None:
        lens.prompt = prompt
    spans = []
    for row in rng.choices(range(n + 2), k=rng.randrange(6)):
        spans.append((row, *sorted(rng.choices(range(len(frame["response"][row]) + 1), k=2)), rng.choice("xyz")))
    lens.highlight(pd.DataFrame(spans, columns=["output", "start", "end", "kind"]), "mine", by="kind")
    for kind in ("index", "aligned"):  # built once, for all pages
        for prompt in range(len(lens.prompts)):
            lens._bridge.widget._handle_custom_msg({"kind": kind, "prompt": prompt}, [])
    return lens


@pytest.mark.newest
def test_the_browser_marks_match_visible() -> None:
    rng = random.Random(5)
    cases, expected = [], []
    for _ in range(15):
        lens = lens_of(rng)
        texts = lens._study.outputs.texts
        for _ in range(12):
            lens.select(rng.sample(range(len(texts)), rng.randrange(len(texts))))
            view = lens.view
            view.scope, view.context = rng.choice(["all", "selected"]), rng.choice(["all", "selection"])
            view.layers = [name for name in NAMES if rng.random() < 0.7]
            view.min_outputs, view.min_words = rng.choice([0.3, 0.5, 1.0, 2, 3, 6]), rng.randrange(1, 5)
            # As typed in the browser: "(" is not a valid expression.
            query = rng.choice(["", "a", "C", "IT r", "é", "("])
            lens._bridge.widget.view = {**lens._bridge.widget.view, "query": query, "regex": rng.choice([True, False])}
            cases.append(jsonable(lens._bridge.page_state()))
            rows = []
            for row in lens.visible.itertuples():
                start, end = utf16(texts[row.output], np.array([row.start, row.end])).tolist()
                layer = "own" if row.layer == "mine" else row.layer
                rows.append([f"ol-{layer}", row.output, start, end, row.value if layer == "shared" else 0])
            expected.append(sorted(rows))
    done = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM], input=json.dumps(cases), capture_output=True, text=True, cwd=JS
    )
    assert done.returncode == 0, done.stderr
    for theirs, ours, case in zip(json.loads(done.stdout), expected, cases, strict=True):
        # Colours belong to the browser, and so does the hovered element.
        marked = [[*span[:4], span[4] if span[0] == "ol-shared" else 0] for span in theirs if span[0] != "ol-hot"]
        assert sorted(marked) == ours, case["view"]
    assert sum(map(len, expected)) > 1000
