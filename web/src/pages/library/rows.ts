/** Rows of a window over a long list that are worth drawing, all of one height. */
export interface Rows {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** Rows beyond the window on each side: what a wheel turns into view is there already. */
const BEYOND = 20;

/**
 * The rows to draw.
 *
 * @param top pixels that are scrolled away
 * @param height pixels of the window
 * @param row pixels of a row
 */
export function rowsInView(top: number, height: number, row: number, count: number): Rows {
  const first = Math.max(0, Math.floor(top / row) - BEYOND);
  return { first: Math.min(first, count), end: Math.min(count, Math.ceil((top + height) / row) + BEYOND) };
}
