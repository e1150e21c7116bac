/** Operations of TAMS 8.2 that this server does not have as published yet; in the end there are none. */
export const NOT_YET: ReadonlySet<string> = new Set();

export const isThere = (...ids: readonly string[]): boolean => !ids.some((id) => NOT_YET.has(id));
