/** The time of now as it is kept: RFC 3339, UTC, milliseconds. */
export const now = (): string => new Date().toISOString();
