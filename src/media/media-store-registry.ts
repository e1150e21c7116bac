import { LocalMediaStore } from './local-media-store.ts';
import type { MediaStatistics, MediaStore, MediaStoreRegistry } from './media-store.ts';
import type { StorageBackend } from './storage-backend.ts';

interface StoreHealth {
  readonly storageId: string;
  /** Absent when the store is well. */
  readonly error?: Error;
}

/** All media stores of this server, by the id of their storage backend. */
export class MediaStores implements MediaStoreRegistry {
  /** The stores whose URLs lead back to this server. */
  readonly local: ReadonlyMap<string, LocalMediaStore>;
  readonly #stores = new Map<string, MediaStore>();
  readonly #default: MediaStore | undefined;

  /** Throws when there is no store, when two share an id, or when two are marked as the default. */
  constructor(stores: readonly MediaStore[]) {
    const local = new Map<string, LocalMediaStore>();
    for (const store of stores) {
      const { id } = store.backend;
      if (this.#stores.has(id)) throw new Error(`Two storage backends have the id ${id}; give each its own.`);
      this.#stores.set(id, store);
      if (store instanceof LocalMediaStore) local.set(id, store);
    }
    this.local = local;
    const [first, ...others] = stores;
    if (first === undefined) throw new Error('There is no storage backend; configure at least one.');
    const marked = stores.filter((store) => store.backend.default_storage === true);
    if (marked.length > 1) {
      const ids = marked.map((store) => store.backend.id).join(', ');
      throw new Error(`Several storage backends are marked as the default (${ids}); mark one.`);
    }
    this.#default = marked[0] ?? (others.length === 0 ? first : undefined);
  }

  /** The store of a backend, or undefined where there is no such backend. */
  get(storageId: string): MediaStore | undefined {
    return this.#stores.get(storageId);
  }

  /** The store for objects whose storage the client did not choose: the marked one, or the only one. */
  get default(): MediaStore | undefined {
    return this.#default;
  }

  /** The default first, the others in the order of configuration. */
  all(): readonly MediaStore[] {
    const stores = [...this.#stores.values()];
    return stores.sort((a, b) => Number(b === this.#default) - Number(a === this.#default));
  }

  /** The backends of all stores, in their order (TAMS 7.0, `GET /service/storage-backends`). */
  backends(): StorageBackend[] {
    return this.all().map((store) => store.backend);
  }

  /** The labels that belong to backends, and so cannot be those of external URLs. */
  labels(): ReadonlySet<string> {
    const labels = this.backends().map((backend) => backend.label);
    return new Set(labels.filter((label) => label !== undefined));
  }

  /** Makes every store usable; rejects with the first failure. */
  async ensureReady(): Promise<void> {
    await Promise.all([...this.#stores.values()].map((store) => store.ensureReady()));
  }

  /** Asks every store; never rejects. */
  async health(): Promise<StoreHealth[]> {
    return Promise.all(
      [...this.#stores].map(async ([storageId, store]) => {
        try {
          await store.health();
          return { storageId };
        } catch (error) {
          return { storageId, error: error instanceof Error ? error : new Error(String(error)) };
        }
      }),
    );
  }

  /** By storage id. */
  statistics(): Map<string, MediaStatistics> {
    return new Map([...this.#stores].map(([storageId, store]) => [storageId, store.statistics()]));
  }

  /** Closes every store, also when one of them fails to; rejects with the first failure then. */
  async close(): Promise<void> {
    const results = await Promise.allSettled([...this.#stores.values()].map((store) => store.close()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
