// The lens that the panels show, and the count of what they drew.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Lens } from "../core/lens";

export const LensContext = createContext<Lens | null>(null);

/** The lens of the widget around a component. Whatever draws with it is counted as painted. */
export function useLens(): Lens {
  const lens = useContext(LensContext);
  if (!lens) throw new Error("useLens: no widget around this component, wrap it in LensContext.Provider");
  lens.painted();
  return lens;
}
