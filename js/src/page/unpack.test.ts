// @vitest-environment node
import { describe, expect, it } from "vitest";
import { unpack } from "./unpack";

/** gzip as base64, as Python's `base64.b64encode(gzip.compress(data))` gives it. */
async function zip(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

describe("unpacking a page", () => {
  it("puts the bytes at the positions given in the head", async () => {
    const head = new TextEncoder().encode(
      JSON.stringify({ title: "Café 😀", _texts: { $bytes: [1, 3] }, _pages: [{ _xy: { $bytes: [3, 3] }, n: 2 }] }),
    );
    const packed = Uint8Array.from([head.length & 255, head.length >> 8, 0, 0, ...head, 7, 8, 9]);
    const state = (await unpack(await zip(packed))) as any;
    expect(state.title).toBe("Café 😀");
    const texts: DataView = state._texts;
    expect([texts.byteLength, texts.getUint8(0), texts.getUint8(1)]).toEqual([2, 8, 9]);
    // A copy, so that an array over it is aligned.
    expect(texts.byteOffset).toBe(0);
    expect(state._pages[0]._xy.byteLength).toBe(0);
    expect(state._pages[0].n).toBe(2);
  });

  it("reads a page packed by Python", async () => {
    // base64.b64encode(gzip.compress(report._pack({"a": b"\x00\x01", "b": [None, "x"]}), 6, mtime=0))
    const text = "H4sIAAAAAAAAA9NmYGCoVkpUslKoVlJJqixJLQYyow10FIxia3UUlJJAvLzSnBwgu0IptpaBEQAVvMwfMQAAAA==";
    const state = (await unpack(text)) as any;
    expect(state.b).toEqual([null, "x"]);
    expect(state.a.getUint16(0)).toBe(1);
  });
});
