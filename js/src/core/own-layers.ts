// The user's own layers: typed spans.
import type { OwnLayer } from "../wire/types";
import { COLORS, REST } from "./groups";

/** The name of a type's code. */
export function typeName(layer: OwnLayer, code: number): string {
  if (code === REST) return "several";
  if (code === COLORS && layer.types.length > COLORS) return "other";
  return layer.types[code - 1] ?? "";
}

/** The spans of one output; their colours continue after the `before` types of earlier layers. */
export function ownSpans(layer: OwnLayer, id: number, before: number): number[] {
  const spans: number[] = [];
  for (let k = 3 * layer.first[id]; k < 3 * layer.first[id + 1]; k += 3) {
    const code = layer.pieces[k + 2];
    spans.push(layer.pieces[k], layer.pieces[k + 1], code === REST ? REST : ownColor(Math.max(code, 1), before));
  }
  return spans;
}

export function ownColor(code: number, before: number): number {
  return ((code - 1 + before) % COLORS) + 1;
}

/** The types of an output's spans at a position. */
export function typesAt(layer: OwnLayer, id: number, at: number): string[] {
  const types: string[] = [];
  for (let k = 3 * layer.first[id]; k < 3 * layer.first[id + 1]; k += 3) {
    if (layer.pieces[k] <= at && at < layer.pieces[k + 1]) types.push(typeName(layer, layer.pieces[k + 2]));
  }
  return types;
}
