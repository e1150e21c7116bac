import type { FlatFields } from '../wire/flatbuffers.ts';

export interface ObjectDetails {
  readonly name: string;
  /** Text of an integer. */
  readonly handle: string;
  readonly rows?: number;
  readonly isSorted?: boolean;
}

/** The sorting score is a percentage; its highest bit says that sorting is done. */
export const SORTED_SCORE = BigInt.asIntN(64, (1n << 63n) | 100n);

/** ObjectDetails of the tabular messages. Sizes are not kept: 0. */
export function objectDetails({ name, handle, rows = 0, isSorted = false }: ObjectDetails): FlatFields {
  return [name, '', handle, BigInt(rows), 0n, 0n, isSorted, isSorted ? SORTED_SCORE : 0n, 0n, 0n];
}
