import type { ObjectLocation } from '../segments/segment.ts';
import type { TableReads } from '../table-access.ts';
import { isIn } from '../../vastdb/predicate/builder.ts';
import { adoptedId, objectIdsOf, packLocations, unpackLocations } from './object-location.ts';
import { OBJECTS } from './object-tables.ts';

export const placeKey = (place: ObjectLocation): string => packLocations([place]) ?? '';

/**
 * The ids of the objects at these places, by `placeKey`, whether or not they are about to be reclaimed. Most are made of the
 * path, or of the place; an import takes ids and paths as they are, and its places are looked up by themselves.
 */
export async function objectsAt(reader: TableReads, places: readonly ObjectLocation[]): Promise<Map<string, string>> {
  const asked = new Set(places.map(placeKey));
  const ids = new Set(places.flatMap((place) => [adoptedId(place), ...objectIdsOf(place.storagePath)]));
  const found = new Map<string, string>();
  if (places.length === 0) return found;
  const { rows } = await reader.select({
    table: OBJECTS,
    columns: ['id', 'locations'],
    where: isIn('id', [...ids]),
  });
  for (const [id, locations] of rows) {
    for (const place of unpackLocations(locations).map(placeKey)) if (asked.has(place)) found.set(place, id);
  }
  const others = [...asked].filter((place) => !found.has(place));
  for (const [place, id] of await adoptedAt(reader, others)) found.set(place, id);
  return found;
}

/** The ids of objects by the places where they were adopted, and still are: an instance may be taken off an object. */
export async function adoptedAt(reader: TableReads, places: readonly string[]): Promise<Map<string, string>> {
  if (places.length === 0) return new Map();
  const { rows } = await reader.select({
    table: OBJECTS,
    columns: ['adopted_at', 'id', 'locations'],
    where: isIn('adopted_at', places),
  });
  return new Map(
    rows.flatMap(([place, id, locations]) =>
      place !== null && unpackLocations(locations).map(placeKey).includes(place) ? [[place, id] as const] : [],
    ),
  );
}
