// The list of keys.
import { Button } from "../ui/button";
import { focused, giveBack } from "../ui/focus";
import { useLens } from "./use-lens";
import { useLayoutEffect, useRef } from "preact/hooks";
import { COMMANDS } from "../keys/commands";
import { Hint } from "../ui/layout";

export function Help() {
  const lens = useLens();
  const close = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const before = focused(close.current!);
    const widget = close.current!.closest(".outlens");
    close.current!.focus();
    return () => giveBack(before, widget);
  }, []);
  return (
    <div class="ol-help-back" onClick={(event) => event.target === event.currentTarget && (lens.help.value = false)}>
      <div
        class="ol-help"
        role="dialog"
        aria-modal="true"
        aria-label="Keys"
        tabIndex={-1}
        onKeyDown={(event) => {
          // While the list is open, Tab can reach only its button.
          if (event.key !== "Tab") return;
          event.preventDefault();
          close.current?.focus();
        }}
      >
        <div class="ol-help-head">
          <b>Keys</b>
          <Button ref={close} onClick={() => (lens.help.value = false)}>
            Close
          </Button>
        </div>
        <dl>
          {COMMANDS.map(({ shown, words }) => (
            <div key={shown}>
              <dt>
                {shown.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
        <Hint>{lens.outputs.info.params}</Hint>
      </div>
    </div>
  ); // prettier-ignore
}
