import type { AuditEntry, AuditRecord } from './audit.ts';

/** Most different refusals whose repetitions are counted; others are recorded one by one. */
const REFUSALS_MAX = 500;

interface Window {
  readonly endsAt: number;
  repeated: (AuditEntry & { readonly atMs: number; count: number }) | undefined;
}

/** Counts repetitions of recorded refusals: a polling client must not fill the log. Times are `Date.now()`. */
export class RefusalRepeats {
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
