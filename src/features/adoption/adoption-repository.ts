import { fromJson, toJson } from '../../shared/json-text.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import { afterCursor, toPage } from '../../tams/documents/listing-order.ts';
import type { ManagedReader } from '../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { NewRowOf, RowOf } from '../../vastdb/schema/define-table.ts';
import type { Adoption, AdoptionState } from './adoption.ts';
import { ADOPTION_ARRIVALS, ADOPTION_KEYS, ADOPTION_SEQUENCES, ADOPTIONS } from './adoption-tables.ts';

const NEWEST_FIRST = [
  { column: 'created_ms', direction: 'desc' },
  { column: 'id', direction: 'asc' },
] as const;

/** Rows of one deletion. */
const REMOVED_AT_ONCE = 5_000;

type Row = RowOf<typeof ADOPTIONS>;

/** Adoptions, as they are committed. */
export class AdoptionReader {
  readonly #reader: Pick<ManagedReader, 'selectRows' | 'selectOne' | 'selectPage'>;

  constructor(reader: Pick<ManagedReader, 'selectRows' | 'selectOne' | 'selectPage'>) {
    this.#reader = reader;
  }

  async find(id: string): Promise<Adoption | undefined> {
    const row = await this.#reader.selectOne({ table: ADOPTIONS, where: eq('id', id) });
    return row && toAdoption(row);
  }

  async list(page: PageRequest): Promise<Page<Adoption>> {
    const found = await this.#reader.selectPage({
      table: ADOPTIONS,
      where: and(afterCursor(NEWEST_FIRST, page.after, ['bigint', 'string'])),
      orderBy: NEWEST_FIRST,
      limit: page.limit + 1,
      ...(page.maxBytes !== undefined && { maxBytes: page.maxBytes }),
      timeline: { column: 'created_ms' },
    });
    return toPage(found, page.limit, toAdoption, (row) => [row.created_ms, row.id]);
  }

  /** Those of these states, the oldest first. */
  async inStates(states: readonly AdoptionState[]): Promise<Adoption[]> {
    const rows = await this.#reader.selectRows({ table: ADOPTIONS, where: isIn('state', states) });
    return rows.map(toAdoption).sort((a, b) => a.createdMs - b.createdMs);
  }

  /** Those that follow their folder. */
  async following(): Promise<Adoption[]> {
    const rows = await this.#reader.selectRows({ table: ADOPTIONS, where: eq('follows', true) });
    return rows.map(toAdoption).filter(({ state }) => state !== 'removing' && state !== 'failed');
  }
}

/** Adoptions, within a transaction. */
export class AdoptionRepository extends AdoptionReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  async insert(adoption: Adoption): Promise<void> {
    await this.#tx.insert(ADOPTIONS, [toRow(adoption)]);
  }

  async save(adoption: Adoption): Promise<void> {
    const { id, ...changes } = toRow({ ...adoption, updatedMs: Date.now() });
    await this.#tx.update(ADOPTIONS, eq('id', id), changes);
  }

  /** Removes rows of an adoption, the adoption last. @returns whether it is gone */
  async remove(id: string): Promise<boolean> {
    const ofIt = eq('adoption_id', id);
    const most = { limit: REMOVED_AT_ONCE };
    if ((await this.#tx.delete(ADOPTION_KEYS, ofIt, most)) === REMOVED_AT_ONCE) return false;
    if ((await this.#tx.delete(ADOPTION_ARRIVALS, ofIt, most)) === REMOVED_AT_ONCE) return false;
    if ((await this.#tx.delete(ADOPTION_SEQUENCES, ofIt, most)) === REMOVED_AT_ONCE) return false;
    await this.#tx.delete(ADOPTIONS, eq('id', id));
    return true;
  }
}

const toRow = (adoption: Adoption): NewRowOf<Row> & Row => ({
  id: adoption.id,
  created_ms: BigInt(adoption.createdMs),
  updated_ms: BigInt(adoption.updatedMs),
  storage_id: adoption.storageId,
  prefix: adoption.prefix,
  layout: adoption.layout,
  frame_rate: adoption.frameRate === undefined ? null : toJson(adoption.frameRate),
  tags: toJson(adoption.tags),
  delete_bytes: adoption.deleteBytes,
  starts: adoption.starts,
  follows: adoption.follows,
  principal: adoption.principal,
  state: adoption.state,
  listed_to: adoption.listedTo ?? null,
  at_ordinal: adoption.at?.ordinal ?? null,
  at_key: adoption.at?.key ?? null,
  counts: toJson(adoption.counts),
  error: adoption.error ?? null,
});

const toAdoption = (row: Row): Adoption => ({
  id: row.id,
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  storageId: row.storage_id,
  prefix: row.prefix,
  layout: row.layout,
  frameRate: row.frame_rate === null ? undefined : fromJson(row.frame_rate),
  tags: fromJson(row.tags),
  deleteBytes: row.delete_bytes,
  starts: row.starts,
  follows: row.follows === true,
  principal: row.principal,
  state: row.state,
  listedTo: row.listed_to ?? undefined,
  at: row.at_ordinal === null ? undefined : { ordinal: row.at_ordinal, key: row.at_key ?? '' },
  counts: fromJson(row.counts),
  error: row.error ?? undefined,
});
