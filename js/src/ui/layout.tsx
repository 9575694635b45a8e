// Small pieces of markup that several panels draw.
import type { ComponentChildren } from "preact";

interface WithChildren {
  children: ComponentChildren;
}

/** Controls drawn as segments of one. */
export function Segments({ label, children }: WithChildren & { label: string }) {
  return (
    <span class="ol-segments" role="group" aria-label={label}>
      {children}
    </span>
  );
}

/** Pushes what follows it in a bar to the far end. */
export function Spring() {
  return <span class="ol-spring" />;
}

/** What a panel says where it has nothing to show. */
export function Empty({ children }: WithChildren) {
  return <div class="ol-empty">{children}</div>;
}

/** A paragraph that explains. */
export function Hint({ children }: WithChildren) {
  return <p class="ol-muted">{children}</p>;
}

export function Muted({ title, children }: WithChildren & { title?: string }) {
  return (
    <span class="ol-muted" title={title}>
      {children}
    </span>
  );
}

/** The classes that are there, of some that may not be. */
export function classes(...names: (string | false)[]): string {
  return names.filter(Boolean).join(" ");
}
