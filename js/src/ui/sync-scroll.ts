// Boxes that scroll together: where one is, the others go.

let leader: Element | null = null;

export function together(within: Element, moved: Element): void {
  // A cell that was moved here reports a scroll too, but must not move the others again.
  if (leader && leader !== moved) return;
  leader = moved;
  for (const other of within.querySelectorAll(".ol-cell-scroll")) {
    if (other !== moved) other.scrollTop = moved.scrollTop;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => (leader = null)));
}
