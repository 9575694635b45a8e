// A group of controls as one Tab stop: the arrow keys move between them.

/** All but one have a `tabIndex` of -1; text fields keep their arrow keys. */
const CONTROLS = "button:not(:disabled), input[type=checkbox]";

/** Left and Right cycle through the controls of a box, and the box itself if it can be focused. */
export function rove(event: KeyboardEvent): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (!step || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = event.currentTarget as HTMLElement;
  const controls = box.querySelectorAll<HTMLElement>(CONTROLS);
  const all = box.tabIndex < 0 ? [...controls] : [box, ...controls];
  const at = all.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  all[(at + step + all.length) % all.length].focus();
}
