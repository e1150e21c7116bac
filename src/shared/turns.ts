let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop of the caller's own. However many long jobs ask, each turn does one part of one
 * of them, and requests run in between.
 */
export function nextTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
