// Rows as a CSV file that a spreadsheet opens safely.

export type Cell = string | number | null;

/**
 * A CSV file (RFC 4180) in UTF-8 with a byte order mark, which Excel needs. A spreadsheet would run a text that begins
 * like a formula, so it gets an apostrophe in front, as OWASP advises. Numbers stay as they are.
 */
export function csv(header: string[], rows: Iterable<Cell[]>): string {
  const lines = [header.map(field).join(",")];
  for (const row of rows) lines.push(row.map(field).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  // Some spreadsheets skip spaces before the sign, and some accept full-width signs.
  const text = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
