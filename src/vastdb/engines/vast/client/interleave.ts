/**
 * Items of several sources as they come, from at most `atOnce` of them side by side. Each source is one
 * item ahead of the consumer at most. When the consumer leaves or a source fails, all are returned.
 */
export async function* interleave<Item>(
  sources: readonly AsyncGenerator<Item>[],
  atOnce: number,
): AsyncGenerator<Item> {
  const waiting = [...sources];
  const running = new Map<AsyncGenerator<Item>, Promise<readonly [AsyncGenerator<Item>, IteratorResult<Item>]>>();
  const ask = (source: AsyncGenerator<Item>): void => {
    const answer = source.next().then((result) => [source, result] as const);
    // It may fail after the consumer has left, and nobody would hear of it.
    answer.catch(() => undefined);
    running.set(source, answer);
  };
  for (const source of waiting.splice(0, atOnce)) ask(source);
  try {
    while (running.size > 0) {
      const [source, result] = await Promise.race(running.values());
      if (result.done === true) {
        running.delete(source);
        const next = waiting.shift();
        if (next !== undefined) ask(next);
      } else {
        ask(source);
        yield result.value;
      }
    }
  } finally {
    // A source in the middle of a request returns when that has ended; the caller has aborted it.
    for (const source of sources) void source.return(undefined).catch(() => undefined);
  }
}
