// Safari 16.4 is the oldest browser that build.mjs names, but esbuild rewrites only syntax and passes functions that
// Safari lacks.
import { expect, it } from "vitest";

/**
 * Features by the Safari version that added them. Preact checks for `moveBefore` before calling it, so it is not
 * listed.
 */
const NEWER: [RegExp, string][] = [
  [/\bAbortSignal\.any\b/, "17.4"],
  [/\bPromise\.(withResolvers|try)\b/, "17.4"],
  [/\b(Object|Map)\.groupBy\b/, "17.4"],
  [/\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/, "17"],
  [/\bURL\.(canParse|parse)\b/, "17"],
  [/\bRegExp\.escape\b|\bIterator\.from\b|\bUint8Array\.fromBase64\b|\.toBase64\(/, "18.2"],
  [/\bCSS\.highlights\b|\bnew Highlight\(/, "17.2"],
  [/\.(checkVisibility|setHTMLUnsafe|getComposedRanges|startViewTransition)\(/, "17"],
  [/\.(showPopover|hidePopover|togglePopover)\(|\bpopover=/, "17"],
  [/\brequestIdleCallback\b|\bscheduler\.(yield|postTask)\b/, "no version"],
  // The flag "v", which esbuild writes as a call.
  [/\bRegExp\((?:[^()]|\([^()]*\))*?,\s*["'`][dgimsy]*v[dgimsy]*["'`]\)/, "17"],
];

const files: Record<string, string> = import.meta.glob(
  ["./**/*.{ts,tsx}", "!./**/*.test.{ts,tsx}", "!./testing/**", "../../src/outlens/widget/static/*.js"],
  { query: "?raw", import: "default", eager: true },
);

it("uses nothing newer than Safari 16.4, in the sources and in the bundle with its libraries", () => {
  const uses = Object.entries(files).flatMap(([file, text]) =>
    NEWER.flatMap(([pattern, version]) => {
      const use = pattern.exec(text);
      return use ? [`${file}: ${use[0]} (Safari ${version})`] : [];
    }),
  );
  expect(uses).toEqual([]);
});

it("reads the bundle", () => {
  expect(Object.keys(files).filter((file) => file.endsWith(".js"))).toHaveLength(3);
});
