// For a page without a kernel: the widget over the values of the traits that the page holds.
import { show } from "./app";
import { PageModel } from "./page/page-model";

export function mount(el: HTMLElement, state: Record<string, unknown>): () => void {
  const model = new PageModel(state);
  const ended = new AbortController();
  window.addEventListener("storage", () => model.sync(), { signal: ended.signal });
  const end = show(model, el, ended.signal);
  return () => {
    end();
    ended.abort();
  };
}
