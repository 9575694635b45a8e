// Detects a dark notebook from an element's background, which follows the notebook's variables.

/** Calls `set` now and at each change of theme, until the signal ends. */
export function followTheme(root: HTMLElement, set: (dark: boolean) => void, until: AbortSignal): void {
  const read = () => {
    const [r, g, b] = (getComputedStyle(root).backgroundColor.match(/[\d.]+/g) ?? ["255", "255", "255"]).map(Number);
    const dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
    root.dataset.theme = dark ? "dark" : "light";
    set(dark);
  };
  read();
  // The style sheet animates the background, so that a change of theme ends with an event here, without a listener on
  // the page. JupyterLab's change of theme cancels it half-way.
  for (const end of ["transitionend", "transitioncancel"])
    root.addEventListener(end, (event) => event.target === root && read(), { signal: until });
  // A hidden or detached element has no transitions: read the theme again when it becomes visible.
  const sight = new IntersectionObserver(read);
  sight.observe(root);
  until.addEventListener("abort", () => sight.disconnect());
}
