// Finds the point that the pointer or an arrow key refers to.
import type { Direction } from "./renderer";

/**
 * The next point in a direction, for keyboard navigation: prefers near points, and points ahead to points aside. Points
 * at the same position follow one another. Without a current point: the one nearest to `middle`.
 */
export function nearestAhead(xy: Float32Array, id: number, direction: Direction, middle: [number, number]): number {
  const count = xy.length >> 1;
  const known = id >= 0 && id < count;
  const [x, y] = known ? [xy[2 * id] as number, xy[2 * id + 1] as number] : middle;
  const onward = direction === "right" || direction === "down";
  const level = direction === "left" || direction === "right";
  const sign = direction === "right" || direction === "up" ? 1 : -1;
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    const other = onward ? i : count - 1 - i;
    const dx = (xy[2 * other] as number) - x;
    const dy = (xy[2 * other + 1] as number) - y;
    const ahead = sign * (level ? dx : dy);
    const aside = level ? dy : dx;
    const twin = known && dx === 0 && dy === 0;
    if (known && !(twin ? (onward ? other > id : other < id) : ahead > 0)) continue;
    const cost = ahead * ahead + (known ? 4 : 1) * aside * aside;
    if (cost < least) {
      least = cost;
      best = other;
    }
  }
  return best >= 0 || !known ? best : id;
}
