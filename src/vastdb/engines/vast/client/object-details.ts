import { malformed } from '../protocol/malformed.ts';
import type { ObjectDetails } from '../flatbuffers/tabular.generated.ts';

const LONGEST_LIST = 100_000;

/** A table or a projection in a list. */
export interface ObjectEntry {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly isSorted: boolean;
}

export function readNames(length: number, at: (index: number) => ObjectDetails | null): string[] {
  return readObjects(length, at).map(({ name }) => name);
}

export function readObjects(length: number, at: (index: number) => ObjectDetails | null): ObjectEntry[] {
  if (length > LONGEST_LIST) throw malformed(`a list of ${length} items is announced`);
  return Array.from({ length }, (_, index) => {
    const details = at(index);
    const name = details?.name();
    if (details === null || name == null) throw malformed('an item of a list has no name');
    return {
      name,
      rows: Number(details.numRows()),
      bytes: Number(details.sizeInBytes()),
      isSorted: details.sortingKeyEnabled(),
    };
  });
}
