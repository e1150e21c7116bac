let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that nobody else is given: however many long works ask, each turn does one part
 * of one of them, and all other requests go on in between.
 */
export function nextTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
