import type { StoreTransaction } from '../vast-store.ts';

/** Those of the objects that anything uses: segments, objects that need them, or what features keep. */
export async function usedObjects(tx: StoreTransaction, objectIds: readonly string[]): Promise<Set<string>> {
  const [bySegments, byObjects, byFeatures] = await Promise.all([
    tx.segments.usedObjects(objectIds),
    tx.objects.neededInits(objectIds),
    tx.subscribers.usedObjects(tx.rows, objectIds),
  ]);
  return [byObjects, ...byFeatures].reduce<Set<string>>((used, more) => used.union(more), bySegments);
}
