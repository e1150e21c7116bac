/** Sizes only steer how a read is split, so older ones will do. */
const KEPT_MS = 300_000;

/** Approximate row counts of the tables, refreshed now and then by the reads that are split by them. */
export class TableSizes {
  readonly #load: (transactionId: string, table: string) => Promise<number>;
  readonly #known = new Map<string, { readonly rows: number; readonly atMs: number }>();

  /** @param load asks the cluster, in a transaction. */
  constructor(load: (transactionId: string, table: string) => Promise<number>) {
    this.#load = load;
  }

  /** Costs a request now and then. @throws what `load` throws. */
  async rows(transactionId: string, table: string): Promise<number> {
    const known = this.#known.get(table);
    if (known !== undefined && performance.now() - known.atMs < KEPT_MS) return known.rows;
    const rows = await this.#load(transactionId, table);
    this.#known.set(table, { rows, atMs: performance.now() });
    return rows;
  }
}
