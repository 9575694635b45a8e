// A page without a kernel: runs the widget on the trait values stored in the page.
import { render } from "preact";
import { show } from "./app";
import type { Lens } from "./core/lens";
import { type About, Head } from "./page/head";
import { PageModel } from "./page/page-model";
import { HandIn } from "./page/hand-in";
import type { Names } from "./page/rows";
import { provide } from "./panels/rare";
import panels from "./rare";

export { unpack } from "./page/unpack";

provide(panels);

/**
 * Draws a page into an element: the widget, with a head if `state._about` describes the page. Returns a function that
 * removes both.
 */
export function mount(root: HTMLElement, state: Record<string, unknown>): () => void {
  const model = new PageModel(state);
  const ended = new AbortController();
  // When another tab of the page tags, only the window gets the event.
  window.addEventListener("storage", () => model.sync(), { signal: ended.signal });
  const head = document.createElement("div");
  const widget = document.createElement("div");
  widget.className = "ol-page-widget";
  root.append(head, widget);
  const about = state._about as About | undefined;
  const names = state._names as Names;
  const beside = (lens: Lens) => about && render(<Head about={about} lens={lens} names={names} />, head);
  const end = show(model, widget, ended.signal, { beside, HandIn });
  return () => {
    end();
    render(null, head);
    head.remove();
    widget.remove();
    ended.abort();
  };
}
