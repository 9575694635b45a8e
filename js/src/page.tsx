// For a page without a kernel: the widget over the values of the traits that the page holds.
import { render } from "preact";
import { show } from "./app";
import type { Lens } from "./core/lens";
import { type About, Head } from "./page/head";
import { PageModel } from "./page/page-model";
import { HandIn } from "./page/hand-in";

export { unpack } from "./page/unpack";

/**
 * Draws a page into an element: its head, where `state._about` says what it is, and the widget. Returns what ends it.
 */
export function mount(root: HTMLElement, state: Record<string, unknown>): () => void {
  const model = new PageModel(state);
  const ended = new AbortController();
  // Another tab of the page has tagged: only the window hears of that.
  window.addEventListener("storage", () => model.sync(), { signal: ended.signal });
  const head = document.createElement("div");
  const widget = document.createElement("div");
  widget.className = "ol-page-widget";
  root.append(head, widget);
  const about = state._about as About | undefined;
  const beside = (lens: Lens) => about && render(<Head about={about} lens={lens} />, head);
  const end = show(model, widget, ended.signal, { beside, HandIn });
  return () => {
    end();
    render(null, head);
    head.remove();
    widget.remove();
    ended.abort();
  };
}
