// The drawer below the texts: details of a clicked position, or one of the panels.
import type { ComponentType } from "preact";
import type { Panel } from "../../wire/types";
import { AskedPlace, ComparePanel, Openings, Phrases, Prompts, TagPanel } from "../rare";
import { useLens } from "../use-lens";
import { Plain } from "../../ui/button";
import { focusTexts } from "../../ui/focus";
import { Empty, Spring } from "../../ui/layout";

interface Entry {
  name: Panel | "asked";
  title: string;
  /** A result that Python must compute before the panel can be shown. */
  needs: "index" | null;
  Body: ComponentType;
}

/** The panels of the drawer. */
const PANELS: Entry[] = [
  { name: "asked", title: "Who else says this", needs: "index", Body: AskedPlace },
  { name: "compare", title: "Compare", needs: null, Body: ComparePanel },
  { name: "phrases", title: "Phrases", needs: "index", Body: Phrases },
  { name: "openings", title: "How the outputs begin", needs: "index", Body: Openings },
  { name: "tags", title: "Tags", needs: null, Body: TagPanel },
  { name: "prompts", title: "All prompts", needs: null, Body: Prompts },
];

export function Drawer() {
  const lens = useLens();
  const name = lens.reading.asked.value ? "asked" : lens.settings.get("panel");
  const entry = PANELS.find((panel) => panel.name === name);
  if (!entry) return null;
  const { title, needs, Body } = entry;
  const waiting = needs === "index" ? lens.shared.status.value : "";
  const close = (event: MouseEvent) => {
    // The focus must not leave the widget with the closed element.
    focusTexts(event.currentTarget as Element);
    lens.reading.close();
  };
  return (
    <section class={`ol-drawer ol-drawer-${name}`} aria-label={title}>
      <div class="ol-drawer-head">
        <b>{title}</b>
        <Spring />
        <Plain class="ol-close" label="Close" title="Close (Escape)" onClick={close}>
          ✕
        </Plain>
      </div>
      {waiting ? <Empty>{waiting}</Empty> : <Body />}
    </section>
  );
}
