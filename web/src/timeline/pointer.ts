import { nsAt, panned, type Span, zoomed } from './view.ts';

/** A pointer that moved less is a click. */
const CLICK_PX = 4;
/** One notch of a wheel makes the view so much shorter or longer. */
const WHEEL = 1.0018;

export interface PointerTarget {
  readonly view: () => Span | undefined;
  readonly extent: () => Span | undefined;
  readonly setView: (view: Span) => void;
  readonly seek: (ns: bigint) => void;
  readonly hover: (at: { readonly x: number; readonly y: number } | undefined) => void;
  /** Heights that scrub instead of moving the view. */
  readonly scrubs: (y: number) => boolean;
}

/** Wheel and pinch zoom around the pointer, drag moves, a click or a drag on the ruler seeks. @returns how to end it */
export function followPointers(canvas: HTMLCanvasElement, target: PointerTarget): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let [moved, scrubbing] = [0, false];

  const at = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const width = (): number => canvas.clientWidth;
  const seekTo = (x: number): void => {
    const view = target.view();
    if (view !== undefined) target.seek(nsAt(view, width(), x));
  };
  const zoom = (x: number, factor: number): void => {
    const [view, extent] = [target.view(), target.extent()];
    if (view !== undefined && extent !== undefined) target.setView(zoomed(view, width(), x, factor, extent));
  };
  const pan = (pixels: number): void => {
    const [view, extent] = [target.view(), target.extent()];
    if (view !== undefined && extent !== undefined) target.setView(panned(view, width(), pixels, extent));
  };

  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // A pinch on a touchpad comes as a wheel with Ctrl, in small steps.
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan((event.deltaX || event.deltaY) * unit);
    else zoom(at(event).x, WHEEL ** (event.deltaY * unit * (event.ctrlKey ? 6 : 1)));
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const place = at(event);
    pointers.set(event.pointerId, place);
    moved = 0;
    scrubbing = pointers.size === 1 && target.scrubs(place.y);
    if (scrubbing) seekTo(place.x);
  };
  const move = (event: PointerEvent): void => {
    const place = at(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      target.hover(place);
      return;
    }
    target.hover(undefined);
    moved += Math.abs(place.x - before.x);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, place);
    if (other !== undefined) {
      const [was, is] = [Math.abs(before.x - other.x), Math.abs(place.x - other.x)];
      if (was > 8 && is > 8) zoom((place.x + other.x) / 2, was / is);
    } else if (scrubbing) seekTo(place.x);
    else if (moved > CLICK_PX) pan(before.x - place.x);
  };
  const up = (event: PointerEvent): void => {
    const place = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (place !== undefined && !scrubbing && moved <= CLICK_PX && pointers.size === 0) seekTo(place.x);
  };
  const cancel = (event: PointerEvent): void => void pointers.delete(event.pointerId);
  const leave = (): void => {
    target.hover(undefined);
  };

  // A listener that prevents scrolling cannot be passive, as those of a framework may be.
  canvas.addEventListener('wheel', wheel, { passive: false });
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', cancel);
  canvas.addEventListener('pointerleave', leave);
  return () => {
    canvas.removeEventListener('wheel', wheel);
    canvas.removeEventListener('pointerdown', down);
    canvas.removeEventListener('pointermove', move);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('pointercancel', cancel);
    canvas.removeEventListener('pointerleave', leave);
  };
}
