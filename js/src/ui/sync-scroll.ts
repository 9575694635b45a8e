// Scrolls several boxes together.

let leader: Element | null = null;

export function together(within: Element, moved: Element): void {
  // A box that was moved here fires a scroll event too, but must not move the others again.
  if (leader && leader !== moved) return;
  leader = moved;
  for (const other of within.querySelectorAll(".ol-cell-scroll")) {
    if (other !== moved) other.scrollTop = moved.scrollTop;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => (leader = null)));
}
