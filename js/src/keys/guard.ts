// Decides which keys the notebook gets. Adds listeners to the widget's root and none to the page.
import type { Lens } from "../core/lens";
import { leave, press } from "./commands";

/** JupyterLab ignores keys pressed on an element with this attribute. */
const SUPPRESS = "data-lm-suppress-shortcuts";

export function guard(root: HTMLElement, lens: Lens, until: AbortSignal): void {
  const on = <K extends keyof HTMLElementEventMap>(kind: K, listener: (event: HTMLElementEventMap[K]) => void) =>
    root.addEventListener(kind, listener, { signal: until });
  on("focusin", (event) => (event.target as Element).setAttribute(SUPPRESS, "true"));
  on("focusout", (event) => (event.target as Element).removeAttribute(SUPPRESS));
  on("keyup", (event) => (event.target as Element).setAttribute(SUPPRESS, "true"));
  on("keydown", (event) => {
    const target = event.target as HTMLElement;
    const inField = isField(target);
    if (isNotebooks(event, lens, target)) {
      target.removeAttribute(SUPPRESS);
      return;
    }
    // In command mode, JupyterLab takes plain letters from any focused element in an output: "d d" would delete the
    // cell.
    event.stopPropagation();
    target.setAttribute(SUPPRESS, "true");
    if (event.isComposing) return;
    const context = { lens, root, target };
    if (event.key === "Escape") {
      leave(context, inField);
      event.preventDefault();
    } else if (!inField && press(context, event)) event.preventDefault();
  });
}

/** Whether JupyterLab gets a key. */
function isNotebooks(
  { key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent,
  lens: Lens,
  target: HTMLElement,
): boolean {
  const help = lens.help.value;
  const inField = isField(target);
  if (key === "Escape") return !help && !lens.reading.drawer.value && !inField;
  // A field keeps the editing shortcuts.
  if (ctrlKey || metaKey) return !inField || !/^[acvxyz]$/i.test(key);
  // In command mode these select cells; on the map they pan.
  if (shiftKey && key.startsWith("Arrow")) return !help && !target.matches(".ol-map, input, select, textarea");
  // Tab leaves the widget, except from the list of keys; Shift+Enter runs the cell.
  return (key === "Tab" && !help) || (altKey && key !== "Alt") || (key === "Enter" && shiftKey && !inField);
}

function isField(target: HTMLElement): boolean {
  return target.matches("select, input:not([type=range], [type=checkbox]), textarea");
}
