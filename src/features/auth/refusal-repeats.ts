import type { AuditEntry, AuditRecord } from './audit.ts';

/** Different refusals whose repetitions are added up; those of others are recorded as they come. */
const REFUSALS_MAX = 500;

interface Window {
  readonly endsAt: number;
  repeated: (AuditEntry & { readonly atMs: number; count: number }) | undefined;
}

/** Adds up refusals that go on after they were recorded: one client that polls must not fill the log. Times are `Date.now()`. */
export class RefusalRepeats {
  readonly #intervalMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Whether there is anything that `takeDue` would ever be needed for. */
  get isEmpty(): boolean {
    return this.#windows.size === 0;
  }

  /** A refusal is recorded; those of the interval that begins now are its repetitions. */
  begin(key: string, now: number): void {
    const window = this.#windows.get(key);
    // Repetitions are there already where an entry could not be written the first time.
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

  /** Takes what has been added up in intervals that have ended by now; what goes on is counted in a new one. */
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
