// What report.py packs into a page: gzip as base64, of a length, a JSON head and the binary values.
//
// The length is that of the head, as 4 bytes, little endian. A binary value stands in the head as {"$bytes": [start,
// end]},
// counted from the head's end.

/** Reads a page's state; the binary values become DataViews, each over bytes of its own. */
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
