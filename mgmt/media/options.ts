import { InvalidArgumentError, Option } from 'commander';

/** `--parallel`: how many transfers run at a time. */
export const parallelOption = (what: string): Option =>
  new Option('--parallel <count>', `${what} at a time`).default(4).argParser((text) => {
    if (!/^([1-9]|[1-5]\d|6[0-4])$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 64.');
    return Number(text);
  });

/** As ids of flows and sources are (TAMS 7.0, `schemas/uuid.json`). */
export function parseUuid(text: string): string {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('Not a UUID in lower case, of version 1 to 5.');
}
