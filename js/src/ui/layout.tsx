// Small pieces of markup that several panels draw.
import type { ComponentChildren } from "preact";

interface WithChildren {
  children: ComponentChildren;
}

/** Controls drawn as one segmented control. */
export function Segments({ label, children }: WithChildren & { label: string }) {
  return (
    <span class="ol-segments" role="group" aria-label={label}>
      {children}
    </span>
  );
}

/** Pushes the rest of a bar to the far end. */
export function Spring() {
  return <span class="ol-spring" />;
}

/** The message of an empty panel. */
export function Empty({ children }: WithChildren) {
  return <div class="ol-empty">{children}</div>;
}

/** A paragraph of explanation. */
export function Hint({ children }: WithChildren) {
  return <p class="ol-muted">{children}</p>;
}

export function Muted({ title, children }: WithChildren & { title?: string | undefined }) {
  return (
    <span class="ol-muted" title={title}>
      {children}
    </span>
  );
}

/** Joins the class names that are set. */
export function classes(...names: (string | false)[]): string {
  return names.filter(Boolean).join(" ");
}
