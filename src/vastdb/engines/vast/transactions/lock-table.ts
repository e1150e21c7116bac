import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, ColumnDefinition } from '../../../engine.ts';
import { TableError } from '../../../table-error.ts';
import { shapeOf } from '../catalogue.ts';
import type { VastClient } from '../client/vast-client.ts';
import { LOCK_TABLE } from '../names.ts';
import { VastError } from '../transport/vast-error.ts';
import { LOCK_BUCKETS } from '../../lock-keys.ts';
import { isEndedSoon, readOnce, type Rollbacks } from './rollbacks.ts';
import { mayRunAgain } from './run-again.ts';
import { LEFT_BEHIND_MS } from './slot-pool.ts';

/** `bucket` is null in slots. `token` is that of the last transaction that wrote the row. */
const COLUMNS: readonly ColumnDefinition[] = [
  { name: 'bucket', type: 'int32' },
  { name: 'token', type: 'string' },
  { name: 'touched_ms', type: 'int64' },
];
const TABLE = shapeOf(LOCK_TABLE, COLUMNS, []);

/** Attempts to find or make the table when several replicas start at once. */
const OPEN_ATTEMPTS = 10;
const OPEN_PAUSE_MS = 200;

interface LockRows {
  /** Row ids by bucket. */
  readonly buckets: readonly bigint[];
  /** Slots of dead processes. */
  readonly leftBehind: readonly bigint[];
}

/** The table was made anew; so the rows of this process are gone as well. */
export class LockRowsChanged extends TableError {}

/**
 * The table of locks: a row for each bucket of keys, and the slots of the processes. Two transactions
 * that write the same row of it cannot both commit.
 */
export class LockTable {
  readonly #client: VastClient;
  readonly #rollbacks: Rollbacks;
  #buckets: readonly bigint[];
  /** Once for all callers that find changed rows. */
  #learning: Promise<void> | undefined;

  private constructor(client: VastClient, rollbacks: Rollbacks, buckets: readonly bigint[]) {
    this.#client = client;
    this.#rollbacks = rollbacks;
    this.#buckets = buckets;
  }

  /** Makes the table where there is none, and learns the ids of its rows. */
  static async open(client: VastClient, rollbacks: Rollbacks): Promise<LockTable> {
    for (let attempt = 1; attempt <= OPEN_ATTEMPTS; attempt += 1) {
      const found = await readOnce(client, rollbacks, (id) => findRows(client, id));
      if (found !== undefined) {
        const table = new LockTable(client, rollbacks, found.buckets);
        await table.removeSlots(found.leftBehind);
        return table;
      }
      if (!(await make(client, rollbacks))) await sleep(Math.random() * OPEN_PAUSE_MS);
    }
    throw new TableError(
      'unavailable',
      `The table ${LOCK_TABLE} cannot be made on the cluster: others keep making it, or it keeps failing.`,
    );
  }

  /**
   * Writes the rows of the buckets and the slot, in a transaction.
   *
   * @throws TableError `conflict` where another transaction has written one of them.
   */
  async write(transactionId: string, buckets: Iterable<number>, slot: bigint, token: string): Promise<void> {
    const rowIds = [slot];
    for (const bucket of buckets) rowIds.push(this.#buckets[bucket] ?? slot);
    const cells: Cell[] = [token, BigInt(Date.now())];
    try {
      const rows = new Array<Cell[]>(rowIds.length).fill(cells);
      await this.#client.rows.update(transactionId, TABLE, rowIds, ['token', 'touched_ms'], rows);
    } catch (error) {
      const isMissing = error instanceof VastError && error.status === 404;
      // The transaction itself may be missing.
      if (!isMissing || !(await this.#client.transactions.isOpen(transactionId))) throw error;
      // The rows have changed: somebody has recreated the table.
      await (this.#learning ??= this.#learnAgain());
      throw new LockRowsChanged('conflict', 'The rows of the table of locks are not those that they were.', error);
    }
  }

  /** Whether a transaction that wrote this token was committed. */
  async hasToken(token: string): Promise<boolean> {
    const where = { op: 'eq', column: 'token', value: token } as const;
    const { rowIds } = await readOnce(this.#client, this.#rollbacks, (transactionId) =>
      this.#client.queries.select({ transactionId, table: TABLE, columns: [], where, rowIds: true, limit: 1 }),
    );
    return rowIds.length > 0;
  }

  /** @returns the row ids of new slots. */
  async addSlots(count: number): Promise<bigint[]> {
    const cells = Array.from({ length: count }, (): Cell[] => [BigInt(Date.now())]);
    const { transactions, rows } = this.#client;
    const id = await transactions.begin();
    try {
      const rowIds = await rows.insert(id, TABLE, ['touched_ms'], cells);
      await transactions.commit(id);
      return rowIds;
    } catch (error) {
      void this.#rollbacks.end(id);
      throw error;
    }
  }

  /** Nothing depends on it: others find leftovers after a week. */
  async removeSlots(rowIds: readonly bigint[]): Promise<void> {
    if (rowIds.length === 0) return;
    const { rows, transactions } = this.#client;
    let id: string | undefined;
    try {
      id = await transactions.begin();
      await rows.delete(id, TABLE, rowIds);
      await transactions.commit(id);
    } catch (error) {
      if (id !== undefined) await isEndedSoon(this.#rollbacks.end(id));
      if (!(error instanceof TableError)) throw error;
    }
  }

  async #learnAgain(): Promise<void> {
    try {
      const found = await readOnce(this.#client, this.#rollbacks, (id) => findRows(this.#client, id));
      if (found !== undefined) this.#buckets = found.buckets;
    } finally {
      this.#learning = undefined;
    }
  }
}

/** @returns undefined where there is no table. */
async function findRows(client: VastClient, transactionId: string): Promise<LockRows | undefined> {
  if ((await client.tables.find(transactionId, LOCK_TABLE)) === undefined) return undefined;
  const columns = ['bucket', 'touched_ms'];
  const { rows, rowIds } = await client.queries.select({ transactionId, table: TABLE, columns, rowIds: true });
  const buckets: bigint[] = [];
  const leftBehind: bigint[] = [];
  for (const [index, rowId] of rowIds.entries()) {
    const [bucket, touchedMs] = rows[index] ?? [];
    if (typeof bucket === 'number') buckets[bucket] = smaller(buckets[bucket], rowId);
    else if (Number(touchedMs) < Date.now() - LEFT_BEHIND_MS) leftBehind.push(rowId);
  }
  // Gaps are skipped by `reduce`.
  if (buckets.reduce((count) => count + 1, 0) !== LOCK_BUCKETS) {
    throw new TableError(
      'unavailable',
      `The table ${LOCK_TABLE} on the cluster lacks rows: drop it while no server runs.`,
    );
  }
  return { buckets, leftBehind };
}

/** If several rows stand for one bucket, every replica takes the same. */
const smaller = (known: bigint | undefined, rowId: bigint): bigint =>
  known !== undefined && known < rowId ? known : rowId;

/** Makes the table with the rows of all buckets, at once. @returns false where it has to be looked for again. */
async function make(client: VastClient, rollbacks: Rollbacks): Promise<boolean> {
  const { transactions, tables, rows } = client;
  const id = await transactions.begin();
  try {
    await tables.create(id, LOCK_TABLE, COLUMNS);
    await rows.insert(
      id,
      TABLE,
      ['bucket'],
      Array.from({ length: LOCK_BUCKETS }, (_, bucket) => [bucket]),
    );
    await transactions.commit(id);
    return true;
  } catch (error) {
    // Our own table would be in the way of a further try.
    if ((await isEndedSoon(rollbacks.end(id))) && mayRunAgain(error)) return false;
    throw error;
  }
}
