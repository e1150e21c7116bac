import { AppError } from '../../../src/shared/errors.ts';
import { isPartOf } from '../../../src/tams/segments/segment-clock.ts';
import { numbersWith } from '../../../src/tams/segments/segment-numbers.ts';
import { contentWith } from '../../../src/tams/flows/flow-content.ts';
import type { MediaObject, StoredObject } from '../../../src/tams/objects/media-object.ts';
import { packUrls } from '../../../src/tams/objects/object-location.ts';
import type { GivenUrl } from '../../../src/tams/segments/segment.ts';
import { type PreparedSegment, prepareSegment } from '../../../src/tams/segments/segment-preparation.ts';
import { SEGMENTS } from '../../../src/tams/segments/segment-tables.ts';
import type { Row } from '../../../src/vastdb/engine.ts';
import { and, eq, isIn } from '../../../src/vastdb/predicate/builder.ts';
import { integerOf, jsonOf, requiredText, textOf } from '../../../src/vastdb/foreign/cells.ts';
import type { ForeignTables } from '../../../src/vastdb/foreign/foreign-tables.ts';
import { type ImportReport, RefusedRow } from '../../../src/vastdb/foreign/import-report.ts';
import { batchesOf, DELETED, DELETED_COLUMNS, isDeleted } from './rows.ts';
import type { FlowState } from '../../../src/tams/flows/flow-state.ts';
import type { StoreTransaction, VastStore } from '../../../src/tams/vast-store.ts';

const NO_LABELS: ReadonlySet<string> = new Set();

interface ReadSegment extends PreparedSegment {
  readonly key: string;
  readonly flowId: string;
}

/** The outcome of a transaction, which may run more than once. */
interface Outcome {
  taken: number;
  present: number;
  readonly refused: { readonly key: string; readonly problem: string }[];
}

/**
 * Takes over segments, but none that was deleted there, by itself or with its flow. Each transaction also writes all that
 * follows from its segments. A segment that is here already, of the same object at the same time, is passed over: so an
 * import can be run again, and goes on where it ended.
 *
 * @param onRows is told how many rows were read.
 */
export async function importSegments(
  tables: ForeignTables,
  store: VastStore,
  report: ImportReport,
  deletedFlows: ReadonlySet<string>,
  onRows: (rows: number) => void,
): Promise<void> {
  const times = (await tables.describe('segments'))?.columns.includes('timerange_start')
    ? ['timerange_start', 'timerange_end']
    : ['timerange'];
  const wanted = [
    'id',
    'ts_offset',
    'last_duration',
    'sample_offset',
    'sample_count',
    'key_frame_count',
    'get_urls',
  ].concat(DELETED_COLUMNS);
  for await (const batch of batchesOf(tables, 'segments', ['flow_id', 'object_id', ...times], wanted)) {
    const read = batch.flatMap((row) => {
      const isLeft = isDeleted(row) || deletedFlows.has((textOf(row, 'flow_id') ?? '').toLowerCase());
      if (isLeft) report.leave('segments', DELETED);
      return isLeft ? [] : (readSegment(row, report) ?? []);
    });
    const outcome = await store.transaction((tx) => insertSegments(tx, read), { background: true });
    const counted = report.of('segments');
    counted.taken += outcome.taken;
    counted.present += outcome.present;
    for (const { key, problem } of outcome.refused) report.refuse('segments', key, problem);
    onRows(batch.length);
  }
}

function readSegment(row: Row, report: ImportReport): ReadSegment | undefined {
  const key = textOf(row, 'id') ?? `${textOf(row, 'flow_id') ?? ''} ${textOf(row, 'object_id') ?? ''}`;
  try {
    const urls = jsonOf(row, 'get_urls');
    const input = {
      object_id: requiredText(row, 'object_id'),
      timerange: timerangeOf(row),
      ...optional('ts_offset', timestampOf(row, 'ts_offset')),
      ...optional('last_duration', timestampOf(row, 'last_duration')),
      ...optional('sample_offset', integerOf(row, 'sample_offset')),
      ...optional('sample_count', integerOf(row, 'sample_count')),
      ...optional('key_frame_count', integerOf(row, 'key_frame_count')),
      ...(Array.isArray(urls) && { get_urls: urls as GivenUrl[] }),
    };
    return { ...prepareSegment(input, NO_LABELS), key, flowId: requiredText(row, 'flow_id') };
  } catch (error) {
    if (!(error instanceof RefusedRow) && !(error instanceof AppError)) throw error;
    report.refuse('segments', key, error.message);
    return undefined;
  }
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };

/** The two columns are the text of a timerange, cut at its `_`; one without a `_` is in both. */
function timerangeOf(row: Row): string {
  const whole = textOf(row, 'timerange');
  if (whole !== undefined) return whole;
  const [start, end] = [requiredText(row, 'timerange_start'), requiredText(row, 'timerange_end')];
  return start === end && /^\[.*\]$/.test(start) ? start : `${start}_${end}`;
}

/** Some versions of the earlier system keep it as JSON: as a string, or as an object with `value`. */
function timestampOf(row: Row, column: string): string | undefined {
  const text = textOf(row, column);
  if (text === undefined || !/^["{n]/.test(text)) return text;
  const value = jsonOf(row, column);
  if (value === undefined || typeof value === 'string') return value;
  const inner: unknown = (value as { value?: unknown }).value;
  if (typeof inner === 'string') return inner;
  throw new RefusedRow(`${column} is no timestamp`);
}

async function insertSegments(tx: StoreTransaction, read: readonly ReadSegment[]): Promise<Outcome> {
  const outcome: Outcome = { taken: 0, present: 0, refused: [] };
  const objects = await tx.objects.findMany([...new Set(read.map(({ objectId }) => objectId))]);
  const used = new Map<string, StoredObject>();
  for (const [flowId, segments] of Map.groupBy(read, (segment) => segment.flowId)) {
    const flow = await tx.flows.state(flowId);
    if (flow === undefined) {
      for (const { key } of segments) outcome.refused.push({ key, problem: `its flow ${flowId} is not here` });
      continue;
    }
    await insertOfFlow(tx, flow, segments, objects, used, outcome);
  }
  await tx.objects.use([...used.values()]);
  return outcome;
}

async function insertOfFlow(
  tx: StoreTransaction,
  flow: FlowState,
  segments: readonly ReadSegment[],
  objects: ReadonlyMap<string, MediaObject>,
  used: Map<string, StoredObject>,
  outcome: Outcome,
): Promise<void> {
  const fresh = await withoutPresent(tx, flow.id, segments, outcome);
  const apart = withoutOverlaps(fresh, await tx.segments.overlapping(flow, fresh), outcome);
  const placed = await withObjects(tx, flow, apart, objects, used, outcome);
  if (placed.length === 0) return;
  const inserted = placed.map(({ segment, object }) => ({
    objectId: segment.objectId,
    startNs: segment.startNs,
    endNs: segment.endNs,
    fragment: segment.fragment,
    initObjectId: object.initObjectId ?? null,
    locations: object.locations,
    externalUrls: packUrls(object.locations === null ? object.externalUrls : segment.urls),
  }));
  await tx.segments.insert(flow.id, inserted);
  const content = contentWith(flow.content, inserted);
  const isPart = (index: number): boolean => {
    const each = placed[index];
    return each !== undefined && isPartOf(each.segment, each.object.timerange?.range);
  };
  await tx.flows.setContent(flow, content, new Date().toISOString(), numbersWith(flow, inserted, isPart));
  outcome.taken += inserted.length;
}

/** Sorted by their start. */
async function withoutPresent(
  tx: StoreTransaction,
  flowId: string,
  segments: readonly ReadSegment[],
  outcome: Outcome,
): Promise<ReadSegment[]> {
  const starts = segments.map(({ startNs }) => startNs);
  const { rows } = await tx.rows.select({
    table: SEGMENTS,
    columns: ['start_ns', 'end_ns', 'object_id'],
    where: and([eq('flow_id', flowId), isIn('start_ns', starts)]),
  });
  const present = new Set(rows.map(([start, end, object]) => `${start} ${end} ${object}`));
  const fresh = segments.filter(({ startNs, endNs, objectId }) => !present.has(`${startNs} ${endNs} ${objectId}`));
  outcome.present += segments.length - fresh.length;
  return fresh.sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
}

/** TAMS has no two segments of a flow at one time (TAMS 7.0, `POST /flows/{flowId}/segments`). */
function withoutOverlaps(
  sorted: readonly ReadSegment[],
  overlapped: readonly boolean[],
  outcome: Outcome,
): ReadSegment[] {
  let last: ReadSegment | undefined;
  return sorted.filter((segment, index) => {
    if (overlapped[index] === true || (last !== undefined && segment.startNs < last.endNs)) {
      outcome.refused.push({ key: segment.key, problem: 'another segment of its flow overlaps it' });
      return false;
    }
    last = segment;
    return true;
  });
}

/** Segments with their objects; one whose object has no row brings it, where it has a URL. */
async function withObjects(
  tx: StoreTransaction,
  flow: FlowState,
  segments: readonly ReadSegment[],
  objects: ReadonlyMap<string, MediaObject>,
  used: Map<string, StoredObject>,
  outcome: Outcome,
): Promise<{ readonly segment: ReadSegment; readonly object: MediaObject }[]> {
  const made = new Map<string, MediaObject>();
  const placed = segments.flatMap((segment) => {
    const { objectId: id, urls: externalUrls, key } = segment;
    let object = objects.get(id) ?? made.get(id);
    if (object === undefined && externalUrls.length > 0) {
      object = { id, firstFlow: flow.id, firstLife: flow.life, locations: null, externalUrls, referenced: true };
      made.set(id, object);
    }
    if (object === undefined) {
      outcome.refused.push({ key, problem: `its object ${id} is not here, and it has no URL of its own` });
      return [];
    }
    if ('handle' in object) used.set(id, object as StoredObject);
    return [{ segment, object }];
  });
  await tx.objects.insertNamed([...made.values()]);
  return placed;
}
