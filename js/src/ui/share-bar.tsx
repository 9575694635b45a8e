/** A bar whose length is a share of a whole; the number stands beside it in words. */
export function ShareBar({ count, of }: { count: number; of: number }) {
  return (
    <span class="ol-share" aria-hidden="true">
      <i style={{ width: `${(100 * count) / Math.max(1, of)}%` }} />
    </span>
  );
}
