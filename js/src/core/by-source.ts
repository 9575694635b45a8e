// Outputs by the name of their source: offered beside a search, which looks only through the texts.
import type { Outputs } from "./outputs";

export interface OfSource {
  names: string[];
  ids: Uint32Array;
}

/** The outputs whose source has a word that begins with the typed text; null if there are none. */
export function ofSource(outputs: Outputs, typed: string): OfSource | null {
  const { source } = outputs.info;
  const wanted = typed.trim().toLowerCase();
  if (source === null || wanted.length < 2) return null;
  const matches = (outputs.column(source)?.categories ?? []).map((name) => {
    const at = name.toLowerCase().indexOf(wanted);
    return at === 0 || (at > 0 && !/[\p{L}\p{N}]/u.test(name[at - 1]));
  });
  const codes = outputs.columns.value[source];
  const ids = outputs.where((i) => matches[codes[i]]);
  return ids.length ? { names: [...new Set(Array.from(ids, (i) => outputs.source(i)))], ids } : null;
}
