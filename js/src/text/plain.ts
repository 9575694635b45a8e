// A unit of markdown as plain text on one line.

const MARKER = /^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d+[.)]\s+|\|)+/;

const EMPHASIS = /\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<![\p{L}\p{N}_])__(?=\S)(.+?)(?<=\S)__(?![\p{L}\p{N}_])|`([^`]+)`/gsu;

/** Without list markers, marks of emphasis and line breaks. */
export function plain(unit: string): string {
  return unit
    .replace(MARKER, "")
    .replace(EMPHASIS, (_, bold, strong, code) => code ?? (bold ?? strong).replace(/`([^`]+)`/g, "$1"))
    .replace(/\|\s*$/, "")
    .replace(/\s+/g, " ")
    .trim();
}
