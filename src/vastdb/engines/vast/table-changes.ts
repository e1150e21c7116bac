import type { Logger } from 'pino';
import { retry } from '../../../shared/retry.ts';
import type { ColumnDefinition, IndexDefinition, TableDefinition } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import type { ProjectionStatus } from './client/projections.ts';
import type { VastClient } from './client/vast-client.ts';
import { isEndedSoon, type Rollbacks } from './transactions/rollbacks.ts';
import { mayRunAgain } from './transactions/run-again.ts';
import { VastError } from './transport/vast-error.ts';

interface TableChangesOptions {
  readonly rollbacks: Rollbacks;
  /** Whether the cluster can keep the rows of a table in the order of a key. */
  readonly sortedTables: boolean;
  readonly logger: Logger;
}

/** Attempts of a change while others make the same, as replicas that start together do. */
const ATTEMPTS = 10;

/**
 * Changes tables. Every change first checks, in its own transaction, whether it is needed. So after a conflict, or a
 * lost answer, it is simply repeated.
 */
export class TableChanges {
  readonly #client: VastClient;
  readonly #rollbacks: Rollbacks;
  readonly #sortedTables: boolean;
  readonly #logger: Logger;
  #takesProjections = true;

  constructor(client: VastClient, { rollbacks, sortedTables, logger }: TableChangesOptions) {
    this.#client = client;
    this.#rollbacks = rollbacks;
    this.#sortedTables = sortedTables;
    this.#logger = logger;
  }

  /** Does nothing where there is one of its name. */
  async create({ name, columns, sortKey }: TableDefinition): Promise<void> {
    const { tables } = this.#client;
    await this.#change(async (id) => {
      if ((await tables.find(id, name)) !== undefined) return;
      await tables.create(id, name, columns, this.#sortedTables ? sortKey : []);
    });
  }

  /** Adds those that are missing. @throws TableError `invalid` where there is no such table. */
  async addColumns(name: string, columns: readonly ColumnDefinition[]): Promise<void> {
    const { tables, columns: present } = this.#client;
    await this.#change(async (id) => {
      if ((await tables.find(id, name)) === undefined) throw noTable(name);
      const { columns: ours, foreign } = await present.list(id, name);
      const names = new Set(ours.map((column) => column.name));
      const missing = columns.filter((column) => !names.has(column.name) && !foreign.has(column.name));
      if (missing.length > 0) await present.add(id, name, missing);
    });
  }

  async drop(name: string): Promise<void> {
    const { tables } = this.#client;
    let isFirst = true;
    await this.#change(async (id) => {
      const isThere = (await tables.find(id, name)) !== undefined;
      if (isFirst && !isThere) throw noTable(name);
      isFirst = false;
      if (isThere) await tables.drop(id, name);
    });
  }

  /**
   * Makes the missing projections that stand for the definition's indexes, and for its sort key where
   * the table is not sorted. They hold all columns, so that any query can use them, unless the index is `keysOnly`. They only make
   * queries faster: a cluster that refuses them is left as it is, and the log says so once.
   */
  async createProjections(definition: TableDefinition): Promise<void> {
    const wanted = projectionsOf(definition, this.#sortedTables);
    if (wanted.length === 0 || !this.#takesProjections) return;
    const { projections } = this.#client;
    const names = definition.columns.map((column) => column.name);
    try {
      await this.#change(async (id) => {
        const present = new Set(await projections.list(id, definition.name));
        for (const { columns: sorted, keysOnly = false } of wanted) {
          if (present.has(projectionName(sorted))) continue;
          const others = keysOnly ? [] : names.filter((name) => !sorted.includes(name));
          await projections.create(id, definition.name, projectionName(sorted), sorted, others);
        }
      });
    } catch (error) {
      if (!(error instanceof VastError) || error.kind !== 'invalid') throw error;
      this.#doWithoutProjections(error, definition.name);
    }
  }

  /** The projections that `createProjections` would make, by name, with the state of existing ones. */
  async projectionsOf(definition: TableDefinition): Promise<Map<string, ProjectionStatus | undefined>> {
    const { projections } = this.#client;
    const wanted = projectionsOf(definition, this.#sortedTables).map(({ columns }) => projectionName(columns));
    return this.#change(async (id) => {
      const present = new Set(await projections.list(id, definition.name));
      const statusOf = (name: string): Promise<ProjectionStatus> => projections.status(id, definition.name, name);
      const found = wanted.map(async (name) => [name, present.has(name) ? await statusOf(name) : undefined] as const);
      return new Map(await Promise.all(found));
    });
  }

  /** Drops those of the projections that are there. @returns their names. */
  async dropProjections(definition: TableDefinition): Promise<string[]> {
    const { projections } = this.#client;
    const ours = projectionsOf(definition, this.#sortedTables).map(({ columns }) => projectionName(columns));
    return this.#change(async (id) => {
      const present = new Set(await projections.list(id, definition.name));
      const dropped = ours.filter((name) => present.has(name));
      for (const name of dropped) await projections.drop(id, definition.name, name);
      return dropped;
    });
  }

  /** Several tables may be refused at once; the log says so once. */
  #doWithoutProjections(error: VastError, table: string): void {
    if (!this.#takesProjections) return;
    this.#takesProjections = false;
    this.#logger.warn({ err: error, table }, 'the cluster takes no projections; the tables do without');
  }

  /** @param change makes its requests in the transaction of the given id; it may be called again. */
  #change<T>(change: (transactionId: string) => Promise<T>): Promise<T> {
    const { transactions } = this.#client;
    return retry(
      async () => {
        const id = await transactions.begin();
        try {
          const result = await change(id);
          await transactions.commit(id);
          return result;
        } catch (error) {
          // Leftovers would be in the way of another attempt.
          await isEndedSoon(this.#rollbacks.end(id));
          throw error;
        }
      },
      { attempts: ATTEMPTS, baseMs: 50, maxMs: 1000, isRetryable: mayRunAgain },
    );
  }
}

function projectionsOf({ sortKey = [], indexes = [] }: TableDefinition, isSorted: boolean): IndexDefinition[] {
  const keys = indexes.filter(({ columns }) => !isStartOf(columns, sortKey));
  return isSorted || sortKey.length === 0 ? keys : [{ columns: sortKey }, ...keys];
}

const isStartOf = (columns: readonly string[], key: readonly string[]): boolean =>
  columns.every((column, index) => key[index] === column);

const projectionName = (columns: readonly string[]): string => `by_${columns.join('_')}`;

const noTable = (name: string): TableError => new TableError('invalid', `There is no table ${JSON.stringify(name)}.`);
