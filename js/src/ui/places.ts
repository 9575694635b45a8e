// Converts positions on the page to positions in a text, and back. An `.ol-text` holds exactly its part's characters.

export interface Place {
  id: number;
  /** Index in UTF-16 units of the output's text. */
  at: number;
}

/** The pointer's position: an event in a shadow tree loses its target after its listeners ran. */
export interface Pointed {
  target: Element;
  x: number;
  y: number;
}

export function pointedAt({ target, clientX: x, clientY: y }: MouseEvent): Pointed {
  return { target: target as Element, x, y };
}

/** The text position under the pointer, if it is over a character. */
export function placeAt({ target, x, y }: Pointed): Place | null {
  const box = target.closest<HTMLElement>(".ol-text[data-id]");
  if (!box) return null;
  const root = box.ownerDocument as Document & { caretRangeFromPoint?: (x: number, y: number) => Range | null };
  // The browser reports a caret inside a shadow root only if that root is passed.
  const tree = box.getRootNode();
  const caret = root.caretPositionFromPoint?.(x, y, tree instanceof ShadowRoot ? { shadowRoots: [tree] } : undefined);
  const range = caret ? null : root.caretRangeFromPoint?.(x, y);
  const [node, offset] = caret
    ? [caret.offsetNode, caret.offset]
    : range
      ? [range.startContainer, range.startOffset]
      : [];
  if (!node || node.nodeType !== Node.TEXT_NODE || !box.contains(node)) return null;
  // The caret is between two characters; their boxes show which one is under the pointer.
  const length = (node as Text).length;
  for (const k of [offset! - 1, offset!]) {
    if (k < 0 || k >= length) continue;
    const one = root.createRange();
    one.setStart(node, k);
    one.setEnd(node, k + 1);
    const hit = Array.from(one.getClientRects()).some(
      (r) => x >= r.left - 1 && x <= r.right + 1 && y >= r.top - 2 && y <= r.bottom + 2,
    );
    if (hit) return { id: Number(box.dataset.id), at: Number(box.dataset.from) + before(box, node) + k };
  }
  return null;
}

/** The number of characters in a box before one of its text nodes. */
function before(box: Element, node: Node): number {
  const walker = box.ownerDocument.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  let sum = 0;
  for (let next = walker.nextNode(); next && next !== node; next = walker.nextNode()) sum += (next as Text).length;
  return sum;
}

/** The drawn character at a position in an output's text. */
export function textAt(root: Element, id: number, at: number): Range | null {
  for (const box of root.querySelectorAll<HTMLElement>(`.ol-text[data-id="${id}"]`)) {
    let left = at - Number(box.dataset.from);
    if (left < 0) continue;
    const walker = box.ownerDocument.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let next = walker.nextNode() as Text | null; next; next = walker.nextNode() as Text | null) {
      if (left < next.length) {
        const range = box.ownerDocument.createRange();
        range.setStart(next, left);
        range.setEnd(next, left + 1);
        return range;
      }
      left -= next.length;
    }
  }
  return null;
}

/** Whether text is selected, in the page or in the shadow tree of an element. */
export function selectsText(within: Element): boolean {
  const tree = within.getRootNode() as (Document | ShadowRoot) & { getSelection?: () => Selection | null };
  // Some browsers do not report this inside a shadow tree.
  const selection = tree.getSelection?.() ?? within.ownerDocument.getSelection();
  return !!selection && !selection.isCollapsed;
}
