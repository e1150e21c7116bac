import { LRUCache } from 'lru-cache';
import { ALONE, type Siblings } from '../../operation/siblings.ts';
import type { AuditEntry, AuditEvent, AuditRecord } from './audit.ts';
import type { Client } from './verification.ts';

/** Count of an event. */
interface AuditCount {
  readonly event: AuditEvent;
  /** `none` where the entry does not say how somebody signed in. */
  readonly scheme: string;
  readonly count: number;
}

/** Counts the events for the audit log since the start. Events and schemes are few, so the counts are too. */
export class AuditCounts {
  readonly #counts = new Map<string, AuditCount>();
  #undescribed = 0;

  /** Entries of which the log has only the number. */
  get undescribed(): number {
    return this.#undescribed;
  }

  all(): AuditCount[] {
    return [...this.#counts.values()];
  }

  add({ event, scheme = 'none' }: AuditEntry): void {
    const key = `${event} ${scheme}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { event, scheme, count });
  }

  leaveUndescribed(count: number): void {
    this.#undescribed += count;
  }
}

/** Most different entries that wait to be written; more are only counted. */
const PENDING_MAX = 500;
/** A login is recorded again after this long. */
const LOGIN_INTERVAL_MS = 3_600_000;
const LOGINS_MAX = 10_000;
/** A repeated refusal is recorded again after this long, with its count. */
export const REFUSAL_INTERVAL_MS = 60_000;

interface Pending {
  readonly entry: AuditEntry;
  readonly atMs: number;
  count: number;
}

/** Collects entries for the audit log, and counts repetitions. It never waits, and its memory is bounded. */
export class AuditTrail {
  readonly counts = new AuditCounts();
  readonly #onPending: () => void;
  readonly #logins = new LRUCache<string, number>({ max: LOGINS_MAX });
  readonly #noteLogin: (key: string) => void;
  readonly #repeats = new RefusalRepeats(REFUSAL_INTERVAL_MS);
  #pending = new Map<string, Pending>();

  /** `onPending` is called when there is something to write, after there was nothing. */
  constructor(onPending: () => void, siblings: Siblings = ALONE) {
    this.#onPending = onPending;
    this.#noteLogin = siblings.everywhere('login recorded', (key) => {
      this.#logins.set(key, Date.now());
    });
  }

  /** Whether there are, or may be, repetitions that `drain` returns only after their interval. */
  get isCounting(): boolean {
    return !this.#repeats.isEmpty;
  }

  record(entry: AuditEntry): void {
    this.counts.add(entry);
    const now = Date.now();
    if (isRefusal(entry) && this.#repeats.add(keyOf(entry), entry, now)) return;
    this.#add(entry, now, 1);
  }

  /** A credential that was verified; recorded once an hour for each principal, scheme and address. */
  login(principal: string, scheme: string, client: Client): void {
    const key = `${principal}\0${scheme}\0${client.ip}`;
    const last = this.#logins.get(key);
    const now = Date.now();
    if (last !== undefined && now - last < LOGIN_INTERVAL_MS) return;
    this.#noteLogin(key);
    this.record({ event: 'login', principal, scheme, address: client.ip, requestId: client.id });
  }

  /** Takes the entries that are due. */
  drain(): AuditRecord[] {
    const now = Date.now();
    const records = this.#repeats.takeDue(now);
    for (const [key, { entry, atMs, count }] of this.#pending) {
      records.push({ ...entry, atMs, count });
      if (isRefusal(entry)) this.#repeats.begin(key, now);
    }
    this.#pending = new Map();
    return records;
  }

  /** Takes everything, for the last time. */
  drainAll(): AuditRecord[] {
    return [...this.drain(), ...this.#repeats.takeDue(Infinity)];
  }

  /** Puts back entries that could not be written. */
  restore(records: readonly AuditRecord[]): void {
    for (const { atMs, count, ...entry } of records) this.#add(entry, atMs, count);
  }

  #add(entry: AuditEntry, atMs: number, count: number): void {
    const key = keyOf(entry);
    const known = this.#pending.get(key);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    if (this.#pending.size >= PENDING_MAX && entry.event !== 'overflow') {
      this.counts.leaveUndescribed(count);
      this.#add({ event: 'overflow', detail: `more than ${PENDING_MAX} different entries at once` }, atMs, count);
      return;
    }
    this.#pending.set(key, { entry, atMs, count });
    if (this.#pending.size === 1) this.#onPending();
  }
}

const isRefusal = ({ event }: AuditEntry): boolean => event === 'login_failed' || event === 'denied';

/** The key of equal entries: everything but the request. */
function keyOf({ event, principal, scheme, address, action, detail }: AuditEntry): string {
  return [event, principal, scheme, address, action, detail].join('\0');
}

/** Most different refusals whose repetitions are counted; others are recorded one by one. */
const REFUSALS_MAX = 500;

interface Window {
  readonly endsAt: number;
  repeated: (AuditEntry & { readonly atMs: number; count: number }) | undefined;
}

/** Counts repetitions of recorded refusals: a polling client must not fill the log. Times are `Date.now()`. */
class RefusalRepeats {
  readonly #intervalMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Whether `takeDue` may ever have something to return. */
  get isEmpty(): boolean {
    return this.#windows.size === 0;
  }

  /** Notes a recorded refusal; equal ones within the interval from now are its repetitions. */
  begin(key: string, now: number): void {
    const window = this.#windows.get(key);
    // Repetitions exist already if the entry could not be written the first time.
    if (window === undefined ? this.#windows.size >= REFUSALS_MAX : window.repeated !== undefined) return;
    this.#windows.set(key, { endsAt: now + this.#intervalMs, repeated: undefined });
  }

  /** Whether this is a repetition, and so was counted. */
  add(key: string, entry: AuditEntry, now: number): boolean {
    const window = this.#windows.get(key);
    if (window === undefined || (window.repeated === undefined && now >= window.endsAt)) return false;
    if (window.repeated === undefined) window.repeated = { ...entry, atMs: now, count: 1 };
    else window.repeated.count += 1;
    return true;
  }

  /** Takes the counts of intervals that have ended; further repetitions count in a new one. */
  takeDue(now: number): AuditRecord[] {
    const due: AuditRecord[] = [];
    for (const [key, { endsAt, repeated }] of this.#windows) {
      if (now < endsAt) continue;
      this.#windows.delete(key);
      if (repeated === undefined) continue;
      due.push(repeated);
      this.begin(key, now);
    }
    return due;
  }
}
