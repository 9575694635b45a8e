// Turns several layers of marks over one text into runs that do not overlap, each drawn as one element.

/** Where a layer paints, in UTF-16 units of one text: ascending, disjoint triples [start, end, what]. */
export interface Painted {
  /** CSS class of the layer; a `what` above 0 appends "-what". */
  layer: string;
  spans: ArrayLike<number>;
}

export interface Run {
  start: number;
  end: number;
  /** Classes of the layers that cover the run, joined by spaces. */
  classes: string;
}

/** The runs between two positions of a text that at least one layer covers, ascending. */
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
    // Merge runs that only another layer's empty span divides.
    if (last && last.end === start && last.classes === classes) last.end = cuts[c + 1];
    else found.push({ start, end: cuts[c + 1], classes });
  }
  return found;
}
