import type { LoggedEvent, LogState } from './event.ts';
import { and, eq, gt, isNotNull, isNull, lte } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson } from '../../shared/json-text.ts';
import { countRegistrationChange, readCounters, setCounter } from '../counter-repository.ts';
import type { TableReads } from '../table-access.ts';
import { EVENTS } from './webhook-tables.ts';

const IN_ORDER = [{ column: 'position', direction: 'asc' }] as const;

/** Positions are dense, so a range of them bounds what is read on engines that cannot order. */
const between = (after: number, upTo: number) => and([gt('position', BigInt(after)), lte('position', BigInt(upTo))]);

export class EventLogReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async state(): Promise<LogState> {
    const names = ['registrations_version', 'event_log_start', 'event_log_end', 'event_reader_next'] as const;
    const [registrationsVersion = 0, start = 0, end = 0, next = 0] = await readCounters(this.#reader, names);
    return { registrationsVersion, start, end, reader: next === 0 ? undefined : next - 1 };
  }

  /** The events after `after` up to `upTo`, in order, without those that nobody waits for any more. */
  async read(after: number, upTo: number): Promise<LoggedEvent[]> {
    return (await this.readSome(after, upTo)).events;
  }

  /** The first of them, with about so many bytes in memory, and up to where they are all. */
  async readSome(after: number, upTo: number, maxBytes?: number): Promise<{ events: LoggedEvent[]; upTo: number }> {
    const { rows, cut } = await this.#reader.select({
      table: EVENTS,
      columns: ['position', 'id', 'type', 'time', 'scope', 'payload'],
      where: between(after, upTo),
      orderBy: IN_ORDER,
      maxBytes,
    });
    const events = rows.map(([position, id, type, time, scope, payload]) => ({
      position: Number(position),
      id,
      type,
      time,
      scope: fromJson(scope),
      payload,
    }));
    return { events, upTo: cut === true ? (events.at(-1)?.position ?? upTo) : upTo };
  }

  /** Whether events wait for their place. */
  async hasUnplaced(): Promise<boolean> {
    const { rows } = await this.#reader.select({
      table: EVENTS,
      columns: ['order_ns'],
      where: isNull('position'),
      limit: 1,
    });
    return rows.length > 0;
  }

  /** The time of the oldest event that is kept, in ms since 1970. */
  async oldestMs(): Promise<number | undefined> {
    const { start } = await this.state();
    const placed = await this.#firstCreated(eq('position', BigInt(start + 1)));
    return placed ?? this.#firstCreated(isNull('position'));
  }

  async #firstCreated(where: Where<RowOf<typeof EVENTS>>): Promise<number | undefined> {
    const { rows } = await this.#reader.select({ table: EVENTS, columns: ['created_ms'], where, limit: 1 });
    return rows[0] === undefined ? undefined : Number(rows[0][0]);
  }
}

export class EventLogRepository extends EventLogReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  /** Gives events without a place the next ones, in order: all, or at most `limit`. Returns how many. */
  async place(limit?: number): Promise<number> {
    const { rowIds } = await this.#tx.select({
      table: EVENTS,
      columns: [],
      where: isNull('position'),
      orderBy: [{ column: 'order_ns', direction: 'asc' }],
      limit,
      timeline: { column: 'order_ns' },
      rowIds: true,
    });
    if (rowIds.length === 0) return 0;
    const [end = 0] = await readCounters(this.#tx, ['event_log_end']);
    const positions = rowIds.map((_, index) => [BigInt(end + 1 + index)] as const);
    await this.#tx.updateByRowIds(EVENTS, rowIds, ['position'], positions);
    await setCounter(this.#tx, 'event_log_end', end + rowIds.length);
    return rowIds.length;
  }

  /**
   * Lets the log have a reader beside the webhooks, that is told of everything from here on. Changes nothing where there is one.
   */
  async addReader(): Promise<void> {
    if ((await this.state()).reader !== undefined) return;
    // Those without a place are older than what follows, so they get theirs first.
    await this.place();
    await this.#setReader((await this.state()).end);
    await countRegistrationChange(this.#tx);
  }

  async removeReader(): Promise<void> {
    if ((await this.state()).reader === undefined) return;
    await setCounter(this.#tx, 'event_reader_next', 0);
    await countRegistrationChange(this.#tx);
  }

  /** Notes up to where the reader is done. */
  async advanceReader(position: number): Promise<void> {
    // Removed meanwhile: it must not come back, since nobody would read on.
    if ((await this.state()).reader !== undefined) await this.#setReader(position);
  }

  #setReader(position: number): Promise<void> {
    return setCounter(this.#tx, 'event_reader_next', position + 1);
  }

  /**
   * Removes events that are done: up to `doneUpTo`, and of those only the ones up to `failingUpTo` or older than
   * `olderThanMs`. At most `limit`; returns how many.
   */
  async trim(
    { doneUpTo, failingUpTo, olderThanMs }: { doneUpTo: number; failingUpTo: number; olderThanMs: number },
    limit: number,
  ): Promise<number> {
    const [start = 0] = await readCounters(this.#tx, ['event_log_start']);
    const upTo = Math.min(doneUpTo, start + limit);
    if (upTo <= start) return 0;
    const { rows, rowIds } = await this.#tx.select({
      table: EVENTS,
      columns: ['position', 'created_ms'],
      where: and([isNotNull('position'), between(start, upTo)]),
      orderBy: IN_ORDER,
      rowIds: true,
    });
    const kept = rows.findIndex(
      ([position, createdMs]) => Number(position) > failingUpTo && Number(createdMs) >= olderThanMs,
    );
    const count = kept === -1 ? rows.length : kept;
    const newStart = kept === -1 ? upTo : Number(rows[kept]?.[0] ?? 0n) - 1;
    if (newStart === start) return 0;
    await this.#tx.deleteByRowIds(EVENTS, rowIds.slice(0, count));
    await setCounter(this.#tx, 'event_log_start', newStart);
    return newStart - start;
  }
}
