// The side beside the texts, which shows one panel at a time, and the divider.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useRef } from "preact/hooks";
import { FEW } from "../../core/side";
import { Button, Plain } from "../../ui/button";
import { focusTexts } from "../../ui/focus";
import { Spring, classes } from "../../ui/layout";
import { rove } from "../../ui/rove";
import type { Tab } from "../../wire/types";
import { Clusters } from "../clusters/clusters";
import { MapPanel } from "../map/map-panel";
import { Sources } from "../rare";
import { useLens } from "../use-lens";

interface Entry {
  name: Tab;
  title: string;
  Body: ComponentType;
}

/** The panels of the side. */
const TABS: Entry[] = [
  { name: "groups", title: "Groups", Body: Clusters },
  { name: "sources", title: "Sources", Body: Sources },
  { name: "map", title: "Map", Body: MapPanel },
];

/** Whether the widget is narrow, so that the style sheet lays the side over the texts. */
function isDrawer(side: Element): boolean {
  return getComputedStyle(side).position === "absolute";
}

export function Side() {
  const lens = useLens();
  const { side } = lens;
  const seen = useRef(false);
  const few = lens.outputs.info.n < FEW;
  // With few outputs, the map is hidden unless it was chosen.
  const tabs = TABS.filter(({ name }) => name !== "map" || !few || side.tab.value === "map");
  const shown = tabs.find(({ name }) => name === side.tab.value) ?? tabs[0];
  if (shown.name === "map") seen.current = true;
  const close = (within: Element) => {
    const drawer = isDrawer(within.closest(".ol-left")!);
    side.drawer.value = false;
    if (!drawer) side.resize(0);
    focusTexts(within);
  };
  return (
    <div
      class={classes("ol-left", side.drawer.value && "ol-open")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isDrawer(event.currentTarget)) return;
        event.stopPropagation();
        close(event.currentTarget);
      }}
    >
      <div class="ol-tabs">
        <div class="ol-tablist" role="tablist" aria-label="Side panels" onKeyDown={rove}>
          {tabs.map(({ name, title }) => (
            <Plain
              key={name}
              role="tab"
              aria-selected={name === shown.name}
              tabIndex={name === shown.name ? 0 : -1}
              onClick={() => side.show(name)}
            >
              {title}
            </Plain>
          ))}
        </div>
        <Spring />
        <Plain label="Hide this side" onClick={(event) => close(event.currentTarget)}>
          ⟨
        </Plain>
      </div>
      {TABS.map(({ name, title, Body }) => {
        const here = name === shown.name;
        // The map keeps its state.
        return here || (name === "map" && seen.current) ? (
          <div key={name} class="ol-tabpanel" role="tabpanel" aria-label={title} hidden={!here}>
            <Body />
          </div>
        ) : null;
      })}
    </div>
  ); // prettier-ignore
}

/** A button that shows a hidden side. */
export function SideButton() {
  const { side, making } = useLens();
  const progress = making.progress.value;
  return (
    <Button
      class="ol-side-button"
      label="Show groups, sources and map"
      {...(progress && { title: progress.says })}
      onClick={(event) => {
        const widget = event.currentTarget.closest(".outlens")!;
        side.drawer.value = isDrawer(widget.querySelector(".ol-left")!);
        side.show();
        requestAnimationFrame(() => widget.querySelector<HTMLElement>(".ol-tablist [tabindex='0']")?.focus());
      }}
    >
      ☰{progress && " ⋯"}
    </Button>
  );
}

/** Resizes by dragging or with the arrow keys; either end hides one side. */
export function Divider() {
  const { side } = useLens();
  const moving = useSignal<number | null>(null);
  const share = moving.value ?? side.share.value;
  const at = (event: PointerEvent) => {
    const body = (event.currentTarget as Element).parentElement!.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - body.left) / body.width));
  };
  const end = () => {
    if (moving.value !== null) side.resize(moving.value);
    moving.value = null;
  };
  return (
    <div
      class={moving.value === null ? "ol-divider" : "ol-divider ol-moving"}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the side"
      aria-valuenow={Math.round(100 * share)}
      style={{ "--ol-at": `${100 * share}%` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        moving.value = share;
      }}
      onPointerMove={(event) => {
        if (moving.value !== null) moving.value = at(event);
      }}
      onPointerUp={end}
      onDblClick={() => side.reset()}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -0.04, ArrowRight: 0.04, Home: -1, End: 1 }[event.key];
        if (step === undefined || event.shiftKey) return;
        event.preventDefault();
        // From a hidden side, any key shows it again.
        if (share === 0 || share === 1) side.reset();
        else side.resize(Math.max(0, Math.min(1, share + step)));
      }}
    />
  ); // prettier-ignore
}
