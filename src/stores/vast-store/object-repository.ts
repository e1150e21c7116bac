import type { MediaObject } from '../../domain/media-object.ts';
import { packLocations, unpackLocations } from '../../domain/object-location.ts';
import type { ExternalUrl } from '../../domain/segment.ts';
import type { ObjectReads, Objects, ShownObject, StoredObject } from '../../domain/store.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { Access } from './access.ts';
import { visibleObjects } from './object-access.ts';
import type { TableReads } from './table-access.ts';
import { toHandle, toRowId } from './row-handle.ts';
import { OBJECTS } from './tables.ts';
import { visibleFlows } from './visible-flows.ts';

const COLUMNS = ['id', 'first_flow', 'referenced', 'locations', 'external_urls'] as const;

function toMediaObject(row: Cell[]): MediaObject {
  const [id, firstFlow, referenced, locations, externalUrls] = row as [
    string,
    string,
    boolean,
    string | null,
    string | null,
  ];
  return {
    id,
    firstFlow,
    referenced,
    locations: unpackLocations(locations),
    externalUrls: externalUrls === null ? [] : (JSON.parse(externalUrls) as ExternalUrl[]),
  };
}

export class ObjectReader implements ObjectReads {
  readonly #reader: TableReads;
  readonly #access: Access;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
  }

  async find(id: string): Promise<ShownObject | undefined> {
    const { rows } = await this.#reader.select({
      table: OBJECTS.name,
      columns: COLUMNS,
      where: and([eq('id', id), eq('reclaiming', false)]),
    });
    const [object] = await visibleObjects(this.#reader, this.#access, rows.map(toMediaObject));
    if (object === undefined || this.#access.classes === undefined) return object;
    const { firstFlow } = object;
    const visible = await visibleFlows(this.#reader, this.#access, [firstFlow]);
    return { ...object, firstFlow: visible.has(firstFlow) ? firstFlow : undefined };
  }

  async existing(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.#reader.select({
      table: OBJECTS.name,
      columns: ['id', 'first_flow'],
      where: and([isIn('id', ids), eq('reclaiming', false)]),
    });
    const found = (rows as [string, string][]).map(([id, firstFlow]) => ({ id, firstFlow }));
    const visible = await visibleObjects(this.#reader, this.#access, found);
    return new Set(visible.map(({ id }) => id));
  }
}

export class ObjectRepository extends ObjectReader implements Objects {
  readonly #tx: ManagedTransaction;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
    this.#access = access;
  }

  async findMany(ids: readonly string[]): Promise<Map<string, StoredObject>> {
    const objects = await visibleObjects(this.#tx, this.#access, await this.#select(ids, false));
    return new Map(objects.map((object) => [object.id, object]));
  }

  async taken(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.#tx.select({ table: OBJECTS.name, columns: ['id'], where: isIn('id', ids) });
    return new Set(rows.map((row) => row[0] as string));
  }

  async insertNamed(objects: readonly MediaObject[]): Promise<void> {
    await this.#tx.lock(objects.map(({ id }) => `object:${id}`));
    await this.insert(objects);
  }

  async insert(objects: readonly MediaObject[]): Promise<void> {
    if (objects.length === 0) return;
    const rows = objects.map((object) => [
      object.id,
      object.firstFlow,
      object.referenced,
      packLocations(object.locations),
      object.externalUrls.length === 0 ? null : JSON.stringify(object.externalUrls),
      false,
    ]);
    await this.#tx.insertArrays(OBJECTS.name, [...COLUMNS, 'reclaiming'], rows);
  }

  async use(objects: readonly StoredObject[]): Promise<void> {
    // The reclaim writes the rows too: one that runs beside this either sees the use or collides with it.
    const written = this.#tx.serializable ? objects.filter(({ referenced }) => !referenced) : objects;
    if (written.length === 0) return;
    const rowIds = written.map(({ handle }) => toRowId(handle));
    const rows = written.map(() => [true]);
    await this.#tx.updateByRowIds(OBJECTS.name, rowIds, ['referenced'], rows);
  }

  async markReclaiming(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#tx.update(OBJECTS.name, isIn('id', ids), { reclaiming: true });
  }

  reclaiming(ids: readonly string[]): Promise<MediaObject[]> {
    return this.#select(ids, true);
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#tx.delete(OBJECTS.name, and([isIn('id', ids), eq('reclaiming', true)]));
  }

  async #select(ids: readonly string[], reclaiming: boolean): Promise<StoredObject[]> {
    if (ids.length === 0) return [];
    const { rows, rowIds } = await this.#tx.select({
      table: OBJECTS.name,
      columns: COLUMNS,
      where: and([isIn('id', ids), eq('reclaiming', reclaiming)]),
      rowIds: true,
    });
    return rows.map((row, index) => ({ ...toMediaObject(row), handle: toHandle(rowIds[index]) }));
  }
}
