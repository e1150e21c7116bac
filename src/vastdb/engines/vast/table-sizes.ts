/** Sizes steer only how a read is cut: what they were a while ago does as well. */
const KEPT_MS = 300_000;

/** How many rows the tables have, about: asked once in a while, by the reads that are cut by it. */
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
