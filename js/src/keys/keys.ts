// The keyboard. One listener on the widget's root; nothing on the page.
import type { ReaderMode } from "../wire/types";
import type { Reading } from "../core/reading";
import type { Direction, State } from "../core/state";

export const KEYS: [string, string][] = [
  ["j k", "next and previous output; interleaved: group"],
  ["x v", "select or deselect the output; pin it beside others"],
  ["n N", "its next and previous mark, and what that is"],
  ["m", "cards, grid, interleaved"],
  ["← → ↑ ↓", "on the map: the next point that way"],
  ["Enter Space", "on the map: select the point, or add and remove it"],
  ["l p", "a drag lassoes, a drag moves the map"],
  ["+ - 0", "zoom in, out, show everything"],
  ["[ ]", "coarser and finer clusters"],
  ["F2 z", "on a cluster: rename it, zoom to it"],
  ["/", "search; Enter selects what matches, Escape leaves"],
  ["a", "select what the reader lists"],
  ["t 1…9", "tag the output, or the selection; again: take off"],
  ["s e", "star it; write a note on it"],
  ["g", "the next output without a tag of yours"],
  ["u U", "undo and redo of tags"],
  ["i", "invert the selection"],
  ["c", "clear the selection of all prompts"],
  ["?", "this list"],
  ["Shift Alt", "with a lasso or a click: add, remove"],
  ["Ctrl", "with the wheel: zoom, wherever the focus is"],
];

const WALK: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** JupyterLab leaves the keys alone that are pressed on an element with this attribute. */
const SUPPRESS = "data-lm-suppress-shortcuts";

export function listen(root: HTMLElement, state: State, reading: Reading, until: AbortSignal): void {
  const on = <K extends keyof HTMLElementEventMap>(kind: K, listener: (event: HTMLElementEventMap[K]) => void) =>
    root.addEventListener(kind, listener, { signal: until });
  on("focusin", (event) => (event.target as Element).setAttribute(SUPPRESS, "true"));
  on("focusout", (event) => (event.target as Element).removeAttribute(SUPPRESS));
  on("keyup", (event) => (event.target as Element).setAttribute(SUPPRESS, "true"));
  on("keydown", (event) => {
    const target = event.target as HTMLElement;
    const text = isText(target);
    if (isNotebooks(event, text, state.help.value || reading.drawer.value, state.help.value)) {
      target.removeAttribute(SUPPRESS);
      return;
    }
    // In its command mode JupyterLab takes plain letters from whatever has the focus in an output: "d d" would
    // delete the cell.
    event.stopPropagation();
    target.setAttribute(SUPPRESS, "true");
    if (event.isComposing) return;
    if (
      event.key === "Escape" ? leave(root, state, reading, target) : !text && press(root, state, reading, target, event)
    ) {
      event.preventDefault();
    }
  });
}

/** Whether JupyterLab is to have a key. */
function isNotebooks(
  { key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent,
  text: boolean,
  closes: boolean,
  help: boolean,
): boolean {
  if (key === "Escape") return !closes && !text;
  // Tab leads out, except of the list of keys; Shift+Enter runs the cell, and all that Ctrl or Meta goes with; a field keeps its own.
  if (ctrlKey || metaKey) return !text || !/^[acvxyz]$/i.test(key);
  return (key === "Tab" && !help) || (altKey && key !== "Alt") || (key === "Enter" && shiftKey && !text);
}

function isText(target: HTMLElement): boolean {
  return target.matches("select, input:not([type=range], [type=checkbox]), textarea");
}

/** Escape closes the list of keys, leaves a field, or closes what is below the texts. */
function leave(root: HTMLElement, state: State, reading: Reading, target: HTMLElement): boolean {
  if (state.help.value) {
    state.help.value = false;
    return true;
  }
  if (!isText(target) && reading.drawer.value) {
    // The focus must not fall off the widget with what is closed.
    if (target.closest(".ol-drawer")) root.querySelector<HTMLElement>(".ol-list")?.focus();
    reading.close();
    return true;
  }
  if (target.matches(".ol-search-input") && state.view.value.query) state.set({ query: "", regex: false });
  root.querySelector<HTMLElement>(".ol-map")?.focus();
  return true;
}

function press(root: HTMLElement, state: State, reading: Reading, target: HTMLElement, event: KeyboardEvent): boolean {
  const map = state.map;
  const onMap = target.matches(".ol-map");
  if (state.help.value) return false;
  if (event.repeat && TOGGLES.test(event.key)) return true;
  switch (event.key) {
    case "ArrowLeft":
    case "ArrowRight":
    case "ArrowUp":
    case "ArrowDown":
      if (onMap) map?.walk(WALK[event.key]);
      return onMap;
    case "Enter":
    case " ":
      if (!onMap || state.cursor.value < 0) return false;
      if (event.key === "Enter") state.select([state.cursor.value], "replace");
      else state.pick([state.cursor.value]);
      return true;
    case "j":
    case "k":
      step(state, reading, event.key === "j" ? 1 : -1);
      return true;
    case "n":
    case "N":
      toMark(state, reading, event.key === "n" ? 1 : -1);
      return true;
    case "v":
      if (state.cursor.value >= 0) reading.pin(state.cursor.value);
      return true;
    case "m": {
      const mode = MODES[(MODES.indexOf(state.view.value.mode) + 1) % MODES.length];
      state.set({ mode });
      state.status.value = mode;
      return true;
    }
    case "x":
      if (state.cursor.value >= 0) state.pick(state.copies(state.cursor.value));
      return true;
    case "l":
      state.set({ tool: "lasso" });
      return true;
    case "p":
      state.set({ tool: "pan" });
      return true;
    case "+":
    case "=":
      map?.zoom(1.4);
      return true;
    case "-":
      map?.zoom(1 / 1.4);
      return true;
    case "0":
      map?.fit();
      return true;
    case "[":
    case "]": {
      const { granularities } = state.shown.value.tree;
      const next = granularities[state.level.value + (event.key === "]" ? 1 : -1)];
      if (next !== undefined) state.setGranularity(next);
      return true;
    }
    case "/":
      root.querySelector<HTMLInputElement>(".ol-search-input")?.focus();
      return true;
    case "a":
      state.select(state.listed.value, "replace");
      return true;
    case "t":
      if (state.tags.target.value.ids.length) state.tags.field.value = state.tags.target.value;
      else state.tags.say("Nothing to tag: select outputs, or go to one with j");
      return true;
    case "s":
      state.tags.star(state.tags.target.value.ids);
      return true;
    case "e":
      if (state.cursor.value >= 0) state.tags.write(state.tags.target.value.ids, state.tags.target.value.what);
      else state.tags.say("No output to write a note on: go to one with j");
      return true;
    case "g": {
      const next = state.tags.nextUntagged();
      if (next >= 0) state.cursor.value = next;
      state.status.value = next < 0 ? "All that the reader lists has a tag of yours" : state.describe(next);
      return true;
    }
    case "u":
      state.tags.switch("undo");
      return true;
    case "U":
      state.tags.switch("redo");
      return true;
    case "i":
      state.invert();
      return true;
    case "c":
      state.clear();
      return true;
    case "?":
      state.help.value = true;
      return true;
    default: {
      const tag = /^[1-9]$/.test(event.key) ? state.tags.keyed.value[Number(event.key)] : undefined;
      if (tag !== undefined) state.tags.toggle(tag, state.tags.target.value.ids);
      return tag !== undefined;
    }
  }
}

/** A key that is held does these once: it would do and undo them many times a second. */
const TOGGLES = /^[1-9smxvi]$/;

const MODES: ReaderMode[] = ["cards", "grid", "interleaved"];

function step(state: State, reading: Reading, by: number): void {
  if (state.view.value.mode === "interleaved") return reading.walk?.(by);
  const listed = state.cards.value.ids;
  if (!listed.length) return;
  const at = listed.indexOf(state.cursor.value < 0 ? -1 : state.copies(state.cursor.value)[0]);
  const to = listed[Math.min(listed.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : listed.length - 1) : at + by))];
  reading.asked.value = null;
  state.cursor.value = to;
  state.status.value = state.describe(to);
}

/** Goes to the next mark of the output one is at, and says what it is. */
function toMark(state: State, reading: Reading, by: 1 | -1): void {
  const asked = reading.asked.value;
  const id = asked?.id ?? (state.cursor.value >= 0 ? state.cursor.value : state.cards.value.ids[0]);
  if (id === undefined || state.view.value.mode === "interleaved") return;
  const at = reading.markFrom(id, asked?.id === id ? asked.at : by > 0 ? -1 : Infinity, by);
  if (at < 0) {
    state.status.value = by > 0 ? "No mark after this" : "No mark before this";
    return;
  }
  state.cursor.value = id;
  reading.opened.value = new Set([...reading.opened.value, id]);
  reading.ask(id, at);
  reading.show(id, at);
  state.status.value = reading.tell(id, at).join(", ");
}
