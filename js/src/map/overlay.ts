// Drawn above the points: the rings of the hovered point and of the cursor, and the lasso.

/** An outlined point above all others. */
export interface Ring {
  px: number;
  py: number;
  radius: number;
  colour: string;
  /** Pixels between the point and its outer ring; 0 draws none. */
  gap: number;
}

export interface Overlay {
  rings: Ring[];
  /** x0, y0, x1, y1, ... */
  lasso: readonly number[] | null;
  ink: string;
  background: string;
}

export function paintOverlay(context: CanvasRenderingContext2D, { rings, lasso, ink, background }: Overlay): void {
  for (const ring of rings) paintRing(context, ring, ink, background);
  if (lasso) paintLasso(context, lasso, ink);
}

function paintRing(context: CanvasRenderingContext2D, ring: Ring, ink: string, background: string): void {
  const { px, py, radius, colour, gap } = ring;
  const circle = (around: number, width: number, stroke: string): void => {
    context.beginPath();
    context.arc(px, py, around, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke();
  };
  if (gap) {
    circle(radius + gap, 5, background);
    circle(radius + gap, 2, ink);
  }
  context.beginPath();
  context.arc(px, py, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  circle(radius + 1.6, 2, background);
  circle(radius, 1.6, ink);
}

function paintLasso(context: CanvasRenderingContext2D, path: readonly number[], ink: string): void {
  context.beginPath();
  for (let i = 0; i < path.length; i += 2) context.lineTo(path[i] as number, path[i + 1] as number);
  context.closePath();
  context.fillStyle = context.strokeStyle = ink;
  context.globalAlpha = 0.08;
  context.fill("evenodd");
  context.globalAlpha = 0.9;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
