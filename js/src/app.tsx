// The whole widget: header, map and clusters beside the reader, footer.
import { type ComponentType, h, render } from "preact";
import { useEffect } from "preact/hooks";
import { type Lens, makeLens } from "./core/lens";
import { PREPARING } from "./core/preparation";
import { guard } from "./keys/guard";
import { Footer } from "./panels/footer";
import { Header } from "./panels/header";
import { Help, load } from "./panels/rare";
import { Reader } from "./panels/reader/reader";
import { Divider, Side } from "./panels/side/side";
import { HandInContext, LensContext } from "./panels/use-lens";
import { classes } from "./ui/layout";
import { followTheme } from "./ui/theme";
import type { Model } from "./wire/types";

/** The parts that only a page without a kernel shows. */
export interface PageParts {
  /** May draw beside the widget, using its lens. */
  beside(lens: Lens): void;
  HandIn: ComponentType;
}

/** Draws the widget into `el` until `signal` aborts or the function returned is called. */
export function show(model: Model, el: HTMLElement, signal: AbortSignal, page?: PageParts): () => void {
  const ended = new AbortController();
  const until = ended.signal;
  signal.addEventListener("abort", () => ended.abort(), { signal: until });
  const root = document.createElement("div");
  root.className = "outlens";
  // A click on empty ground focuses the widget: if the page's body had the focus, "d d" would reach the notebook.
  root.tabIndex = -1;
  const lens = makeLens(model, until, paintCounter(root, until));
  el.append(root);
  guard(root, lens, until);
  const app = h(App, { lens, root, until });
  render(h(HandInContext.Provider, { value: page?.HandIn ?? null, children: app }), root);
  page?.beside(lens);
  return () => {
    ended.abort();
    render(null, root);
    root.remove();
  };
}

interface Props {
  lens: Lens;
  root: HTMLElement;
  until: AbortSignal;
}

function App({ lens, root, until }: Props) {
  useEffect(() => followTheme(root, (dark) => (lens.colors.dark.value = dark), until), []);
  const rare = lens.rare.value;
  useEffect(() => void load(rare), [rare]);
  const share = lens.side.share.value;
  return (
    <LensContext.Provider value={lens}>
      <div
        class={classes("ol-frame", lens.outputs.info.total < 2 && "ol-low")}
        role="region"
        aria-label={lens.summary.sentence.value}
      >
        <Header />
        <div
          class={classes("ol-body", share === 0 && "ol-no-side", share === 1 && "ol-no-texts")}
          style={{ "--ol-side": `${100 * share}%` }}
          aria-busy={lens.outputs.preparing.value}
        >
          <Side />
          <Divider />
          <Reader />
          {lens.outputs.preparing.value && (
            <div class="ol-preparing">
              <span>{PREPARING}</span>
            </div>
          )}
        </div>
        <Footer />
        {lens.help.value && <Help />}
        <div class="ol-status" role="status" aria-live="polite">
          {lens.announce.status}
        </div>
      </div>
    </LensContext.Provider>
  );
}

/** `data-outlens-rev` grows once the last changes are painted; code that drives the widget waits for it. */
function paintCounter(root: HTMLElement, until: AbortSignal): () => void {
  let rev = 0;
  let frame = 0;
  until.addEventListener("abort", () => cancelAnimationFrame(frame));
  return () => {
    cancelAnimationFrame(frame);
    // The canvas draws in the next frame and is visible in the one after.
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        root.dataset.outlensReady = "true";
        root.dataset.outlensRev = String(++rev);
      });
    });
  };
}
