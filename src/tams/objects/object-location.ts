import { type Json, toJson } from '../../shared/json-text.ts';
import { uuidOf } from '../../shared/uuid.ts';
import type { ExternalUrl, ObjectLocation } from '../segments/segment.ts';

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

/** External URLs as rows of segments keep them. */
export const packUrls = (urls: readonly ExternalUrl[]): Json<readonly ExternalUrl[]> | null =>
  urls.length === 0 ? null : toJson(urls);

/** The id of the object that is made of bytes which lie at a place already: the same place is never another object. */
export const adoptedId = ({ storageId, storagePath }: ObjectLocation): string =>
  uuidOf(`adopted ${storageId} ${storagePath}`);

export const isSamePlace = (a: ObjectLocation, b: ObjectLocation | undefined): boolean =>
  a.storageId === b?.storageId && a.storagePath === b.storagePath;

/** The ids that a storage path may have been made of: its last part is one, encoded, with up to two parts behind dots. */
export function objectIdsOf(storagePath: string): string[] {
  let id: string;
  try {
    id = decodeURIComponent(storagePath.slice(storagePath.lastIndexOf('/') + 1));
  } catch {
    return [];
  }
  const ids = [id];
  for (let dot = id.lastIndexOf('.'); dot > 0 && ids.length < 3; dot = id.lastIndexOf('.', dot - 1)) {
    ids.push(id.slice(0, dot));
  }
  return ids;
}

export function unpackLocations(packed: string | null): ObjectLocation[] {
  if (packed === null) return [];
  return packed.split(LOCATION_SEPARATOR).map((line) => ({
    storageId: line.slice(0, STORAGE_ID_LENGTH),
    storagePath: line.slice(STORAGE_ID_LENGTH + 1),
  }));
}
