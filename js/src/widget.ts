// What anywidget and the page without a kernel call; wiring only.
import { render as draw, h } from "preact";
import { App } from "./app";
import { listen } from "./keys/keys";
import { type Model, PageModel, Traits } from "./wire/model";
import { Reading } from "./core/reading";
import { State } from "./core/state";

function show(model: Model, el: HTMLElement, signal: AbortSignal): () => void {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const root = document.createElement("div");
  root.className = "outlens";
  const state = new State(new Traits(model, until), until);
  const reading = new Reading(state, until);
  el.append(root);
  listen(root, state, reading, until);
  draw(h(App, { state, reading, root, until }), root);
  return () => {
    ended.abort();
    draw(null, root);
    root.remove();
  };
}

export default {
  initialize() {},
  render({ model, el, signal }: { model: Model; el: HTMLElement; signal?: AbortSignal }) {
    return show(model, el, signal ?? new AbortController().signal);
  },
};

/** For a page without a kernel: the widget over the traits' values. */
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
