export interface LeaseReads {
  /** The names below a prefix that somebody holds at this time. */
  held(prefix: string, nowMs: number): Promise<Set<string>>;
}

/** The exclusive right to do something, until it expires. */
export interface Leases extends LeaseReads {
  /** Takes those of the leases that are free, expired or the owner's already. Returns them. */
  acquire(names: readonly string[], owner: string, nowMs: number, expiresMs: number): Promise<Set<string>>;
  /** Returns those of the leases that are the owner's still, which last longer then. */
  renew(names: readonly string[], owner: string, expiresMs: number): Promise<Set<string>>;
  release(names: readonly string[], owner: string): Promise<void>;
}
