import pLimit from 'p-limit';

/**
 * Looks into all of them, so many at a time. Once one look fails no other begins: the store is down, and all of them are
 * repeated later.
 *
 * @returns what was found, in their order
 */
export async function lookIntoAll<Item, Found>(
  items: readonly Item[],
  most: number,
  look: (item: Item) => Promise<Found>,
): Promise<Found[]> {
  const limit = pLimit(most);
  try {
    return await limit.map(items, look);
  } catch (error) {
    limit.clearQueue();
    throw error;
  }
}
