// A unit of markdown as plain text on one line.

const MARKER = /^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d+[.)]\s+|\|)+/;

/** Without list markers, marks of emphasis and line breaks. */
export function plain(unit: string): string {
  return unit
    .replace(MARKER, "")
    .replace(/\*\*|__|`/g, "")
    .replace(/\|\s*$/, "")
    .replace(/\s+/g, " ")
    .trim();
}
