// Gives the panels their lens, and counts their drawings.
import { type ComponentType, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Lens } from "../core/lens";

/** The component above the list of tags in a page without a kernel; null in a notebook. */
export const HandInContext = createContext<ComponentType | null>(null);

export const LensContext = createContext<Lens | null>(null);

/** The lens of the widget around a component. Counts every drawing of that component. */
export function useLens(): Lens {
  const lens = useContext(LensContext);
  if (!lens) throw new Error("useLens: no widget around this component, wrap it in LensContext.Provider");
  lens.painted();
  return lens;
}
