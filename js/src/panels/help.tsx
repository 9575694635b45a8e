// The list of keys.
import { useLayoutEffect, useRef } from "preact/hooks";
import { KEYS } from "../keys/keys";
import type { State } from "../core/state";

export function Help({ state }: { state: State }) {
  const close = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const before = close.current?.getRootNode() as Document | ShadowRoot | undefined;
    const focused = before?.activeElement as HTMLElement | null;
    close.current?.focus();
    return () => focused?.focus?.();
  }, []);
  return (
    <div class="ol-help-back" onClick={(event) => event.target === event.currentTarget && (state.help.value = false)}>
      <div
        class="ol-help"
        role="dialog"
        aria-modal="true"
        aria-label="Keys"
        tabIndex={-1}
        onKeyDown={(event) => {
          // The one button is all that Tab can reach while the list is open.
          if (event.key !== "Tab") return;
          event.preventDefault();
          close.current?.focus();
        }}
      >
        <div class="ol-help-head">
          <b>Keys</b>
          <button ref={close} type="button" onClick={() => (state.help.value = false)}>
            Close
          </button>
        </div>
        <dl>
          {KEYS.map(([keys, what]) => (
            <div key={keys}>
              <dt>
                {keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p class="ol-muted">{state.info.value.params}</p>
      </div>
    </div>
  ); // prettier-ignore
}
