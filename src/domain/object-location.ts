import type { ObjectLocation } from './segment.ts';

/**
 * Locations are kept in one text cell, since every row of a segment listing carries them: a storage
 * id (a UUID, so 36 characters), a space and the storage path; one line per copy.
 */
export const STORAGE_ID_LENGTH = 36;
export const LOCATION_SEPARATOR = '\n';

export function packLocations(locations: readonly ObjectLocation[]): string | null {
  if (locations.length === 0) return null;
  return locations.map(({ storageId, storagePath }) => `${storageId} ${storagePath}`).join(LOCATION_SEPARATOR);
}

export function unpackLocations(packed: string | null): ObjectLocation[] {
  if (packed === null) return [];
  return packed.split(LOCATION_SEPARATOR).map((line) => ({
    storageId: line.slice(0, STORAGE_ID_LENGTH),
    storagePath: line.slice(STORAGE_ID_LENGTH + 1),
  }));
}
