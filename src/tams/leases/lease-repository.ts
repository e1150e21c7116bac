import type { RowId } from '../../vastdb/engine.ts';
import { and, gt, isIn, startsWith } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { defineTable } from '../../vastdb/schema/define-table.ts';
import type { TableReads } from '../table-access.ts';

export const LEASES = defineTable({
  name: 'leases',
  doc: 'Work that one replica does at a time.',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'owner', type: 'string', required: true },
    { name: 'expires_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
  internal: true,
  docs: {
    name: 'The work.',
    owner: 'Replica that does it.',
    expires_ms: 'When another one may take it.',
  },
});

interface LeaseRow {
  readonly owner: string;
  readonly expiresMs: number;
  readonly rowId: RowId;
}

export class LeaseReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  /** The names below a prefix that somebody holds at this time. */
  async held(prefix: string, nowMs: number): Promise<Set<string>> {
    const { rows } = await this.#reader.select({
      table: LEASES,
      columns: ['name'],
      where: and([startsWith('name', prefix), gt('expires_ms', BigInt(nowMs))]),
    });
    return new Set(rows.map(([name]) => name));
  }
}

export class LeaseRepository extends LeaseReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  /** Takes those of the leases that are free, expired or the owner's already. Returns them. */
  async acquire(names: readonly string[], owner: string, nowMs: number, expiresMs: number): Promise<Set<string>> {
    const present = await this.#find(names);
    const taken: string[] = [];
    const fresh: string[] = [];
    for (const name of names) {
      const lease = present.get(name);
      if (lease === undefined) fresh.push(name);
      else if (lease.owner === owner || lease.expiresMs <= nowMs) taken.push(name);
    }
    await this.#write(taken, present, owner, expiresMs);
    if (fresh.length > 0) {
      // If two take a new lease, only one inserts its row.
      await this.#tx.lock(fresh.map((name) => `lease:${name}`));
      const rows = fresh.map((name) => [name, owner, BigInt(expiresMs)] as const);
      await this.#tx.insertArrays(LEASES, ['name', 'owner', 'expires_ms'], rows);
    }
    return new Set([...taken, ...fresh]);
  }

  /** Returns those of the leases that are the owner's still, which last longer then. */
  async renew(names: readonly string[], owner: string, expiresMs: number): Promise<Set<string>> {
    const present = await this.#find(names);
    const ours = names.filter((name) => present.get(name)?.owner === owner);
    await this.#write(ours, present, owner, expiresMs);
    return new Set(ours);
  }

  async release(names: readonly string[], owner: string): Promise<void> {
    const present = await this.#find(names);
    const ours = [...present.values()].filter((lease) => lease.owner === owner);
    if (ours.length === 0) return;
    await this.#tx.deleteByRowIds(
      LEASES,
      ours.map(({ rowId }) => rowId),
    );
  }

  /** Every taker writes the row: only one of two concurrent takers commits. */
  async #write(
    names: readonly string[],
    present: ReadonlyMap<string, LeaseRow>,
    owner: string,
    expiresMs: number,
  ): Promise<void> {
    const rowIds = names.map((name) => present.get(name)?.rowId).filter((rowId) => rowId !== undefined);
    if (rowIds.length === 0) return;
    const cells = rowIds.map(() => [owner, BigInt(expiresMs)] as const);
    await this.#tx.updateByRowIds(LEASES, rowIds, ['owner', 'expires_ms'], cells);
  }

  async #find(names: readonly string[]): Promise<Map<string, LeaseRow>> {
    if (names.length === 0) return new Map();
    const { rows, rowIds } = await this.#tx.select({
      table: LEASES,
      columns: ['name', 'owner', 'expires_ms'],
      where: isIn('name', names),
      rowIds: true,
    });
    const found = new Map<string, LeaseRow>();
    rows.forEach(([name, owner, expiresMs], index) => {
      const rowId = rowIds[index];
      if (rowId !== undefined) found.set(name, { owner, expiresMs: Number(expiresMs), rowId });
    });
    return found;
  }
}
