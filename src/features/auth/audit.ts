/**
 * - `login`: a credential was accepted, for the first time in a while.
 * - `login_failed`: a credential was refused (401), or there were too many failures (429).
 * - `denied`: the principal lacks the scope (403).
 * - `administration`: users, tokens, the service or its webhooks were changed.
 * - `overflow`: so many entries of other kinds came at once that these were only counted.
 */
export const AUDIT_EVENTS = ['login', 'login_failed', 'denied', 'administration', 'overflow'] as const;

export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** What happened. Never holds a secret, nor text that a client may have put one into. */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** Whom it concerns; undefined where nobody known. */
  readonly principal?: string;
  /** How the principal proved to be it, such as `basic`. */
  readonly scheme?: string;
  /** The client's address. */
  readonly address?: string;
  /** The operation, as method and route (`PUT /flows/:flowId`), or the command (`users add`). */
  readonly action?: string;
  /** Why, or what of. */
  readonly detail?: string;
  /** The first request that the entry stands for. */
  readonly requestId?: string;
}

/** An entry as it is kept: when it happened first, and how often. */
export interface AuditRecord extends AuditEntry {
  readonly atMs: number;
  readonly count: number;
}

export interface AuditQuery {
  readonly event?: AuditEvent;
  readonly principal?: string;
  readonly sinceMs?: number;
  readonly limit: number;
}
