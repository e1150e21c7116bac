import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, isIn, isNotNull } from '../../vastdb/predicate/builder.ts';
import { FLOWS } from '../flows/flow-tables.ts';
import type { ExternalUrl, ObjectLocation } from '../segments/segment.ts';
import { SEGMENTS } from '../segments/segment-tables.ts';
import type { Subscribers } from '../subscribers.ts';
import { OBJECTS } from './object-tables.ts';
import { changePlaces, type PlaceChange } from './place-change.ts';
import type { StoredObject } from './media-object.ts';
import { type TableReads, toRowId } from '../table-access.ts';
import { adoptedId, objectIdsOf, packLocations, packUrls, unpackLocations } from './object-location.ts';

export const placeKey = (place: ObjectLocation): string => packLocations([place]) ?? '';

/**
 * The ids of the objects at these places, by `placeKey`, whether or not they are about to be reclaimed. Most are made of the
 * path, or of the place; an import takes ids and paths as they are, and its places are looked up by themselves.
 */
export async function objectsAt(reader: TableReads, places: readonly ObjectLocation[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (places.length === 0) return found;
  const asked = new Set(places.map(placeKey));
  const ids = new Set(places.flatMap((place) => [adoptedId(place), ...objectIdsOf(place.storagePath)]));
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

/** Where objects lie: in their rows, and in those of the segments that use them, which listings read alone. */
export class PlaceRepository {
  readonly #tx: ManagedTransaction;
  readonly #subscribers: Subscribers;

  constructor(tx: ManagedTransaction, subscribers: Subscribers) {
    this.#tx = tx;
    this.#subscribers = subscribers;
  }

  /**
   * The object has these instances from here on, and so have the segments that use it. Segments keep those
   * of their own URLs that the object never had.
   */
  async change(
    object: StoredObject,
    { locations, externalUrls }: Pick<StoredObject, 'locations' | 'externalUrls'>,
  ): Promise<void> {
    const before = new Set(object.externalUrls.map(toKey));
    const after = new Set(externalUrls.map(toKey));
    const added = externalUrls.filter((url) => !before.has(toKey(url)));
    const change: PlaceChange = {
      objectId: object.id,
      locations,
      urls: (present) => {
        const kept = present.filter((url) => !before.has(toKey(url)) || after.has(toKey(url)));
        return kept.length === 0 ? externalUrls : [...kept, ...added];
      },
    };
    const cells = [locations, packUrls(externalUrls)] as const;
    const rowIds = [toRowId(object.handle)];
    const [flowIds] = await Promise.all([
      object.isInit === true ? this.#flowsNeeding(object.id) : changePlaces(this.#tx, SEGMENTS, change),
      this.#tx.updateByRowIds(OBJECTS, rowIds, ['locations', 'external_urls'], [cells]),
      this.#subscribers.placesChanged(this.#tx, change),
    ]);
    await this.#renewPages(flowIds);
  }

  /** Flows whose media objects need an initialisation segment. Their listings read its places from its row. */
  async #flowsNeeding(id: string): Promise<string[]> {
    const { rows } = await this.#tx.select({
      table: SEGMENTS,
      columns: ['flow_id'],
      where: and([isNotNull('init_object_id'), eq('init_object_id', id)]),
      distinct: true,
    });
    return rows.map(([flowId]) => flowId);
  }

  /** Pages of segments that were made before are not current any more. */
  async #renewPages(flowIds: readonly string[]): Promise<void> {
    if (flowIds.length === 0) return;
    const { rows, rowIds } = await this.#tx.select({
      table: FLOWS,
      columns: ['segments_version'],
      where: isIn('id', flowIds),
      rowIds: true,
    });
    const cells = rows.map(([version]) => [version + 1n] as const);
    if (rowIds.length > 0) await this.#tx.updateByRowIds(FLOWS, rowIds, ['segments_version'], cells);
  }
}

const toKey = ({ url, label }: ExternalUrl): string => JSON.stringify([url, label]);
