export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** How long to wait after so many failures in a row: doubling, and somewhere in its upper half, so that waits spread. */
export function backoffMs(failures: number, { baseMs, maxMs }: BackoffOptions): number {
  const longest = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return longest * (0.5 + Math.random() / 2);
}
