// Shortens the name of a tag.

/** Characters of a name on a chip; the title holds the full name. */
const CHIP = 40;

export function short(name: string): string {
  return name.length > CHIP ? `${name.slice(0, CHIP - 1)}…` : name;
}
