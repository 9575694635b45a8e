// Converts the bytes of traits and messages to typed arrays.

export type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;
export type ArrayType = { new (buffer: ArrayBufferLike): TypedArray };

/** Copies, because the bytes may not be aligned to the element's size. */
export function array<A extends TypedArray>(view: DataView, type: { new (buffer: ArrayBufferLike): A }): A {
  return new type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** The record with typed arrays instead of bytes. */
export function arrays(record: Record<string, unknown>, types: Record<string, ArrayType>): any {
  const typed = Object.entries(types).map(([name, type]) => [name, array(record[name] as DataView, type)]);
  return { ...record, ...Object.fromEntries(typed) };
}

export function equal(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
