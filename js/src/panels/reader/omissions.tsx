// The common points that an output leaves out, below its text.
import { useSignal } from "@preact/signals";
import { Plain } from "../../ui/button";
import { plural } from "../../ui/format";
import { useLens } from "../use-lens";

/** Points listed at first. */
const FIRST = 5;

export function Omissions({ id }: { id: number }) {
  const lens = useLens();
  const all = useSignal(false);
  const { points } = lens;
  if (!points.listsOmissions.value) return null;
  const left = points.omissions(id);
  const listed = all.value ? left : left.slice(0, FIRST);
  const shown = lens.settings.get("omissions");
  if (!left.length) return <div class="ol-omissions ol-muted">Leaves out nothing that most outputs say</div>;
  return (
    <div class="ol-omissions ol-muted">
      <Plain
        tabIndex={-1}
        aria-expanded={shown}
        title={shown ? "Fold this line in all cards" : "Show what each output leaves out"}
        onClick={() => lens.settings.set({ omissions: !shown })}
      >
        {shown ? "Leaves out:" : `Leaves out ${plural(left.length, "common point")}`}
      </Plain>
      {shown &&
        listed.map((group, k) => (
          <>
            {" "}
            <Plain
              key={group}
              tabIndex={-1}
              title="Said by most outputs, and not by this one. Click: show the point"
              onClick={() => points.show(points.typical(group))}
            >
              {points.name(group)} ({Math.round((100 * points.count(group)) / lens.outputs.info.n)} %)
            </Plain>
            {k + 1 < left.length && ","}
          </>
        ))}
      {shown && left.length > FIRST && (
        <>
          {" "}
          <Plain tabIndex={-1} aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
            {all.value ? "fewer" : `and ${left.length - FIRST} more`}
          </Plain>
        </>
      )}
    </div>
  ); // prettier-ignore
}
