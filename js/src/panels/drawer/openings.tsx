// The openings of the outputs.
import { useSignal } from "@preact/signals";
import { type Opening, openings } from "../../text/openings";
import { Plain } from "../../ui/button";
import { plural } from "../../ui/format";
import { useLens } from "../use-lens";
import { Holder } from "./holder";
import { Hint } from "../../ui/layout";
import { useComputed } from "../use-computed";

/** The least share of the outputs for an opening to be shown. */
const LEAST_SHARE = 0.02;

export function Openings() {
  const lens = useLens();
  const least = Math.max(2, Math.ceil(LEAST_SHARE * lens.shared.comparedCount.value));
  const roots = useComputed(
    () => (lens.shared.index.value ? openings(lens.shared.index.value, least, lens.shared.weight.value) : []),
    [lens, least],
  );
  return (
    <div class="ol-drawer-body">
      <div class="ol-column">
        {!roots.length && <Hint>No two outputs begin with the same word.</Hint>}
        {roots.map((node) => (
          <OpeningRow key={node.at} node={node} depth={0} of={lens.shared.comparedCount.value} />
        ))}
        {roots.length > 0 && <Hint>Openings of at least {plural(least, "output")}.</Hint>}
      </div>
    </div>
  ); // prettier-ignore
}

function OpeningRow({ node, depth, of }: { node: Opening; depth: number; of: number }) {
  const lens = useLens();
  const open = useSignal(depth < 2);
  return (
    <div class="ol-opening">
      <div class="ol-opening-line" style={{ "--ol-level": depth }}>
        {!node.children.length ? (
          <span class="ol-twist" />
        ) : (
          <Plain
            class="ol-twist"
            aria-expanded={open.value}
            label="Continuations"
            onClick={() => (open.value = !open.value)}
          >
            {open.value ? "▾" : "▸"}
          </Plain>
        )}
        <Holder
          ids={lens.shared.outputsOf(node.variants)}
          of={of}
          text={lens.shared.written(node.from, node.at + 1 - node.from)}
        />
      </div>
      {open.value && node.children.map((child) => <OpeningRow key={child.at} node={child} depth={depth + 1} of={of} />)}
    </div>
  ); // prettier-ignore
}
