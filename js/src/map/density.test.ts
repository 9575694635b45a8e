import { expect, it } from "vitest";
import { isDense, paintDensity } from "./density";
import { mix, type Pixels } from "./raster";

const GROUND = 0xffffffff;
const [RED, BLUE, GREY] = [0xff0000ff, 0xffff0000, 0xff808080];

function painted(points: [number, number, number, number][]): Pixels {
  // Sorted by layer, as in the paint order: x, y, code, layer.
  const pixels = { data: new Uint32Array(20 * 12).fill(GROUND), stride: 20, rows: 12, pad: 2 };
  const layers = {
    xy: Float32Array.from(points.flatMap((point) => point.slice(0, 2))),
    codes: Uint16Array.from(points.map(([, , code]) => code)),
    ends: [0, 1, 2, 3, 4].map((layer) => points.filter((point) => point[3] <= layer).length),
  };
  const plain = Uint32Array.of(RED, BLUE);
  const faded = Uint32Array.of(GREY, GREY);
  paintDensity(layers, pixels, { sx: 1, sy: 1, tx: 0, ty: 0 }, [faded, faded, plain, plain, plain], GROUND);
  return pixels;
}

it("gives each square a shade by the logarithm of its points, and the rest the background", () => {
  const spots = (x: number, count: number) =>
    Array.from({ length: count }, () => [x, 4, 0, 2] as [number, number, number, number]);
  const { data, stride } = painted([...spots(0, 1), ...spots(4, 4), ...spots(8, 16)]);
  const at = (x: number, y: number) => data[(y + 2) * stride + x + 2];
  expect([at(0, 4), at(1, 4), at(0, 5), at(1, 5)]).toEqual(Array(4).fill(mix(GROUND, RED, 0.5)));
  // 4 is half-way from 1 to 16.
  expect(at(4, 4)).toBe(mix(GROUND, RED, 0.75));
  expect(at(8, 4)).toBe(RED);
  expect(data.filter((pixel) => pixel !== GROUND)).toHaveLength(12);
});

it("takes the colour of the topmost point and its layer", () => {
  const { data, stride } = painted(
    [
      [0, 0, 1, 0],
      [0, 0, 0, 2],
      [4, 0, 0, 2],
      [4, 0, 1, 4],
      [8, 0, 1, 0],
      [8, 0, 1, 0],
    ].sort((a, b) => a[3]! - b[3]!) as [number, number, number, number][],
  );
  expect(data[2 * stride + 2]).toBe(RED);
  expect(data[2 * stride + 6]).toBe(BLUE);
  expect(data[2 * stride + 10]).toBe(GREY);
});

it("leaves out points beyond the frame, at every edge, and gives a code without a colour the last", () => {
  const outside = [-3, 18, 1e9, -1e9];
  const none = painted(
    outside.flatMap(
      (x) =>
        [
          [x, 4, 0, 2],
          [4, x, 0, 2],
        ] as [number, number, number, number][],
    ),
  );
  expect(none.data.every((pixel) => pixel === GROUND)).toBe(true);
  const { data, stride } = painted([[0, 0, 7, 2]]);
  expect(data[2 * stride + 2]).toBe(mix(GROUND, BLUE, 0.5));
});

it("is for more points than squares in the visible part", () => {
  const size = { width: 300, height: 400 };
  expect(isDense(1_000_000, size, 1)).toBe(true);
  expect(isDense(1_000_000, size, 5)).toBe(false);
  expect(isDense(20_000, size, 1)).toBe(false);
});
