// The widget as a whole: header, map and clusters beside the reader, footer.
import { effect } from "@preact/signals";
import { h, render } from "preact";
import { useEffect } from "preact/hooks";
import { listen } from "./keys/keys";
import { Clusters } from "./panels/clusters/clusters";
import { Footer } from "./panels/footer";
import { Header } from "./panels/header";
import { Help } from "./panels/help";
import { MapPanel } from "./panels/map/map-panel";
import { Reader } from "./panels/reader/reader";
import { Reading } from "./core/reading";
import { State } from "./core/state";
import { followTheme } from "./ui/theme";
import { Traits } from "./wire/traits";
import type { Model } from "./wire/types";

/** Draws the widget into `el` until `signal` aborts or the function returned is called; `beside` may draw with its state. */
export function show(model: Model, el: HTMLElement, signal: AbortSignal, beside?: (state: State) => void): () => void {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const root = document.createElement("div");
  root.className = "outlens";
  const state = new State(new Traits(model, until), until);
  const reading = new Reading(state, until);
  el.append(root);
  listen(root, state, reading, until);
  render(h(App, { state, reading, root, until }), root);
  beside?.(state);
  return () => {
    ended.abort();
    render(null, root);
    root.remove();
  };
}

interface Props {
  state: State;
  reading: Reading;
  root: HTMLElement;
  until: AbortSignal;
}

export function App({ state, reading, root, until }: Props) {
  useEffect(() => followTheme(root, (dark) => (state.dark.value = dark), until), []);
  useEffect(() => countChanges(root, state, reading), []);
  return (
    <div class="ol-frame">
      <Header state={state} />
      <div class="ol-body" aria-busy={state.preparing.value}>
        <div class="ol-left">
          <MapPanel state={state} root={root} />
          <Clusters state={state} />
        </div>
        <Reader state={state} reading={reading} />
      </div>
      <Footer state={state} />
      {state.help.value && <Help state={state} />}
      <div class="ol-status" role="status" aria-live="polite">
        {state.status.value}
      </div>
    </div>
  );
}

/** `data-outlens-rev` grows after each change has been painted; what drives the widget waits for it. */
function countChanges(root: HTMLElement, state: State, reading: Reading): () => void {
  let rev = 0;
  let frame = 0;
  const stop = effect(() => {
    void [
      state.shown.value,
      state.selected.value,
      state.listed.value,
      state.clusters.value,
      state.scheme.value,
      state.faded.value,
      state.cursor.value,
      state.help.value,
      state.preparing.value,
      state.searchError.value,
      state.view.value,
      state.spread.value,
      state.traits.index.value,
      state.traits.aligned.value,
      state.traits.layers.value,
      state.tags.tagged.value,
      state.tags.field.value,
      state.tags.noting.value,
      reading.opened.value,
      reading.unfolded.value,
      reading.asked.value,
      reading.hot.value,
      reading.place.value,
      reading.distinctive.value,
    ]; // prettier-ignore
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        root.dataset.outlensReady = "true";
        root.dataset.outlensRev = String(++rev);
      });
    });
  });
  return () => {
    cancelAnimationFrame(frame);
    stop();
  };
}
