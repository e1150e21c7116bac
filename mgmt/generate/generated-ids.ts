import { createHash } from 'node:crypto';

export type IdKind = 'source' | 'flow' | 'object';

/** 2025-01-01T00:00:00Z, where all that is generated begins. */
export const EPOCH_MS = Date.UTC(2025, 0, 1);

/**
 * The id of the `index`th of its kind: equal seeds give equal ids, and different ones different ids. They grow
 * with the index, so they are appended to the tables' indexes, not spread over them. In form they are UUIDs of version
 * 4: ids of flows have one of 5 at most (TAMS 7.0, `schemas/uuid.json`).
 */
export class GeneratedIds {
  readonly #prefixes: Readonly<Record<IdKind, string>>;

  constructor(seed: number) {
    this.#prefixes = { source: tail(seed, 'source'), flow: tail(seed, 'flow'), object: tail(seed, 'object') };
  }

  of(kind: IdKind, index: number): string {
    const time = (EPOCH_MS + Math.floor(index / 4096)).toString(16).padStart(12, '0');
    const counter = (index % 4096).toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-4${counter}-${this.#prefixes[kind]}`;
  }
}

/** The last two groups of a UUID: its variant, and 62 bits of a hash. */
function tail(seed: number, kind: IdKind): string {
  const bytes = createHash('sha256').update(`${kind} of seed ${seed}`).digest().subarray(0, 8);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x80, 0);
  const text = bytes.toString('hex');
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}
