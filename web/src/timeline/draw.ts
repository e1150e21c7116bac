import type { FrameRate, Unit } from '../time/shown-time.ts';
import type { Lane } from './lanes.ts';
import { ticksOf } from './ruler.ts';
import { type Span, xOf } from './view.ts';

export const RULER_PX = 24;
export const LANE_PX = 30;
const PAD_PX = 5;
/** Segments that are wider than this are drawn apart. */
const APART_PX = 5;

/** A mark of a hit on the timeline, with what was said. */
export interface Hit extends Span {
  readonly text: string;
}

/** A stretch that the user marked; an end that is not set is open. */
export interface Marks {
  readonly inNs: bigint | undefined;
  readonly outNs: bigint | undefined;
}

export interface Picture {
  readonly view: Span;
  readonly lanes: readonly Lane[];
  /** The colour of each lane, by the name of its variable. */
  readonly colours: readonly string[];
  readonly hits: readonly Hit[];
  readonly marks: Marks;
  readonly positionNs: bigint | undefined;
  readonly unit: Unit;
  readonly rate: FrameRate | undefined;
}

/** The height of a picture in CSS pixels. */
export const heightOf = (lanes: number, hasHits: boolean): number => RULER_PX + (lanes + (hasHits ? 1 : 0)) * LANE_PX;

/** Sizes the canvas for the screen, and returns what draws on it in CSS pixels; undefined where there is no canvas. */
export function contextOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext('2d');
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** Colours of the present theme. */
export function paletteOf(element: Element): (name: string) => string {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name).trim();
}

/** Draws everything: the cost follows the number of spans, of which there are no more than pixels. */
export function drawTimeline(canvas: HTMLCanvasElement, width: number, picture: Picture): void {
  const { view, lanes, hits, marks, positionNs } = picture;
  const height = heightOf(lanes.length, hits.length > 0);
  const context = contextOf(canvas, width, height);
  if (context === null) return;
  const colour = paletteOf(canvas);
  const x = (ns: bigint): number => Math.max(-2, Math.min(width + 2, xOf(view, width, ns)));
  drawRuler(context, width, height, picture, colour);
  for (const [index, lane] of lanes.entries()) {
    const top = RULER_PX + index * LANE_PX + PAD_PX;
    drawLane(context, lane, { x, top, height: LANE_PX - 2 * PAD_PX }, [
      colour(picture.colours[index] ?? '--lane-data'),
      colour('--lane-gap'),
      colour('--surface'),
    ]);
  }
  if (hits.length > 0) {
    context.fillStyle = colour('--mark');
    const top = RULER_PX + lanes.length * LANE_PX + PAD_PX;
    for (const { startNs, endNs } of hits)
      context.fillRect(x(startNs), top, Math.max(3, x(endNs) - x(startNs)), LANE_PX - 2 * PAD_PX);
  }
  drawMarks(context, x, height, width, marks, colour);
  if (positionNs !== undefined && positionNs >= view.startNs && positionNs < view.endNs) {
    context.fillStyle = colour('--play');
    context.fillRect(Math.round(x(positionNs)) - 1, 0, 2, height);
  }
}

/** Draws the whole timeline small, with the part that is in view. */
export function drawMinimap(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  picture: Pick<Picture, 'view' | 'lanes' | 'colours' | 'positionNs'> & { readonly whole: Span },
): void {
  const context = contextOf(canvas, width, height);
  if (context === null) return;
  const colour = paletteOf(canvas);
  const x = (ns: bigint): number => xOf(picture.whole, width, ns);
  const each = Math.max(2, height / Math.max(1, picture.lanes.length));
  for (const [index, { spans }] of picture.lanes.entries()) {
    context.fillStyle = colour(picture.colours[index] ?? '--lane-data');
    for (const { startNs, endNs } of spans)
      context.fillRect(x(startNs), index * each + 1, Math.max(1, x(endNs) - x(startNs)), each - 2);
  }
  const [left, right] = [x(picture.view.startNs), x(picture.view.endNs)];
  context.strokeStyle = colour('--link');
  context.lineWidth = 2;
  context.strokeRect(Math.max(1, left), 1, Math.max(4, Math.min(width - 1, right) - Math.max(1, left)), height - 2);
  if (picture.positionNs === undefined) return;
  context.fillStyle = colour('--play');
  context.fillRect(x(picture.positionNs) - 1, 0, 2, height);
}

function drawRuler(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { view, unit, rate }: Picture,
  colour: (name: string) => string,
): void {
  context.font = `12px ${colour('--font')}`;
  context.textBaseline = 'middle';
  for (const { ns, label } of ticksOf(view, width, unit, rate)) {
    const at = Math.round(xOf(view, width, ns));
    context.fillStyle = colour('--edge');
    context.fillRect(at, 0, 1, height);
    context.fillStyle = colour('--muted');
    context.fillText(label, at + 4, RULER_PX / 2);
  }
}

function drawLane(
  context: CanvasRenderingContext2D,
  { extent, spans, areSegments }: Lane,
  { x, top, height }: { x: (ns: bigint) => number; top: number; height: number },
  [full, gap, between]: readonly [string, string, string],
): void {
  if (extent !== undefined) {
    context.fillStyle = gap;
    context.fillRect(x(extent.startNs), top, Math.max(1, x(extent.endNs) - x(extent.startNs)), height);
  }
  context.fillStyle = full;
  for (const { startNs, endNs } of spans) {
    const left = x(startNs);
    context.fillRect(left, top, Math.max(1, x(endNs) - left), height);
  }
  if (!areSegments) return;
  context.fillStyle = between;
  for (const { startNs, endNs } of spans)
    if (x(endNs) - x(startNs) > APART_PX) context.fillRect(Math.round(x(endNs)) - 1, top, 1, height);
}

function drawMarks(
  context: CanvasRenderingContext2D,
  x: (ns: bigint) => number,
  height: number,
  width: number,
  { inNs, outNs }: Marks,
  colour: (name: string) => string,
): void {
  if (inNs === undefined && outNs === undefined) return;
  const left = inNs === undefined ? 0 : x(inNs);
  const right = outNs === undefined ? width : x(outNs);
  context.fillStyle = colour('--mark');
  context.globalAlpha = 0.18;
  context.fillRect(left, 0, Math.max(0, right - left), height);
  context.globalAlpha = 1;
  if (inNs !== undefined) context.fillRect(left, 0, 2, height);
  if (outNs !== undefined) context.fillRect(right - 2, 0, 2, height);
}

/** Which lane is at a height; undefined: the ruler, or below. */
export function laneAt(y: number, lanes: number): number | undefined {
  const index = Math.floor((y - RULER_PX) / LANE_PX);
  return index >= 0 && index < lanes ? index : undefined;
}
