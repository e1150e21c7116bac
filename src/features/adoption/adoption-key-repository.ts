import { fromJson, toJson } from '../../shared/json-text.ts';
import { uuidV7 } from '../../shared/uuid.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import { afterCursor, toPage } from '../../tams/documents/listing-order.ts';
import { objectsAt, placeKey } from '../../tams/objects/place-repository.ts';
import { OBJECTS } from '../../tams/objects/object-tables.ts';
import { type RowHandle, type TableReads, toHandle, toRowId } from '../../tams/table-access.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, eqIfGiven, isIn, startsWith } from '../../vastdb/predicate/builder.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import type { AdoptionKey, Arrival, KeyState, Place, Sequence } from './adoption.ts';
import { folderOf } from './adoption-rules.ts';
import { ADOPTION_ARRIVALS, ADOPTION_KEYS, ADOPTION_SEQUENCES } from './adoption-tables.ts';

export interface StoredKey extends AdoptionKey {
  readonly handle: RowHandle;
}

const IN_ORDER = [
  { column: 'ordinal', direction: 'asc' },
  { column: 'key', direction: 'asc' },
] as const;
/** Columns that the work on a key changes. */
const DONE_COLUMNS = ['state', 'reason', 'flow_id', 'start_ns', 'end_ns', 'offset_ns', 'flows'] as const;
const COLUMNS = ['ordinal', 'key', 'size', 'init_key', ...DONE_COLUMNS] as const;
const SEQUENCE_COLUMNS = ['number', 'name', 'flow_id', 'flows', 'coding', 'end_ns', 'offset_ns', 'last'] as const;

type KeyCells = CellsOf<RowOf<typeof ADOPTION_KEYS>, typeof COLUMNS>;

const toKey = (cells: KeyCells): AdoptionKey => {
  const [ordinal, key, size, initKey, state, reason, flowId, startNs, endNs, offsetNs, flows] = cells;
  return {
    ordinal,
    key,
    size: Number(size),
    initKey: initKey ?? undefined,
    state,
    reason: reason ?? undefined,
    flowId: flowId ?? undefined,
    startNs: startNs ?? undefined,
    endNs: endNs ?? undefined,
    offsetNs: offsetNs ?? undefined,
    flows: flows === null ? undefined : fromJson(flows),
  };
};

const doneCells = (key: AdoptionKey) =>
  [
    key.state,
    key.reason ?? null,
    key.flowId ?? null,
    key.startNs ?? null,
    key.endNs ?? null,
    key.offsetNs ?? null,
    key.flows === undefined ? null : toJson(key.flows),
  ] as const;

/** The keys of adoptions, as they are committed. */
export class AdoptionKeyReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async list(adoptionId: string, state: KeyState | undefined, page: PageRequest): Promise<Page<AdoptionKey>> {
    const found = await this.#reader.select({
      table: ADOPTION_KEYS,
      columns: COLUMNS,
      where: and([
        eq('adoption_id', adoptionId),
        ...eqIfGiven('state', state),
        ...afterCursor(IN_ORDER, page.after, ['bigint', 'string']),
      ]),
      orderBy: IN_ORDER,
      limit: page.limit + 1,
      ...(page.maxBytes !== undefined && { maxBytes: page.maxBytes }),
      timeline: { column: 'ordinal' },
    });
    return toPage(found, page.limit, toKey, ([ordinal, key]) => [ordinal, key]);
  }

  /** The next keys in the order of the work, of whatever state. */
  async after(adoptionId: string, at: Place | undefined, limit: number): Promise<StoredKey[]> {
    const { rows, rowIds } = await this.#reader.select({
      table: ADOPTION_KEYS,
      columns: COLUMNS,
      where: and([
        eq('adoption_id', adoptionId),
        ...afterCursor(IN_ORDER, at && [at.ordinal, at.key], ['bigint', 'string']),
      ]),
      orderBy: IN_ORDER,
      limit,
      timeline: { column: 'ordinal' },
      rowIds: true,
    });
    return rows.map((row, index) => ({ ...toKey(row), handle: toHandle(rowIds[index]) }));
  }

  /** Keys that events told of, by the ids of the entries. */
  async arrivals(adoptionId: string, limit: number): Promise<Map<string, string>> {
    const { rows } = await this.#reader.select({
      table: ADOPTION_ARRIVALS,
      columns: ['id', 'key'],
      where: eq('adoption_id', adoptionId),
      limit,
    });
    return new Map(rows);
  }

  /** @param numbers all, unless given. */
  async sequences(adoptionId: string, numbers?: readonly number[]): Promise<Sequence[]> {
    if (numbers?.length === 0) return [];
    const { rows } = await this.#reader.select({
      table: ADOPTION_SEQUENCES,
      columns: SEQUENCE_COLUMNS,
      where: and([
        eq('adoption_id', adoptionId),
        ...(numbers === undefined ? [] : [isIn('number', numbers.map(BigInt))]),
      ]),
    });
    return rows.map(([number, name, flowId, flows, coding, endNs, offsetNs, last]) => ({
      number: Number(number),
      name,
      flowId,
      flows: flows === null ? undefined : fromJson(flows),
      coding: coding ?? undefined,
      endNs: endNs ?? undefined,
      offsetNs,
      last: last === null ? undefined : Number(last),
    }));
  }

  /** A protected object below a prefix, if there is any: one whose bytes are somebody else's. Looks at every object. */
  async protectedBelow(storageId: string, prefix: string): Promise<string | undefined> {
    const where = startsWith('adopted_at', `${storageId} ${folderOf(prefix)}`);
    const { rows } = await this.#reader.select({ table: OBJECTS, columns: ['id'], where, limit: 1 });
    return rows[0]?.[0];
  }

  /**
   * Those of the keys that are objects already, by adoption or by an import, whether or not they are about to be reclaimed.
   *
   * @param storageIds the backends of the bucket
   */
  async adopted(storageIds: readonly string[], keys: readonly string[]): Promise<Map<string, string>> {
    const places = keys.flatMap((storagePath) => storageIds.map((storageId) => ({ storageId, storagePath })));
    const found = await objectsAt(this.#reader, places);
    return new Map(
      places.flatMap((place) => {
        const id = found.get(placeKey(place));
        return id === undefined ? [] : [[place.storagePath, id] as const];
      }),
    );
  }
}

/** The keys of adoptions, within a transaction. */
export class AdoptionKeyRepository extends AdoptionKeyReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  async insert(adoptionId: string, keys: readonly AdoptionKey[]): Promise<void> {
    const rows = keys.map(
      (key) => [adoptionId, key.ordinal, key.key, BigInt(key.size), key.initKey ?? null, ...doneCells(key)] as const,
    );
    await this.#tx.insertArrays(ADOPTION_KEYS, ['adoption_id', ...COLUMNS], rows);
  }

  async update(keys: readonly StoredKey[]): Promise<void> {
    if (keys.length === 0) return;
    const rowIds = keys.map(({ handle }) => toRowId(handle));
    await this.#tx.updateByRowIds(ADOPTION_KEYS, rowIds, DONE_COLUMNS, keys.map(doneCells));
  }

  /** Replaces the earlier rows of these keys. @returns the earlier ones */
  async replace(adoptionId: string, keys: readonly AdoptionKey[]): Promise<AdoptionKey[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: ADOPTION_KEYS,
      columns: COLUMNS,
      where: and([
        eq('adoption_id', adoptionId),
        isIn('ordinal', [...new Set(keys.map(({ ordinal }) => ordinal))]),
        isIn(
          'key',
          keys.map(({ key }) => key),
        ),
      ]),
      rowIds: true,
    });
    await this.#tx.deleteByRowIds(ADOPTION_KEYS, rowIds);
    await this.insert(adoptionId, keys);
    return rows.map(toKey);
  }

  async addArrivals(arrivals: readonly Arrival[]): Promise<void> {
    const rows = arrivals.map(({ adoptionId, key }) => ({ id: uuidV7(), adoption_id: adoptionId, key }));
    await this.#tx.insert(ADOPTION_ARRIVALS, rows);
  }

  async removeArrivals(ids: readonly string[], adoptionId: string): Promise<void> {
    await this.#tx.delete(ADOPTION_ARRIVALS, and([eq('adoption_id', adoptionId), isIn('id', ids)]));
  }

  async insertSequences(adoptionId: string, sequences: readonly Sequence[]): Promise<void> {
    const rows = sequences.map((sequence) => [adoptionId, ...sequenceCells(sequence)] as const);
    await this.#tx.insertArrays(ADOPTION_SEQUENCES, ['adoption_id', ...SEQUENCE_COLUMNS], rows);
  }

  async updateSequence(adoptionId: string, sequence: Sequence): Promise<void> {
    const [number, , , flows, coding, endNs, offsetNs, last] = sequenceCells(sequence);
    const where = and([eq('adoption_id', adoptionId), eq('number', number)]);
    await this.#tx.update(ADOPTION_SEQUENCES, where, { flows, coding, end_ns: endNs, offset_ns: offsetNs, last });
  }
}

const sequenceCells = (sequence: Sequence): CellsOf<RowOf<typeof ADOPTION_SEQUENCES>, typeof SEQUENCE_COLUMNS> => [
  BigInt(sequence.number),
  sequence.name,
  sequence.flowId,
  sequence.flows === undefined ? null : toJson(sequence.flows),
  sequence.coding ?? null,
  sequence.endNs ?? null,
  sequence.offsetNs,
  sequence.last === undefined ? null : BigInt(sequence.last),
];
