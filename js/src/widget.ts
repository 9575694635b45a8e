// The module that anywidget loads in a notebook.
import { show } from "./app";
import type { Model } from "./wire/types";

export default {
  initialize() {},
  render({ model, el, signal }: { model: Model; el: HTMLElement; signal?: AbortSignal }) {
    return show(model, el, signal ?? new AbortController().signal);
  },
};
