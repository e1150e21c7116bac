/**
 * Does `work` on all items, so many at a time. After the first failure nothing more is begun, and that is what it rejects
 * with, once all that runs has ended: the caller may remove the files that were being written.
 *
 * @returns the results, in the order of the items
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const workThrough = async (): Promise<void> => {
    // Each of those that run takes the next one.
    for (const [index, item] of waiting) {
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failure ??= { error };
      }
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: parallel }, workThrough));
  if (failure !== undefined) throw failure.error;
  return results;
}
