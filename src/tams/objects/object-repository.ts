import type { MediaObject, ObjectDetails, ShownObject, StoredObject } from './media-object.ts';
import { adoptedId, isSamePlace, objectIdsOf, packLocations, packUrls, unpackLocations } from './object-location.ts';
import type { ObjectLocation } from '../segments/segment.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { and, eq, isIn, isNotNull, lte } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson } from '../../shared/json-text.ts';
import type { Access } from '../access/access.ts';
import { visibleObjects } from '../access/object-access.ts';
import { type TableReads, toHandle, toRowId } from '../table-access.ts';
import { OBJECTS, RECLAIMED_IDS } from './object-tables.ts';
import { adoptedAt, placeKey } from './place-repository.ts';
import { visibleFlows } from '../access/visible-flows.ts';

/** Columns that the use of an object may change. */
const USE_COLUMNS = [
  'referenced',
  'is_init',
  'init_object_id',
  'timerange',
  'timerange_declared',
  'key_frame_count',
  'external_urls',
] as const;

const COLUMNS = [
  'id',
  'first_flow',
  'first_life',
  'locations',
  'content_type',
  'plain_upload',
  'adopted_at',
  ...USE_COLUMNS,
] as const;

/** Longer than two clocks may disagree on the date. */
const REMEMBERED_MS = 2n * 86_400_000n;

type ObjectCells = CellsOf<RowOf<typeof OBJECTS>, typeof COLUMNS>;

function toMediaObject(cells: ObjectCells): MediaObject {
  const [id, firstFlow, firstLife, locations, contentType, plainUpload, adoptedAt, referenced, ...use] = cells;
  const [isInit, initObjectId, timerange, declared, keyFrameCount, externalUrls] = use;
  return {
    id,
    firstFlow,
    firstLife: firstLife ?? firstFlow,
    referenced,
    locations,
    externalUrls: externalUrls === null ? [] : fromJson(externalUrls),
    isInit: isInit === true,
    contentType: contentType ?? undefined,
    plainUpload: plainUpload === true,
    adoptedAt: unpackLocations(adoptedAt)[0],
    initObjectId: initObjectId ?? undefined,
    timerange: toTimerange(timerange, declared),
    keyFrameCount: keyFrameCount === null ? undefined : Number(keyFrameCount),
  };
}

const toTimerange = (text: string | null, declared: boolean | null): MediaObject['timerange'] =>
  text === null ? undefined : { range: TimeRange.parse(text), declared: declared === true };

const useCells = (object: MediaObject): CellsOf<RowOf<typeof OBJECTS>, typeof USE_COLUMNS> => [
  object.referenced,
  object.isInit === true,
  object.initObjectId ?? null,
  object.timerange?.range.toString() ?? null,
  object.timerange?.declared ?? null,
  object.keyFrameCount === undefined ? null : BigInt(object.keyFrameCount),
  packUrls(object.externalUrls),
];

const toCells = (object: MediaObject): ObjectCells => [
  object.id,
  object.firstFlow,
  object.firstLife,
  object.locations,
  object.contentType ?? null,
  object.plainUpload === true,
  packLocations(object.adoptedAt === undefined ? [] : [object.adoptedAt]),
  ...useCells(object),
];

/** A limited view has the objects that were allocated for a flow that it has, or that any such flow uses. */
export class ObjectReader {
  readonly #reader: TableReads;
  readonly #access: Access;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
  }

  async find(id: string): Promise<ShownObject | undefined> {
    return (await this.#shown([id]))[0];
  }

  /** The object of a storage path, unless it is being reclaimed. */
  async findAt(place: ObjectLocation): Promise<ShownObject | undefined> {
    const objects = await this.#shown([adoptedId(place), ...objectIdsOf(place.storagePath)]);
    const found = objects.find(({ locations }) => unpackLocations(locations).some((each) => isSamePlace(each, place)));
    if (found !== undefined) return found;
    const ids = await adoptedAt(this.#reader, [placeKey(place)]);
    return ids.size === 0 ? undefined : (await this.#shown([...ids.values()]))[0];
  }

  async #shown(ids: readonly string[]): Promise<readonly ShownObject[]> {
    const { rows } = await this.#reader.select({
      table: OBJECTS,
      columns: COLUMNS,
      where: and([isIn('id', ids), eq('reclaiming', false)]),
    });
    const objects = await visibleObjects(this.#reader, this.#access, rows.map(toMediaObject));
    if (this.#access.classes === undefined) return objects;
    const visible = await visibleFlows(
      this.#reader,
      this.#access,
      objects.map(({ firstFlow }) => firstFlow),
    );
    return objects.map((object) => ({
      ...object,
      firstFlow: visible.get(object.firstFlow) === object.firstLife ? object.firstFlow : undefined,
    }));
  }

  /** Those of the ids that objects have, without those that are being reclaimed. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.#reader.select({
      table: OBJECTS,
      columns: ['id', 'first_flow', 'first_life'],
      where: and([isIn('id', ids), eq('reclaiming', false)]),
    });
    const found = rows.map(([id, firstFlow, firstLife]) => ({
      id,
      firstFlow,
      firstLife: firstLife ?? firstFlow,
    }));
    const visible = await visibleObjects(this.#reader, this.#access, found);
    return new Set(visible.map(({ id }) => id));
  }

  /** The parts of objects that segments show, for all who see the segments. An object without a row is left out. */
  async details(ids: readonly string[]): Promise<Map<string, ObjectDetails>> {
    if (ids.length === 0) return new Map();
    const { rows } = await this.#reader.select({
      table: OBJECTS,
      columns: ['id', 'locations', 'external_urls', 'timerange', 'timerange_declared'],
      where: isIn('id', ids),
    });
    return new Map(
      rows.map(([id, locations, externalUrls, timerange, declared]) => [
        id,
        { locations, externalUrls, timerange: toTimerange(timerange, declared) },
      ]),
    );
  }
}

export class ObjectRepository extends ObjectReader {
  readonly #tx: ManagedTransaction;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
    this.#access = access;
  }

  /** Without those that are being reclaimed. With unused ones that were allocated for these flows, in whatever view. */
  async findMany(ids: readonly string[], allocatedFor?: ReadonlySet<string>): Promise<Map<string, StoredObject>> {
    const { own = [], others = [] } = Object.groupBy(await this.#select(ids, false), (object) =>
      !object.referenced && allocatedFor?.has(object.firstFlow) === true ? 'own' : 'others',
    );
    const visible = await visibleObjects(this.#tx, this.#access, others);
    return new Map([...own, ...visible].map((object) => [object.id, object]));
  }

  /** Those of the ids that are taken, by objects that are being reclaimed too. */
  async taken(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.#tx.select({ table: OBJECTS, columns: ['id'], where: isIn('id', ids) });
    return new Set(rows.map(([id]) => id));
  }

  /** Those of the ids that objects had which were reclaimed lately: their paths were used. */
  async hadBefore(ids: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.#tx.select({ table: RECLAIMED_IDS, columns: ['id'], where: isIn('id', ids) });
    return new Set(rows.map(([id]) => id));
  }

  /** Objects whose ids clients chose, that are not taken: nobody else takes them before this transaction ends. */
  async insertNamed(objects: readonly MediaObject[]): Promise<void> {
    // All ids that could be given the same path.
    const ids = objects.flatMap(({ id, locations }) => [
      id,
      ...unpackLocations(locations).flatMap(({ storagePath }) => objectIdsOf(storagePath)),
    ]);
    await this.#tx.lock(ids.map((id) => `object:${id}`));
    await this.insert(objects);
  }

  /** Objects whose ids were made for them: nobody else has the same. */
  async insert(objects: readonly MediaObject[]): Promise<void> {
    if (objects.length === 0) return;
    const rows = objects.map((object) => [...toCells(object), false] as const);
    await this.#tx.insertArrays(OBJECTS, [...COLUMNS, 'reclaiming'], rows);
  }

  /**
   * From here on any flow may use them, and none is reclaimed before this transaction ends. Changed ones are kept as they
   * are given.
   */
  async use(unchanged: readonly StoredObject[], changed: readonly StoredObject[] = []): Promise<void> {
    // The reclaim writes the rows too: one that runs beside this either sees the use or collides with it.
    const written = [...this.#tx.toHold(unchanged), ...changed];
    if (written.length === 0) return;
    const rowIds = written.map(({ handle }) => toRowId(handle));
    await this.#tx.updateByRowIds(OBJECTS, rowIds, USE_COLUMNS, written.map(useCells));
  }

  /** Those of the ids that media objects need, of any state, as their initialisation segment. */
  async neededInits(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.#tx.select({
      table: OBJECTS,
      columns: ['init_object_id'],
      where: and([isNotNull('init_object_id'), isIn('init_object_id', ids)]),
      distinct: true,
    });
    return new Set(rows.flatMap(([id]) => id ?? []));
  }

  /** From here on no segment can use them, and their bytes may be deleted. */
  async markReclaiming(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#tx.update(OBJECTS, isIn('id', ids), { reclaiming: true });
  }

  /** Marked ones, whatever became of the attempt that marked them. */
  reclaiming(ids: readonly string[]): Promise<MediaObject[]> {
    return this.#select(ids, true);
  }

  /** Marked ones alone: another process may have removed them before, and their ids may be in use again. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#tx.delete(OBJECTS, and([isIn('id', ids), eq('reclaiming', true)]));
    const now = BigInt(Date.now());
    await this.#tx.delete(RECLAIMED_IDS, lte('until_ms', now));
    const rows = ids.map((id) => [id, now + REMEMBERED_MS] as const);
    await this.#tx.insertArrays(RECLAIMED_IDS, ['id', 'until_ms'], rows);
  }

  async #select(ids: readonly string[], reclaiming: boolean): Promise<StoredObject[]> {
    if (ids.length === 0) return [];
    const { rows, rowIds } = await this.#tx.select({
      table: OBJECTS,
      columns: COLUMNS,
      where: and([isIn('id', ids), eq('reclaiming', reclaiming)]),
      rowIds: true,
    });
    return rows.map((row, index) => ({ ...toMediaObject(row), handle: toHandle(rowIds[index]) }));
  }
}
