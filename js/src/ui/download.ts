/**
 * Milliseconds until a download has surely started: some browsers lose an address that is revoked right after the
 * click.
 */
const BEGUN = 60_000;

/** Offers a file for download. */
export function download(name: string, content: BlobPart, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), BEGUN);
}
