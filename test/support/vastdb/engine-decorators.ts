import type { RowSet, ScanningReader, SelectRequest, TableEngine } from '../../../src/vastdb/engine.ts';

/** An engine with some of its methods replaced. */
function decorated(engine: TableEngine, replaced: Partial<TableEngine>): TableEngine {
  return {
    name: engine.name,
    capabilities: engine.capabilities,
    listTables: () => engine.listTables(),
    describeTable: (table) => engine.describeTable(table),
    foreignColumns: (table) => engine.foreignColumns(table),
    createTable: (definition) => engine.createTable(definition),
    addColumns: (table, columns) => engine.addColumns(table, columns),
    createIndexes: (definition) => engine.createIndexes(definition),
    missingIndexes: (definition) => engine.missingIndexes(definition),
    dropTable: (table) => engine.dropTable(table),
    stats: (table) => engine.stats(table),
    reader: (lane) => engine.reader(lane),
    transaction: (work, options) => engine.transaction(work, options),
    health: () => engine.health(),
    close: () => engine.close(),
    ...replaced,
  };
}

/** What was asked of an engine by reads outside of transactions. */
export interface ReadCounts {
  selects: number;
  counts: number;
  /** Rows that selects returned. */
  rows: number;
  readonly requests: SelectRequest[];
}

export function withReadCounts(engine: TableEngine): { engine: TableEngine; reads: ReadCounts } {
  const reads: ReadCounts = { selects: 0, counts: 0, rows: 0, requests: [] };
  const counting = (reader: ScanningReader): ScanningReader => ({
    async select(request: SelectRequest): Promise<RowSet> {
      const found = await reader.select(request);
      reads.selects++;
      reads.rows += found.rows.length;
      reads.requests.push(request);
      return found;
    },
    count(table, where) {
      reads.counts++;
      return reader.count(table, where);
    },
    scan: (request) => reader.scan(request),
  });
  return { engine: decorated(engine, { reader: (lane) => counting(engine.reader(lane)) }), reads };
}

/** Called before a transaction's work, before its commit, and after it; what it throws is thrown there. */
export type Fault = (point: 'before' | 'beforeCommit' | 'afterCommit') => void;

/** Faults of transactions, and of reads outside of them. Both are off until they are set. */
export interface Faults {
  transaction?: Fault;
  read?: () => void;
}

export function withFaults(engine: TableEngine): { engine: TableEngine; faults: Faults } {
  const faults: Faults = {};
  const failing = (reader: ScanningReader): ScanningReader => ({
    async select(request) {
      faults.read?.();
      return reader.select(request);
    },
    async count(table, where) {
      faults.read?.();
      return reader.count(table, where);
    },
    scan(request) {
      faults.read?.();
      return reader.scan(request);
    },
  });
  const faulty = decorated(engine, {
    reader: (lane) => failing(engine.reader(lane)),
    async transaction(work, options) {
      faults.transaction?.('before');
      const result = await engine.transaction(async (tx) => {
        const done = await work(tx);
        faults.transaction?.('beforeCommit');
        return done;
      }, options);
      faults.transaction?.('afterCommit');
      return result;
    },
  });
  return { engine: faulty, faults };
}
