/** A stretch of a timeline, half-open, in nanoseconds. */
export interface Span {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Closer than so many nanoseconds a pixel nothing more is to be seen. */
const LEAST_NS = 1_000n;
/** How much more than all content may be seen, so that its ends are. */
const ROOM = 0.05;

export const lengthOf = ({ startNs, endNs }: Span): bigint => endNs - startNs;

/** Where a time is, in pixels from the left; far outside it is only right in its direction. */
export const xOf = (view: Span, width: number, ns: bigint): number =>
  (Number(ns - view.startNs) / Number(lengthOf(view))) * width;

/** The time at a pixel. */
export const nsAt = (view: Span, width: number, x: number): bigint =>
  view.startNs + scaled(lengthOf(view), x / Math.max(1, width));

/** All of the content, with some room at its ends. */
export function wholeView(extent: Span): Span {
  const room = scaled(lengthOf(extent), ROOM) + 1n;
  return { startNs: extent.startNs - room, endNs: extent.endNs + room };
}

/** Makes the view so many times as long; what is at the pixel `x` stays there. */
export function zoomed(view: Span, width: number, x: number, factor: number, extent: Span): Span {
  const whole = wholeView(extent);
  const wanted = scaled(lengthOf(view), factor);
  const least = LEAST_NS * BigInt(Math.max(1, Math.round(width)));
  const length = wanted < least ? least : wanted > lengthOf(whole) ? lengthOf(whole) : wanted;
  const startNs = nsAt(view, width, x) - scaled(length, x / Math.max(1, width));
  return within({ startNs, endNs: startNs + length }, whole);
}

/** Moves the view by so many pixels, no further than the content. */
export function panned(view: Span, width: number, pixels: number, extent: Span): Span {
  const by = scaled(lengthOf(view), pixels / Math.max(1, width));
  return within({ startNs: view.startNs + by, endNs: view.endNs + by }, wholeView(extent));
}

/** The view moved so that a time is in it, as little as possible but with room to go on; itself where it is already. */
export function showing(view: Span, ns: bigint, extent: Span): Span {
  if (ns >= view.startNs && ns < view.endNs) return view;
  const length = lengthOf(view);
  const startNs = ns < view.startNs ? ns - (length * 9n) / 10n : ns - length / 10n;
  return within({ startNs, endNs: startNs + length }, wholeView(extent));
}

function within(view: Span, whole: Span): Span {
  const length = lengthOf(view);
  if (length >= lengthOf(whole)) return whole;
  if (view.startNs < whole.startNs) return { startNs: whole.startNs, endNs: whole.startNs + length };
  if (view.endNs > whole.endNs) return { startNs: whole.endNs - length, endNs: whole.endNs };
  return view;
}

/** A whole number times a fraction, to 1/2^30 of it. */
const scaled = (value: bigint, factor: number): bigint => (value * BigInt(Math.round(factor * 2 ** 30))) / 2n ** 30n;
