/**
 * Milliseconds after which a download has surely begun: revoked right after the click, the address is gone too early
 * for some browsers.
 */
const BEGUN = 60_000;

/** Offers a file to the person at the browser. */
export function download(name: string, content: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), BEGUN);
}
