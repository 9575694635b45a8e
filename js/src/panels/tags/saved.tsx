// Undo, redo, and the save status of tags.
import { useLens } from "../use-lens";
import { Button } from "../../ui/button";
import { Segments } from "../../ui/layout";

const WAYS = [
  { way: "undo", name: "Undo", sign: "↶", key: "u" },
  { way: "redo", name: "Redo", sign: "↷", key: "U" },
] as const;

/** Undo, redo, and the save status of tags. */
export function Saved() {
  const lens = useLens();
  const saved = lens.tagging.saved.value;
  return (
    <span class="ol-saved">
      <Segments label="Undo and redo">
        {WAYS.map(({ way, name, sign, key }) => {
          const what = lens.undo.what(way);
          return (
            <Button
              key={way}
              label={name}
              aria-disabled={!lens.undo.can(way)}
              title={what ? `${name}: ${what} (${key})` : `Nothing to ${way}`}
              onClick={() => lens.undo.run(way)}
            >
              {sign}
            </Button>
          );
        })}
      </Segments>
      <span class={saved.bad ? "ol-error" : "ol-muted"} role={saved.bad ? "alert" : undefined} title={saved.title}>
        {saved.text}
      </span>
    </span>
  ); // prettier-ignore
}
