/** One request that the emulator took, in the order of arrival. */
export interface LoggedRequest {
  /** Such as `transaction.begin`, `rows.insert`, `data.query`; `invalid` when it is none. */
  readonly operation: string;
  readonly method: string;
  /** Path and query string, as they came. */
  readonly url: string;
  readonly endpoint: number;
  readonly transactionId: string;
  /** 0 when the connection was dropped instead of an answer. */
  status: number;
  bytesReceived: number;
  bytesSent: number;
  /** Rows in the answer of a query. */
  rowsSent: number;
  /** Rows in the body of an insert, update or delete. */
  rowsReceived: number;
}

const KEPT = 100_000;

/** What was asked of the emulator, so that a test can count requests and rows. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  /** The latest requests, oldest first. */
  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** @param operation all of them when undefined. */
  count(operation?: string): number {
    return operation === undefined ? this.#entries.length : this.#of(operation).length;
  }

  /** Number of requests per operation. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { operation } of this.#entries) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  /** Rows that queries answered. */
  rowsSent(): number {
    return this.#entries.reduce((sum, { rowsSent }) => sum + rowsSent, 0);
  }

  /** Rows that inserts, updates and deletes brought. */
  rowsReceived(): number {
    return this.#entries.reduce((sum, { rowsReceived }) => sum + rowsReceived, 0);
  }

  clear(): void {
    this.#entries = [];
  }

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
  }

  #of(operation: string): LoggedRequest[] {
    return this.#entries.filter((entry) => entry.operation === operation);
  }
}
