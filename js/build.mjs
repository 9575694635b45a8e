// One ES module and one style sheet, committed with the Python package.
import { build } from "esbuild";

const out = "../src/outlens/widget/static";
const common = { bundle: true, minify: true, target: ["es2022", "safari16.4"], charset: "utf8", legalComments: "none" };
await build({
  ...common,
  entryPoints: ["src/widget.ts"],
  outfile: `${out}/widget.js`,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
});
await build({ ...common, entryPoints: ["src/style.css"], outfile: `${out}/widget.css` });
