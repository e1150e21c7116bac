import { and, eq, gt, isIn, lte } from '../../../vastdb/predicate/builder.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import type { RowOf } from '../../../vastdb/schema/define-table.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { WATCHED_OBJECTS } from '../search-job-tables.ts';

export interface WatchedObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

type WatchedRow = RowOf<typeof WATCHED_OBJECTS>;

/** Objects that a subscription has notified of, to compare a listing with. */
export class WatchedObjects {
  readonly #manager: VastDBManager;
  readonly #subscription: string;

  constructor(manager: VastDBManager, subscription: string) {
    this.#manager = manager;
    this.#subscription = subscription;
  }

  named(keys: readonly string[]): Promise<Map<string, WatchedObject>> {
    return this.#read(isIn('key', keys));
  }

  /** Objects after one key and up to another, by default up to the end. */
  between(after: string, upTo: string | undefined): Promise<Map<string, WatchedObject>> {
    return this.#read(and([gt('key', after), ...(upTo === undefined ? [] : [lte('key', upTo)])]));
  }

  async remember(objects: readonly WatchedObject[]): Promise<void> {
    await this.#manager.transaction(async (tx) => {
      await tx.lock(objects.map(({ key }) => `watched:${this.#subscription}:${key}`));
      const { rows, rowIds } = await tx.select({
        table: WATCHED_OBJECTS,
        columns: ['key'],
        where: this.#only(
          isIn(
            'key',
            objects.map(({ key }) => key),
          ),
        ),
        rowIds: true,
      });
      const known = new Map(rows.map(([key], index) => [key, rowIds[index]]));
      const updated = objects.filter(({ key }) => known.has(key));
      await tx.updateByRowIds(
        WATCHED_OBJECTS,
        updated.map(({ key }) => known.get(key)).filter((rowId) => rowId !== undefined),
        ['etag', 'size_bytes'],
        updated.map(({ etag, sizeBytes }) => [etag, BigInt(sizeBytes)]),
      );
      await tx.insertArrays(
        WATCHED_OBJECTS,
        ['subscription', 'key', 'etag', 'size_bytes'],
        objects
          .filter(({ key }) => !known.has(key))
          .map(({ key, etag, sizeBytes }) => [this.#subscription, key, etag, BigInt(sizeBytes)]),
      );
    });
  }

  async forget(keys: readonly string[]): Promise<void> {
    await this.#manager.delete(WATCHED_OBJECTS, this.#only(isIn('key', keys)));
  }

  async #read(where: Where<WatchedRow>): Promise<Map<string, WatchedObject>> {
    const { rows } = await this.#manager.reader('background').select({
      table: WATCHED_OBJECTS,
      columns: ['key', 'etag', 'size_bytes'],
      where: this.#only(where),
    });
    return new Map(rows.map(([key, etag, sizeBytes]) => [key, { key, etag, sizeBytes: Number(sizeBytes) }]));
  }

  #only(where: Where<WatchedRow>): Where<WatchedRow> {
    return and([eq('subscription', this.#subscription), where]);
  }
}
