/** A name on the map; x and y are the pixel that it labels. */
export interface Label {
  id: number;
  text: string;
  x: number;
  y: number;
  weight: number;
}

export interface PlacedLabel {
  id: number;
  left: number;
  top: number;
  width: number;
}

/** Offsets from the centred position, nearest first: across in half widths, down in line heights. */
const SHIFTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, -1.1],
  [0, 1.1],
  [-1.1, 0],
  [1.1, 0],
  [0, -2.2],
  [0, 2.2],
  [-1.1, -1.1],
  [1.1, -1.1],
  [-1.1, 1.1],
  [1.1, 1.1],
];

/** The largest share of the map that names may cover: the points must stay visible. */
export const COVERED = 0.12;

/**
 * Places labels, the heaviest first, without overlaps and inside the map. Skips a label if its point is outside the map
 * or no nearby position is free, and the lightest ones once labels would cover too much of the map.
 */
export function placeLabels(
  items: readonly Label[],
  width: number,
  height: number,
  measure: (text: string) => number,
  lineHeight = 18,
  /**
   * How many points a label would hide there. The nearby position that hides the fewest wins; one that hides infinitely
   * many never does.
   */
  hides: (left: number, top: number, wide: number) => number = () => 0,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  let room = COVERED * width * height;
  const byWeight = [...items].sort((a, b) => b.weight - a.weight || a.id - b.id);
  for (const item of byWeight) {
    if (!(item.text && item.x >= 0 && item.x <= width && item.y >= 0 && item.y <= height)) continue;
    const wide = Math.ceil(measure(item.text));
    if (!(wide <= width && lineHeight <= height)) continue;
    if (placed.length && wide * lineHeight > room) continue;
    let best: PlacedLabel | null = null;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [across, down] of SHIFTS) {
      const left = Math.floor(clamp(item.x + ((across - 1) * wide) / 2, width - wide));
      const top = Math.floor(clamp(item.y + (down - 0.5) * lineHeight, height - lineHeight));
      const free = placed.every(
        (other) =>
          left >= other.left + other.width ||
          other.left >= left + wide ||
          top >= other.top + lineHeight ||
          other.top >= top + lineHeight,
      );
      const hidden = free ? hides(left, top, wide) : fewest;
      if (hidden < fewest) {
        fewest = hidden;
        best = { id: item.id, left, top, width: wide };
      }
    }
    if (best) {
      placed.push(best);
      room -= wide * lineHeight;
    }
  }
  return placed;
}

function clamp(value: number, high: number): number {
  return Math.max(0, Math.min(high, value));
}
