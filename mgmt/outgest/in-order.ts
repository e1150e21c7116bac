/**
 * Does `work` on all items, so many at a time, and yields the results in the order of the items. No more than that many
 * results wait for their turn, so a slow consumer holds up the work, and not the memory.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  parallel: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is awaited in its turn; until then its failure is not one that nobody looks at.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= parallel) yield await next(running);
    }
    while (running.length > 0) yield await next(running);
  } finally {
    // Running work still writes its file: the caller may remove the folder only afterwards.
    await Promise.allSettled(running);
  }
}

function next<Result>(running: Promise<Result>[]): Promise<Result> {
  const first = running.shift();
  if (first === undefined) throw new RangeError('Nothing is running.');
  return first;
}
