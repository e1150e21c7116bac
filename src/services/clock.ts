/** The time of now as TAMS shows it: RFC 3339, UTC, milliseconds. */
export const now = (): string => new Date().toISOString();
