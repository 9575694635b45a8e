// Colour schemes: the colours of groups and of numbers.
import { number } from "../ui/format";
import type { Column, Definition } from "../wire/types";

/** Okabe and Ito's eight colours, distinguishable with any kind of colour vision; darker on a light background. */
const CATEGORIES = {
  light: ["#0072b2", "#cc79a7", "#56b4e9", "#e69f00", "#009e73", "#d55e00", "#b3a800", "#7a5195"],
  dark: ["#4aa3df", "#e39ac4", "#86d0f7", "#f0b429", "#2fc79a", "#f47f35", "#e3d84a", "#b48be0"],
};
const REST = { light: "#8b949e", dark: "#868e99" };
const NONE = { light: "#b6bdc5", dark: "#5b636e" };
/** Cividis, from low to high; designed for colour-blind readers. */
const STEPS = {
  light: ["#00204d", "#1b3a6b", "#46536b", "#666970", "#848279", "#a59c74", "#c8b866", "#eed54e"],
  dark: ["#3a62a8", "#5677a6", "#7187a0", "#8d97a0", "#a8a895", "#c3ba85", "#dccb71", "#f8e15f"],
};

export interface Entry {
  /** The value of `group` for its points; -1 for points without a value. */
  group: number;
  label: string;
  color: string;
  count: number;
}

export interface Scheme {
  kind: "cluster" | "category" | "number";
  name: string;
  palette: string[];
  /** Index into the palette for each point. */
  codes: Uint8Array;
  /** Cluster number, category or step of each point; -1 = none. */
  group: Int32Array;
  entries: Entry[];
  /** Whether the last values share an entry because there are too many for the legend. */
  many: boolean;
}

const SHOWN = 8;
/** Number of hues for more than eight clusters, a golden angle apart; the list of clusters is their legend. */
const HUES = 64;

/** Up to eight values get a colour each; the others share grey and one legend entry. Clusters beyond eight get hues. */
export function byGroup(
  kind: "cluster" | "category",
  name: string,
  group: Int32Array,
  labels: string[],
  dark: boolean,
  none: string,
): Scheme {
  const theme = dark ? "dark" : "light";
  const own = kind === "cluster" ? SHOWN + HUES : SHOWN;
  const hue = (k: number) => `hsl(${(137.5 * k) % 360} 42% ${dark ? 64 : 46}%)`;
  const hues = Array.from({ length: own - SHOWN }, (_, k) => hue(k));
  const palette = [...CATEGORIES[theme], ...hues, REST[theme], NONE[theme]];
  const codes = new Uint8Array(group.length);
  const counts = new Int32Array(labels.length + 1);
  for (let i = 0; i < group.length; i++) {
    const g = group[i];
    codes[i] = g < 0 ? own + 1 : Math.min(g, own);
    counts[g < 0 ? labels.length : g]++;
  }
  let entries = labels
    .map((label, g) => ({ group: g, label, color: palette[Math.min(g, own)], count: counts[g] }))
    .filter((entry) => entry.count > 0);
  const others = entries.filter((entry) => entry.group >= SHOWN);
  const many = kind === "category" && others.length > 1;
  if (many) {
    const count = others.reduce((sum, entry) => sum + entry.count, 0);
    entries = [
      ...entries.slice(0, -others.length),
      { group: SHOWN, label: `others (${others.length})`, color: palette[SHOWN], count },
    ];
    group = group.map((g) => Math.min(g, SHOWN));
  }
  const without = counts[labels.length];
  if (without) entries.push({ group: -1, label: none, color: palette[own + 1], count: without });
  return { kind, name, palette, codes, group, entries, many };
}

export function byNumber(column: Column, values: Float32Array, dark: boolean): Scheme {
  const theme = dark ? "dark" : "light";
  const steps = STEPS[theme];
  const palette = [...steps, NONE[theme]];
  const low = column.min ?? 0;
  const span = (column.max ?? 0) - low;
  const group = new Int32Array(values.length);
  const codes = new Uint8Array(values.length);
  const counts = new Int32Array(steps.length + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const step = Number.isNaN(value)
      ? -1
      : span > 0
        ? Math.min(steps.length - 1, Math.max(0, Math.floor(((value - low) / span) * steps.length)))
        : 0;
    group[i] = step;
    codes[i] = step < 0 ? steps.length : step;
    counts[codes[i]]++;
  }
  const entries: Entry[] = [];
  for (let step = 0; step < steps.length; step++) {
    if (!counts[step]) continue;
    const from = low + (span * step) / steps.length;
    const to = low + (span * (step + 1)) / steps.length;
    const label = span > 0 ? `${rounded(from, span)} – ${rounded(to, span)}` : number(low);
    entries.push({ group: step, label, color: steps[step], count: counts[step] });
  }
  if (counts[steps.length])
    entries.push({ group: -1, label: "no value", color: NONE[theme], count: counts[steps.length] });
  return { kind: "number", name: column.name, palette, codes, group, entries, many: false };
}

/** As many decimals as needed to distinguish the ends of the steps. */
function rounded(value: number, span: number): string {
  const decimals = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(span))));
  return number(Number(value.toFixed(decimals)));
}

/** The scheme of tags, in the colours assigned to them. */
export function byTag(group: Int32Array, names: string[], define: Definition[], dark: boolean): Scheme {
  const scheme = byGroup("category", "tags", group, names, dark, "no tag");
  if (scheme.many) return scheme;
  const codes = scheme.codes.map((code, i) => (group[i] < 0 ? code : define[group[i]].color));
  const entries = scheme.entries.map((entry) => ({
    ...entry,
    color: entry.group < 0 ? entry.color : scheme.palette[define[entry.group].color],
  }));
  return { ...scheme, codes, entries };
}
