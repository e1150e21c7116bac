import type {
  ColumnDefinition,
  ForeignColumns,
  EngineCapabilities,
  Lane,
  ColumnBatch,
  RowSet,
  ScanningReader,
  ScanRequest,
  SelectRequest,
  TableDefinition,
  TableEngine,
  TableReader,
  TableStats,
  TableTransaction,
  TransactionOptions,
} from '../../src/vastdb/engine.ts';
import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import { TableError } from '../../src/vastdb/table-error.ts';

const nothing: EngineCapabilities = Object.freeze({
  relational: false,
  serializable: true,
});

/**
 * An engine that reads as little as the port permits, for tests of what the executor does itself.
 * It claims no capability, rejects a request that needs one (`TableError` invalid), enforces no
 * unique key, and returns rows in a shuffled order: a limit picks any rows. The shuffle is seeded,
 * so that a failing test fails again.
 */
export function withoutOrdering(engine: TableEngine, seed = 1): TableEngine {
  return new UnorderedEngine(engine, seed);
}

class UnorderedEngine implements TableEngine {
  readonly name: string;
  readonly capabilities = nothing;
  readonly #engine: TableEngine;
  readonly #random: () => number;

  constructor(engine: TableEngine, seed: number) {
    this.name = `${engine.name} without ordering`;
    this.#engine = engine;
    this.#random = seededRandom(seed);
  }

  listTables(): Promise<string[]> {
    return this.#engine.listTables();
  }

  describeTable(table: string): Promise<ColumnDefinition[] | undefined> {
    return this.#engine.describeTable(table);
  }

  foreignColumns(table: string): Promise<ForeignColumns> {
    return this.#engine.foreignColumns(table);
  }

  createTable(definition: TableDefinition): Promise<void> {
    return this.#engine.createTable(withoutUniqueKeys(definition));
  }

  addColumns(table: string, columns: readonly ColumnDefinition[]): Promise<void> {
    return this.#engine.addColumns(table, columns);
  }

  missingIndexes(definition: TableDefinition): Promise<string[]> {
    return this.#engine.missingIndexes(withoutUniqueKeys(definition));
  }

  createIndexes(definition: TableDefinition): Promise<void> {
    return this.#engine.createIndexes(withoutUniqueKeys(definition));
  }

  dropTable(table: string): Promise<void> {
    return this.#engine.dropTable(table);
  }

  stats(table: string): Promise<TableStats> {
    return this.#engine.stats(table);
  }

  reader(lane?: Lane): ScanningReader {
    return new UnorderedScans(this.#engine.reader(lane), this.#random);
  }

  transaction<T>(work: (tx: TableTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#engine.transaction((tx) => work(new UnorderedTransaction(tx, this.#random)), options);
  }

  health(): Promise<void> {
    return this.#engine.health();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

class UnorderedReader implements TableReader {
  readonly #reader: TableReader;
  readonly #random: () => number;

  constructor(reader: TableReader, random: () => number) {
    this.#reader = reader;
    this.#random = random;
  }

  async select(request: SelectRequest): Promise<RowSet> {
    if (request.orderBy !== undefined && request.orderBy.length > 0) throw unsupported('orderBy');
    if (request.distinct === true) throw unsupported('distinct');
    if (request.lookups !== undefined) throw unsupported('lookups');
    if (request.match !== undefined) throw unsupported('match');
    if (request.where !== undefined) checkPredicate(request.where);
    // Everything is fetched before the limit applies: which rows a limit picks must not follow the
    // order in which the engine below happens to keep them.
    const { limit, ...unlimited } = request;
    const found = await this.#reader.select(unlimited);
    const order = shuffled(found.rows.length, this.#random).slice(0, limit ?? found.rows.length);
    return {
      rows: order.flatMap((index) => found.rows.slice(index, index + 1)),
      rowIds: order.flatMap((index) => found.rowIds.slice(index, index + 1)),
    };
  }

  async count(table: string, where?: Predicate): Promise<number> {
    if (where !== undefined) checkPredicate(where);
    return this.#reader.count(table, where);
  }
}

class UnorderedScans extends UnorderedReader implements ScanningReader {
  readonly #scanner: ScanningReader;

  constructor(reader: ScanningReader, random: () => number) {
    super(reader, random);
    this.#scanner = reader;
  }

  scan(request: ScanRequest): AsyncIterable<ColumnBatch> {
    if (request.where !== undefined) checkPredicate(request.where);
    return this.#scanner.scan(request);
  }
}

class UnorderedTransaction extends UnorderedReader implements TableTransaction {
  readonly #tx: TableTransaction;

  constructor(tx: TableTransaction, random: () => number) {
    super(tx, random);
    this.#tx = tx;
  }

  insert(...args: Parameters<TableTransaction['insert']>): Promise<void> {
    return this.#tx.insert(...args);
  }

  update(...args: Parameters<TableTransaction['update']>): Promise<void> {
    return this.#tx.update(...args);
  }

  delete(...args: Parameters<TableTransaction['delete']>): Promise<void> {
    return this.#tx.delete(...args);
  }

  lock(...args: Parameters<TableTransaction['lock']>): Promise<void> {
    return this.#tx.lock(...args);
  }
}

/** The sort key becomes a plain index, since the engine below would enforce that it is unique. */
function withoutUniqueKeys(definition: TableDefinition): TableDefinition {
  const { sortKey, indexes = [], ...rest } = definition;
  const plain = indexes.map(({ columns }) => ({ columns }));
  return { ...rest, indexes: sortKey === undefined ? plain : [{ columns: sortKey }, ...plain] };
}

function checkPredicate(predicate: Predicate): void {
  switch (predicate.op) {
    case 'and':
      predicate.terms.forEach(checkPredicate);
      return;
    case 'or':
      predicate.terms.forEach(checkPredicate);
      if (new Set(predicate.terms.flatMap(columnsOf)).size > 1) throw unsupported('or over several columns');
      return;
    case 'not':
      if (predicate.term.op !== 'isNull') throw unsupported('not');
      return;
    case 'inSelect':
      throw unsupported(predicate.op);
    default:
      return;
  }
}

function columnsOf(predicate: Predicate): string[] {
  if ('terms' in predicate) return predicate.terms.flatMap(columnsOf);
  return 'term' in predicate ? columnsOf(predicate.term) : [predicate.column];
}

function unsupported(what: string): TableError {
  return new TableError('invalid', `This engine cannot push down ${what}; its capabilities say so.`);
}

/** The numbers 0..count-1 in a random order (Fisher-Yates). */
function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? last;
    order[last] = order[other] ?? other;
    order[other] = kept;
  }
  return order;
}

/** mulberry32: small, and the same on every platform. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
