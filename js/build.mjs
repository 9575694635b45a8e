// The notebook's module, the page's, and their style sheets: committed with the Python package.
import { build } from "esbuild";

const OWN = (
  "alignment anchors announce anySelected arrays arrived asked clusters codes colors copies counts " +
  "coverage disputes draft estimate faded field folds hasSize heights hover isPinned layer level " +
  "listing localOf marks members mine minOutputs minWords nameOf nextUntagged ofCounted opened " +
  "otherPrompts outputOf outputs outputsOf outputsWith painted palette passes passing pointer " +
  "preparing pressed promptIndex question radius reading redraw report reveal ringed setGranularity " +
  "setPrompt settings shared shortSource shown sourcesOf spans spread stride styled tagging tagKeys " +
  "textData traits unfolded units variants where wordings wordsBetween written"
).split(" ");

await build({
  entryPoints: [
    { in: "src/widget.ts", out: "widget" },
    { in: "src/style.css", out: "widget" },
    { in: "src/page.tsx", out: "page" },
    { in: "src/page/page.css", out: "page" },
  ],
  outdir: "../src/outlens/widget/static",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  // Properties of our own objects, which nothing outside the bundle sees (src/mangled.test.ts): short names save 4 % of it.
  mangleProps: new RegExp(`^(${OWN.join("|")})$`),
  // Children as arguments of `h`, not as a property of each element's: 2 % smaller. tsconfig.json would prescribe the other.
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: ["jsx.mjs"],
  tsconfigRaw: { compilerOptions: { target: "ES2022", verbatimModuleSyntax: true } },
});
