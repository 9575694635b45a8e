// Several layers of marks over one text become runs that do not overlap: what is drawn is one element a run.

/** Where a layer paints, in UTF-16 units of one text: [start, end, what] three by three, rising and apart. */
export interface Painted {
  /** CSS class of the layer; `what` adds "-what" to it when it is above 0. */
  layer: string;
  spans: ArrayLike<number>;
}

export interface Run {
  start: number;
  end: number;
  /** Classes of the layers that cover it, joined by spaces. */
  classes: string;
}

/** The runs between two places of a text that at least one layer covers, rising. */
export function runs(layers: Painted[], from: number, to: number): Run[] {
  const edges: number[] = [];
  for (const { spans } of layers) {
    for (let k = 0; k < spans.length; k += 3) {
      if (spans[k] < to && spans[k + 1] > from) edges.push(Math.max(spans[k], from), Math.min(spans[k + 1], to));
    }
  }
  if (!edges.length) return [];
  const cuts = Float64Array.from(new Set(edges)).sort();
  const next = layers.map(() => 0);
  const found: Run[] = [];
  for (let c = 0; c + 1 < cuts.length; c++) {
    const start = cuts[c];
    let classes = "";
    layers.forEach(({ layer, spans }, l) => {
      while (next[l] < spans.length && spans[next[l] + 1] <= start) next[l] += 3;
      if (next[l] >= spans.length || spans[next[l]] > start) return;
      const what = spans[next[l] + 2];
      classes += `${classes && " "}${layer}${what ? `-${what}` : ""}`;
    });
    if (!classes) continue;
    const last = found[found.length - 1];
    // A cut inside a span of every layer that covers it (another layer's empty span) is none.
    if (last && last.end === start && last.classes === classes) last.end = cuts[c + 1];
    else found.push({ start, end: cuts[c + 1], classes });
  }
  return found;
}
