// Builds the notebook's code as two modules: widget.js, and rare.js with what only src/rare.ts uses. What both use is in
// widget.js, which passes it to rare.js as the array SHARED: there is one Preact, and one of each signal.
import { basename } from "node:path";
import { build, transform } from "esbuild";

/** The code of both modules by their names, minified. `options` are those of esbuild for the sources. */
export async function split(options) {
  // esbuild puts what both use into a third module, and lists what rare.js imports from it.
  const entryPoints = ["src/widget.ts", "src/rare.ts"];
  const { outputFiles } = await build({ ...options, entryPoints, splitting: true, minify: false });
  const code = Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]));
  const common = Object.keys(code).find((name) => !["widget.js", "rare.js"].includes(name));
  const parts = /^import \{([^}]*)\} from ".*";\n([^]*)\nexport \{\s*(\S+) as default\s*\};\n$/.exec(code["rare.js"]);
  if (!parts || outputFiles.length !== 3) throw new Error("esbuild wrote rare.js in another form: see split.mjs");
  const [, imports, body, panels] = parts;
  // "name" or "name as own".
  const names = imports.split(",").map((item) => item.trim().split(" as "));
  code["shared.js"] = `import * as common from "./${common}";
    export const SHARED = [${names.map(([name]) => `common.${name}`)}];`;
  const rare = `export default ([${names.map((pair) => pair.at(-1))}]) => {${body}; return ${panels}};`;

  const inMemory = {
    name: "in memory",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path }) => ({ path: basename(path), namespace: "memory" }));
      onLoad({ filter: /./, namespace: "memory" }, ({ path }) => ({ contents: code[path] }));
    },
  };
  const { bundle, write, format, target, charset } = options;
  const written = { minify: true, target, charset };
  const widget = await build({
    ...{ bundle, write, format, ...written },
    entryPoints: ["widget.js"],
    inject: ["shared.js"],
    plugins: [inMemory],
  });
  return { "widget.js": widget.outputFiles[0].text, "rare.js": (await transform(rare, written)).code };
}
