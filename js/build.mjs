// Builds the modules and style sheets of the notebook and the page. They are committed with the Python package.
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";
import { split } from "./split.mjs";

const OWN = (
  "about affine alignment anchors announce anySelected arrays arrived asked blocks bySource clusters codes " +
  "colors comparedCount componentDidCatch componentDidMount componentDidUpdate componentWillMount " +
  "componentWillReceiveProps componentWillUnmount componentWillUpdate contextType copies counts coverage " +
  "current currentGroup dense disputes doubleTap draft drawer elsewhere ends faded field folds " +
  "getChildContext getDerivedStateFromError getDerivedStateFromProps getSnapshotBeforeUpdate goal ground " +
  "groupOf hasSize heights hover isOpen isPinned isPoint keyOf largest layer level lines listing localOf makers " +
  "making marks mask members mine minOutputs minWords moved nameOf nearest nextUntagged ofCounted ofOutput " +
  "ofSources onlyHere onUnfold onWidth opened otherPrompts outputOf outputs outputsOf outputsWith painted " +
  "palette panBy passages passes passing pointCount pointer pointList pointsProgress preparing present pressed " +
  "progress project promptIndex Provider question radius reach reading redraw report reveal ringed room rowAt " +
  "rowsOf score scrolled setGranularity setLevel setPrompt setScope settings settle shared shortSource shown " +
  "sourcesOf spans spread starts stride strip styled tagging tagKeys textData totals traits typicalOf unfold " +
  "unfolded unitAt units unproject variants where within wordings wordsBetween written zoomAbout zoomTo"
).split(" ");

const options = {
  outdir: "../src/outlens/widget/static",
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: ["es2022", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  // Properties of our own objects that nothing outside the bundle reads (src/mangled.test.ts): short names save 4 % of
  // it.
  mangleProps: new RegExp(`^(${OWN.join("|")})$`),
  // Children as arguments of `h` instead of a property of each element: 2 % smaller. tsconfig.json would choose the
  // other.
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: ["jsx.mjs"],
  tsconfigRaw: { compilerOptions: { target: "ES2022", verbatimModuleSyntax: true } },
};
const entryPoints = [
  { in: "src/style.css", out: "widget" },
  { in: "src/page.tsx", out: "page" },
  { in: "src/page/page.css", out: "page" },
];
const { outputFiles } = await build({ ...options, entryPoints });
const files = await split(options);
for (const { path, text } of outputFiles) files[basename(path)] = text;

const LONG = (
  "Uint32Array Uint8Array Uint16Array Int32Array Float32Array Float64Array AbortController JSON.stringify Array.from Math.max Math.min Math.floor Math.round Math.ceil Math.abs " +
  "requestAnimationFrame cancelAnimationFrame setTimeout clearTimeout"
).split(" ");

/** Two-letter names that a module does not use. */
function unused(code, count) {
  const used = new Set(code.match(/[\w$]+/g));
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((a) => letters.map((b) => a + b))
    .filter((name) => !used.has(name) && !/^(?:as|do|if|in|is|of)$/.test(name))
    .slice(-count);
}

/** Shorten code that esbuild writes twice, or in full many times over. */
function shorten(code) {
  // esbuild lists the fields that a constructor sets, some under their names in the source.
  const classes = code.replace(/\}(?:(?!(?:break|return|continue);)[A-Za-z_$][\w$]*;)+/g, "}");
  // Most elements have only a class: `h("div", { class: "ol-bar" }, ...)` becomes `$div("ol-bar", ...)`.
  const [, h] = /(\w+)\("div",\{class:/.exec(classes);
  const elements = classes.replace(new RegExp(`\\b${h}\\("(div|span)",\\{class:("[^"]*")\\}`, "g"), "$$$1($2");
  const made = ["div", "span"].map((tag) => `function $${tag}(c,...a){return ${h}("${tag}",{class:c},...a)}`);
  // Long names of browser functions that are used often. The code that runs in the worker is given them too.
  let named = elements;
  const short = unused(code, LONG.length);
  const names = LONG.map((long, k) => `${short[k]}=${long}`);
  LONG.forEach((long, k) => {
    named = named.replace(new RegExp(`(?<![\\w.$"\`])${long}\\b(?!["\`])`, "g"), short[k]);
  });
  const inWorker = `var ${names.filter((name) => !name.endsWith("Frame"))};`;
  return `var ${names};${named.replace("`const answer=", `\`${inWorker}const answer=`)}${made.join("")}`;
}

// A second minifier saves another 1 %. It runs before `shorten` and leaves the outermost scope alone: the search worker
// is built from the source of functions.
const more = {
  module: true,
  toplevel: false,
  ecma: 2022,
  mangle: { toplevel: false },
  compress: { passes: 2, toplevel: false, keep_fargs: false, unsafe_arrows: true },
};
for (const [name, text] of Object.entries(files)) {
  const code = name.endsWith(".js") ? (await minify(text, more)).code : text;
  writeFileSync(join(options.outdir, name), ["widget.js", "page.js"].includes(name) ? shorten(code) : code);
}
