// The lens that the panels show, and the count of what they drew.
import { type ComponentType, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Lens } from "../core/lens";

/** What stands above the list of tags in a page without a kernel; nothing in a notebook. */
export const HandInContext = createContext<ComponentType | null>(null);

export const LensContext = createContext<Lens | null>(null);

/** The lens of the widget around a component. Whatever draws with it is counted as painted. */
export function useLens(): Lens {
  const lens = useContext(LensContext);
  if (!lens) throw new Error("useLens: no widget around this component, wrap it in LensContext.Provider");
  lens.painted();
  return lens;
}
