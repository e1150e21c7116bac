import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { FLOWS } from '../../../src/tams/flows/flow-tables.ts';
import type { MediaObject } from '../../../src/tams/objects/media-object.ts';
import { OBJECTS } from '../../../src/tams/objects/object-tables.ts';
import { packLocations, unpackLocations } from '../../../src/tams/objects/object-location.ts';
import type { ObjectLocation } from '../../../src/tams/segments/segment.ts';
import { objectsAt, placeKey } from '../../../src/tams/objects/place-repository.ts';
import type { Row } from '../../../src/vastdb/engine.ts';
import { and, isIn, isNotNull } from '../../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { jsonOf, millisecondsOf, requiredText, textOf } from '../../../src/vastdb/foreign/cells.ts';
import { batchesOf, DELETED, DELETED_COLUMNS, isDeleted } from './rows.ts';
import type { ForeignTables } from '../../../src/vastdb/foreign/foreign-tables.ts';
import { type ImportReport, RefusedRow } from '../../../src/vastdb/foreign/import-report.ts';
import type { StoreTransaction, VastStore } from '../../../src/tams/vast-store.ts';

export interface ObjectPlace {
  /** The storage backend whose bucket is that of the earlier system. */
  readonly storageId: string;
  /** The first part of its keys (`tams_storage_path`). */
  readonly prefix: string;
}

/** Objects, each with the key that the earlier system has for its bytes. They stay where they are, and are never deleted. */
export async function importObjects(
  tables: ForeignTables,
  store: VastStore,
  manager: VastDBManager,
  place: ObjectPlace,
  deletedFlows: ReadonlySet<string>,
  report: ImportReport,
): Promise<void> {
  const wanted = ['first_referenced_by_flow', 'referenced_by_flows', ...PLACE_COLUMNS, 'timerange', ...DELETED_COLUMNS];
  for await (const batch of batchesOf(tables, 'objects', ['id'], wanted)) {
    const parsed = parse(batch, place, report);
    const lives = await livesOf(manager, new Set(parsed.map(({ firstFlow }) => firstFlow)));
    const objects = parsed.flatMap((object): MediaObject[] => {
      // Other flows may use it as well: those of deleted ones alone are dropped at the end.
      const ofDeleted = deletedFlows.has(object.firstFlow) ? object.firstFlow : undefined;
      const firstLife = lives.get(object.firstFlow) ?? ofDeleted;
      if (firstLife !== undefined) return [{ ...object, firstLife }];
      report.refuse('objects', object.id, `its first flow ${object.firstFlow} is not here`);
      return [];
    });
    const { taken, fresh, others } = await store.transaction((tx) => insertFresh(tx, objects), { background: true });
    const counted = report.of('objects');
    counted.taken += fresh;
    counted.present += taken;
    for (const [id, other] of others) report.refuse('objects', id, `its bytes are those of the object ${other} here`);
  }
}

/** Bytes at one place are one object: those that are another's already stay that one's. */
async function insertFresh(tx: StoreTransaction, objects: readonly MediaObject[]) {
  const taken = await tx.objects.taken(objects.map(({ id }) => id));
  const unknown = objects.filter(({ id }) => !taken.has(id));
  const present = await objectsAt(
    tx.rows,
    unknown.flatMap(({ locations }) => unpackLocations(locations)),
  );
  const others = new Map<string, string>();
  for (const { id, locations } of unknown) {
    for (const key of unpackLocations(locations).map(placeKey)) {
      const other = present.get(key);
      if (other === undefined) present.set(key, id);
      else others.set(id, other);
    }
  }
  const fresh = unknown.filter(({ id }) => !others.has(id));
  await tx.objects.insertNamed(fresh);
  return { taken: taken.size, fresh: fresh.length, others };
}

/**
 * Objects that no segment came to use are taken back: they were allocated, and never filled. Nobody would reclaim them.
 * Where segments were deleted there, such an object may have been theirs, and is no loss.
 */
export async function dropUnused(tables: ForeignTables, store: VastStore, report: ImportReport): Promise<void> {
  for await (const batch of batchesOf(tables, 'objects', ['id'])) {
    const ids = batch.flatMap((row) => textOf(row, 'id') ?? []);
    const dropped = await store.transaction(
      async (tx) => {
        const used = await tx.segments.usedObjects(ids);
        const unused = ids.filter((id) => !used.has(id));
        if (unused.length === 0) return [];
        const where = and([isIn('id', unused), isNotNull('adopted_at')]);
        const { rows } = await tx.rows.select({ table: OBJECTS, columns: ['id'], where });
        if (rows.length > 0) await tx.rows.delete(OBJECTS, where);
        return rows.map(([id]) => id);
      },
      { background: true },
    );
    // A run that ended early may have brought them.
    const counted = report.of('objects');
    const taken = Math.min(counted.taken, dropped.length);
    counted.taken -= taken;
    counted.present -= dropped.length - taken;
    if (report.of('segments').left > 0) report.leave('objects', 'no segment uses it', dropped.length);
    else for (const id of dropped) report.refuse('objects', id, 'no segment uses it');
  }
}

type Unplaced = Omit<MediaObject, 'firstLife'>;

function parse(rows: readonly Row[], place: ObjectPlace, report: ImportReport): Unplaced[] {
  const objects = new Map<string, Unplaced>();
  for (const row of rows) {
    if (isDeleted(row)) {
      report.leave('objects', DELETED);
      continue;
    }
    try {
      const id = requiredText(row, 'id');
      if (objects.has(id)) throw new RefusedRow('another row has the same id');
      const adoptedAt = locationOf(row, id, place);
      objects.set(id, {
        id,
        firstFlow: firstFlowOf(row),
        locations: packLocations([adoptedAt]),
        adoptedAt,
        externalUrls: [],
        referenced: true,
        timerange: rangeOf(row),
      });
    } catch (error) {
      if (!(error instanceof RefusedRow)) throw error;
      report.refuse('objects', textOf(row, 'id') ?? '(without an id)', error.message);
    }
  }
  return [...objects.values()];
}

/** Columns that say where the bytes of an object are. */
export const PLACE_COLUMNS = ['storage_path', 'created'];

/** The key that a row names; else the one that the earlier system makes of the day on which the object was created. */
export function locationOf(row: Row, id: string, { storageId, prefix }: ObjectPlace): ObjectLocation {
  const named = textOf(row, 'storage_path');
  if (named !== undefined) {
    if (/\p{Cc}/u.test(named) || named.split('/').includes('..')) {
      throw new RefusedRow('storage_path has control characters, or .. as a part');
    }
    return { storageId, storagePath: named };
  }
  const created = millisecondsOf(row, 'created');
  if (created === undefined) throw new RefusedRow('it has neither storage_path nor created, of which its key is made');
  const day = new Date(created).toISOString().slice(0, 10).replaceAll('-', '/');
  return { storageId, storagePath: `${prefix}/${day}/${id}` };
}

function firstFlowOf(row: Row): string {
  const first = textOf(row, 'first_referenced_by_flow');
  if (first !== undefined) return first.toLowerCase();
  const flows = jsonOf(row, 'referenced_by_flows');
  if (Array.isArray(flows) && typeof flows[0] === 'string') return flows[0].toLowerCase();
  throw new RefusedRow('no flow refers to it');
}

function rangeOf(row: Row): MediaObject['timerange'] {
  const text = textOf(row, 'timerange');
  if (text === undefined) return undefined;
  try {
    const range = TimeRange.parse(text);
    return range.isEmpty ? undefined : { range, declared: true };
  } catch {
    throw new RefusedRow(`timerange ${JSON.stringify(text)} cannot be parsed`);
  }
}

async function livesOf(manager: VastDBManager, flows: ReadonlySet<string>): Promise<Map<string, string>> {
  if (flows.size === 0) return new Map();
  const { rows } = await manager.select({ table: FLOWS, columns: ['id', 'life'], where: isIn('id', [...flows]) });
  return new Map(rows.map(([id, life]) => [id, life ?? id]));
}
