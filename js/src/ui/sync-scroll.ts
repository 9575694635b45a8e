// Boxes that scroll together: where one is, the others go.

let leader: Element | null = null;

export function together(within: Element, moved: Element): void {
  // What was moved here reports that, too: it leads nobody.
  if (leader && leader !== moved) return;
  leader = moved;
  for (const other of within.querySelectorAll(".ol-cell-scroll")) {
    if (other !== moved) other.scrollTop = moved.scrollTop;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => (leader = null)));
}
