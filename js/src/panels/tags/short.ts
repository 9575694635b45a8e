// The name of a tag where there is little room.

/** Characters of a name that a chip shows; all of them are in its title. */
const CHIP = 40;

export function short(name: string): string {
  return name.length > CHIP ? `${name.slice(0, CHIP - 1)}…` : name;
}
