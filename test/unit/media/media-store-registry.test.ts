import { describe, expect, it } from 'vitest';
import type { StorageBackend } from '../../../src/media/storage-backend.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { MediaStores } from '../../../src/media/media-store-registry.ts';

function store(id: string, more: Partial<StorageBackend> = {}): LocalMediaStore {
  const backend = { id, store_type: 'http_object_store', provider: 'local', store_product: 'files', ...more } as const;
  const limits = { expiresS: 60, gridS: 1, maxObjectBytes: 1000, urlCacheMax: 10 };
  return new LocalMediaStore({ backend, directory: `/nonexistent/${id}`, secret: 'secret', ...limits });
}

describe('MediaStores', () => {
  it('takes a single store as the default', () => {
    const only = store('a');
    expect(new MediaStores([only]).default).toBe(only);
  });

  it('has no default among several stores unless one is marked', () => {
    const marked = store('b', { default_storage: true });
    expect(new MediaStores([store('a'), store('b')]).default).toBeUndefined();
    expect(new MediaStores([store('a'), marked]).default).toBe(marked);
  });

  it('lists the default first and the others as configured', () => {
    const stores = new MediaStores([store('a'), store('b'), store('c', { default_storage: true })]);
    expect(stores.backends().map((backend) => backend.id)).toEqual(['c', 'a', 'b']);
    expect(stores.all().map((one) => one.backend.id)).toEqual(['c', 'a', 'b']);
  });

  it('refuses two stores of one id, two defaults, and no store at all', () => {
    expect(() => new MediaStores([store('a'), store('a')])).toThrow('Two storage backends have the id a');
    const marked = { default_storage: true };
    expect(() => new MediaStores([store('a', marked), store('b', marked)])).toThrow('(a, b); mark one');
    expect(() => new MediaStores([])).toThrow('no storage backend');
  });

  it('finds stores and local stores by id, and knows the labels of backends', () => {
    const labelled = store('a', { label: 'fast' });
    const stores = new MediaStores([labelled, store('b')]);
    expect(stores.get('a')).toBe(labelled);
    expect(stores.get('x')).toBeUndefined();
    expect([...stores.local.keys()]).toEqual(['a', 'b']);
    expect(stores.labels()).toEqual(new Set(['fast']));
  });

  it('tells the health of each store', async () => {
    const [health] = await new MediaStores([store('a')]).health();
    expect(health).toMatchObject({ storageId: 'a', error: { code: 'media_store_unavailable' } });
  });
});
