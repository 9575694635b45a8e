// Stands in for the panels that are rarely opened: they are in a second module (rare.ts), which Python sends after the
// first view.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Lens } from "../core/lens";
import { Button } from "../ui/button";
import { focusTexts } from "../ui/focus";
import { Empty } from "../ui/layout";
import { useLens } from "./use-lens";

type Name =
  | "AskedPlace"
  | "ComparePanel"
  | "Help"
  | "Interleaved"
  | "Openings"
  | "Phrases"
  | "Points"
  | "Prompts"
  | "Sources"
  | "TagPanel";

export type Panels = Record<Name, ComponentType> & {
  Explained: ComponentType<{ cluster: number }>;
  /** The lines of a cluster's tooltip about its points. */
  mentioned: (lens: Lens, cluster: number) => string[];
};

/** What the second module uses of this one; split.mjs fills it in. */
declare const SHARED: unknown[];

/** The panels, for every view that this module draws; until they are loaded, why that failed, or "". */
const loaded = signal<Panels | string>("");
let begun = false;

/** Provides the panels of a page, which has one module. */
export function provide(panels: Panels): void {
  loaded.value = panels;
}

/** Loads the panels from the code of the second module, once; after a failure, again. */
export async function load(code: DataView<ArrayBuffer> | undefined): Promise<void> {
  if (begun || !code?.byteLength) return;
  begun = true;
  loaded.value = "";
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    loaded.value = (await import(/* @vite-ignore */ url)).default(SHARED);
  } catch (error) {
    loaded.value = String(error);
    begun = false;
  }
  URL.revokeObjectURL(url);
}

function standIn<P extends object>(name: keyof Panels): ComponentType<P> {
  return (props: P) => {
    const lens = useLens();
    const panels = loaded.value;
    if (typeof panels !== "string") {
      const Panel = panels[name] as ComponentType<P>;
      return <Panel {...props} />;
    }
    if (!panels) return <Empty>Loading… If this takes long, run the cell again.</Empty>;
    return (
      <Empty>
        <span class="ol-error">Could not be loaded: {panels}</span>
        <Button
          onClick={(event) => {
            // The focus must not leave the widget with this button.
            focusTexts(event.currentTarget);
            void load(lens.rare.value);
          }}
        >
          Try again
        </Button>
        If that does not help, run the cell again.
      </Empty>
    );
  };
}

export const AskedPlace = standIn("AskedPlace");
export const ComparePanel = standIn("ComparePanel");
export const Explained = standIn<{ cluster: number }>("Explained");
export const Help = standIn("Help");
export const Interleaved = standIn("Interleaved");
export const Openings = standIn("Openings");
export const Phrases = standIn("Phrases");
export const Points = standIn("Points");
export const Prompts = standIn("Prompts");
export const Sources = standIn("Sources");
export const TagPanel = standIn("TagPanel");

export function mentioned(lens: Lens, cluster: number): string[] {
  const panels = loaded.value;
  return typeof panels === "string" || !lens.points.cut.value ? [] : panels.mentioned(lens, cluster);
}
