import type { CatalogTable } from '../analytics.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';
import type { Predicate } from '../../../vastdb/predicate/predicate.ts';
import { NOT_DELETING } from '../../../tams/flows/flow-row.ts';
import { FLOWS } from '../../../tams/flows/flow-tables.ts';
import { SEGMENTS } from '../../../tams/segments/segment-tables.ts';

interface Count {
  readonly rows: number;
  readonly asOf: number;
}

/** Largest age of a count, and how long an answer waits for one. */
const KEPT_MS = 60_000;
const PATIENCE_MS = 100;

/**
 * Cheap row counts. Counting reads a whole index, which takes too long for a catalog. So tables are counted in the
 * background, and the counts are kept. The count of segments is the sum of the flows' counters.
 */
export class RowCounts {
  readonly #reader: Pick<CommittedReader, 'count' | 'scan'>;
  readonly #rowsOf: (table: string) => Predicate | undefined;
  readonly #known = new Map<string, Count>();
  readonly #running = new Map<string, Promise<void>>();

  /** @param rowsOf which rows of a table are counted; all of them where it says nothing. */
  constructor(reader: Pick<CommittedReader, 'count' | 'scan'>, rowsOf: (table: string) => Predicate | undefined) {
    this.#reader = reader;
    this.#rowsOf = rowsOf;
  }

  /** In the order of `tables`, which are counted in this order too. */
  async of(tables: readonly string[]): Promise<CatalogTable[]> {
    const stale = tables.filter((table) => Date.now() - (this.#known.get(table)?.asOf ?? 0) > KEPT_MS);
    const counting = Promise.all(stale.map((table) => this.#refresh(table)));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    try {
      await Promise.race([counting, patience]);
    } finally {
      clearTimeout(timer);
      // A failure after the answer shows up again at the next request.
      counting.catch(() => undefined);
    }
    return tables.map((table) => {
      const known = this.#known.get(table);
      if (known === undefined) return { table, rows: null, basis: 'counting', asOf: null };
      return { table, ...known, basis: table === SEGMENTS.name ? 'flows' : 'counted' };
    });
  }

  #refresh(table: string): Promise<void> {
    const running = this.#running.get(table);
    if (running !== undefined) return running;
    const asOf = Date.now();
    const count = table === SEGMENTS.name ? this.#segments() : this.#reader.count(table, this.#rowsOf(table));
    const refresh = count
      .then((rows) => {
        this.#known.set(table, { rows, asOf });
      })
      .finally(() => this.#running.delete(table));
    this.#running.set(table, refresh);
    return refresh;
  }

  /** The sum of the flows' counters. */
  async #segments(): Promise<number> {
    let sum = 0n;
    const where = this.#rowsOf(FLOWS.name) ?? NOT_DELETING;
    for await (const { columns } of this.#reader.scan({ table: FLOWS.name, columns: ['content_segments'], where })) {
      for (const cell of columns[0] ?? []) if (typeof cell === 'bigint') sum += cell;
    }
    return Number(sum);
  }
}
