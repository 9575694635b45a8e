// Unpacks the state that report.py writes into a page: base64 of gzip of a length, a JSON head and the binary values.
// The length is that of the head, as 4 little-endian bytes. The head refers to a binary value as {"$bytes": [start,
// end]}, counted from the head's end.

/** Reads a page's state; each binary value becomes a DataView with its own buffer. */
export async function unpack(text: string): Promise<Record<string, unknown>> {
  const zipped = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  const packed = await new Response(stream).arrayBuffer();
  const start = 4 + new DataView(packed).getUint32(0, true);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(packed, 4, start - 4)), (_key, value) => {
    if (!Array.isArray(value?.$bytes)) return value;
    const [from, to] = value.$bytes as [number, number];
    return new DataView(packed.slice(start + from, start + to));
  });
}
