/**
 * - `login`: a credential was accepted, for the first time in a while.
 * - `login_failed`: a credential was refused (401), or there were too many failures (429).
 * - `denied`: the principal lacks the scope (403).
 * - `administration`: users, tokens, the service or its webhooks were changed.
 * - `overflow`: so many entries of other kinds came at once that these were only counted.
 */
export const AUDIT_EVENTS = ['login', 'login_failed', 'denied', 'administration', 'overflow'] as const;

export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** An event. Never holds a secret, nor a client's text that may contain one. */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** The principal concerned; undefined if unknown. */
  readonly principal?: string;
  /** The scheme of authentication, such as `basic`. */
  readonly scheme?: string;
  /** The client's address. */
  readonly address?: string;
  /** The operation, as method and route (`PUT /flows/:flowId`), or the command (`users add`). */
  readonly action?: string;
  /** Reason or object. */
  readonly detail?: string;
  /** The first request that the entry stands for. */
  readonly requestId?: string;
}

/** A stored entry: time of its first event, and count. */
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
