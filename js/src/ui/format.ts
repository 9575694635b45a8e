// Numbers and counts in words.

/** A number with up to six digits, or in powers of ten. */
export function number(value: number): string {
  return Math.abs(value) < 1e6 ? String(Number(value.toPrecision(6))) : value.toPrecision(3);
}

/** A count with separators: 12,345. */
export function grouped(n: number): string {
  return n.toLocaleString("en");
}

/** A count with its noun. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
