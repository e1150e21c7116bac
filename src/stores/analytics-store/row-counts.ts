import type { CatalogTable } from '../../domain/analytics.ts';
import type { CommittedReader } from '../../vastdb/committed-reader.ts';
import { NOT_DELETING } from '../vast-store/flow-row.ts';
import { FLOWS, SEGMENTS } from '../vast-store/tables.ts';

interface Count {
  readonly rows: number;
  readonly asOf: number;
}

/** How old a count may be; how long an answer waits for one. */
const KEPT_MS = 60_000;
const PATIENCE_MS = 100;

/**
 * Counts of rows that cost little to ask for. Counting reads a whole index, which takes longer than a catalog may, so
 * counts are made in the background and kept; those of segments are the sum of what the flows say of theirs.
 */
export class RowCounts {
  readonly #reader: Pick<CommittedReader, 'count' | 'scan'>;
  readonly #known = new Map<string, Count>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(reader: Pick<CommittedReader, 'count' | 'scan'>) {
    this.#reader = reader;
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
      // What fails after the answer is found again by the next one that asks.
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
    const count = table === SEGMENTS.name ? this.#segments() : this.#reader.count(table);
    const refresh = count
      .then((rows) => {
        this.#known.set(table, { rows, asOf });
      })
      .finally(() => this.#running.delete(table));
    this.#running.set(table, refresh);
    return refresh;
  }

  async #segments(): Promise<number> {
    return sumOfSegments(this.#reader, undefined);
  }
}

/** How many segments the flows say that they have. */
export async function sumOfSegments(
  reader: Pick<CommittedReader, 'scan'>,
  where: Parameters<CommittedReader['scan']>[0]['where'],
): Promise<number> {
  let sum = 0n;
  const request = { table: FLOWS.name, columns: ['content_segments'], where: where ?? NOT_DELETING };
  for await (const { columns } of reader.scan(request)) {
    for (const cell of columns[0] ?? []) if (typeof cell === 'bigint') sum += cell;
  }
  return Number(sum);
}
