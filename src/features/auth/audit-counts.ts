import type { AuditEntry, AuditEvent } from './audit.ts';

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
