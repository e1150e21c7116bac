import type { Page, PageRequest } from '../../shared/paging.ts';
import type {
  NewSegment,
  SegmentQuery,
  StoredSegment,
  DeletableSegment,
  SegmentedFlow,
  SegmentSelection,
} from './segment.ts';
import type { MediaObject } from '../objects/media-object.ts';
import { rangeInObjectOf, widen } from '../objects/object-range.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import type { Ordering } from '../../vastdb/engine.ts';
import { and, eq, gte, isIn, lt, lte } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { CellsOf } from '../../vastdb/schema/define-table.ts';
import type { Access } from '../access/access.ts';
import type { Span } from '../../vastdb/spans/span-rows.ts';
import { type TableReads, toHandle, toRowId } from '../table-access.ts';
import { afterCursor, toPage } from '../documents/listing-order.ts';
import { flowsUsingObject } from '../access/object-access.ts';
import {
  findOverlapped,
  type SegmentTimeline,
  type SegmentWindow,
  segmentWindow,
  timelineOf,
} from './segment-window.ts';
import { type SegmentRow, SEGMENTS } from './segment-tables.ts';
import { SEGMENT_COLUMNS, segmentCells } from './segment-row.ts';

const SHOWN_COLUMNS = ['start_ns', 'end_ns', 'fragment', 'locations', 'external_urls', 'init_object_id'] as const;

/** Segments that are read for the ranges of objects. */
const RANGES_READ = 10_000;

interface ObjectRanges {
  readonly ranges: Map<string, TimeRange>;
  /** If not, segments may use more of the objects, and objects that are not here. */
  readonly areAll: boolean;
}

type InTime = readonly Ordering<'start_ns'>[];
const FORWARD: InTime = [{ column: 'start_ns', direction: 'asc' }];
const BACKWARD: InTime = [{ column: 'start_ns', direction: 'desc' }];

const toStoredSegment = (row: CellsOf<SegmentRow, typeof SHOWN_COLUMNS>): StoredSegment => ({
  startNs: row[0],
  endNs: row[1],
  fragment: row[2],
  locations: row[3],
  externalUrls: row[4],
  initObjectId: row[5],
});

export class SegmentReader {
  readonly #reader: TableReads;
  readonly #access: Access;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
  }

  async page(flowId: string, query: SegmentQuery, page: PageRequest): Promise<Page<StoredSegment>> {
    if (query.timerange.isEmpty) return { items: [] };
    return this.#reader.inSnapshot(async (reader) => {
      const window = await segmentWindow(reader, flowId, query.timerange);
      if (window === undefined) return { items: [] };
      const orderBy = query.reverse ? BACKWARD : FORWARD;
      const beyond = afterCursor(orderBy, page.after, ['bigint']);
      const found = await reader.select({
        table: SEGMENTS,
        columns: SHOWN_COLUMNS,
        where: and([...window.terms, ...ofObject(query.objectId), ...beyond]),
        since: window.since,
        orderBy,
        limit: page.limit + 1,
        maxBytes: page.maxBytes,
        timeline: ofSome(window.timeline, query.objectId),
      });
      return toPage(found, page.limit, toStoredSegment, (row) => [row[0]]);
    });
  }

  /** The first and the last segment that overlap the range. */
  async ends(flowId: string, range: TimeRange): Promise<{ first: StoredSegment; last: StoredSegment } | undefined> {
    if (range.isEmpty) return undefined;
    return this.#reader.inSnapshot(async (reader) => {
      const window = await segmentWindow(reader, flowId, range);
      if (window === undefined) return undefined;
      const [first, last] = await Promise.all([oneOf(reader, window, FORWARD), oneOf(reader, window, BACKWARD)]);
      return first === undefined || last === undefined ? undefined : { first, last };
    });
  }

  /** The flows that use an object, by id; of an initialisation segment, through the media objects that need it. */
  flowsUsing(object: Pick<MediaObject, 'id' | 'isInit'>, page: PageRequest): Promise<Page<string>> {
    return flowsUsingObject(this.#reader, this.#access, object, page);
  }

  /** Whether segments of the flow need this initialisation segment. */
  async usesInit(flowId: string, objectId: string): Promise<boolean> {
    const where = and([eq('init_object_id', objectId), eq('flow_id', flowId)]);
    const { rows } = await this.#reader.select({ table: SEGMENTS, columns: ['flow_id'], where, limit: 1 });
    return rows.length > 0;
  }

  /** Ranges that segments use of objects, on the objects' own timelines; of a very large number of segments, some. */
  async rangesOf(objectIds: readonly string[]): Promise<ObjectRanges> {
    const ranges = new Map<string, TimeRange>();
    if (objectIds.length === 0) return { ranges, areAll: true };
    const where = isIn('object_id', objectIds);
    const { rows } = await this.#reader.select({ table: SEGMENTS, columns: ['fragment'], where, limit: RANGES_READ });
    for (const [fragment] of rows) {
      const { objectId, range } = rangeInObjectOf(fragment);
      widen(ranges, objectId, range);
    }
    return { ranges, areAll: rows.length < RANGES_READ };
  }
}

async function oneOf(
  reader: TableReads,
  { terms, since, timeline }: SegmentWindow,
  orderBy: InTime,
): Promise<StoredSegment | undefined> {
  const where = and(terms);
  const asked = { table: SEGMENTS, columns: SHOWN_COLUMNS, where, since, orderBy, limit: 1, timeline } as const;
  const { rows } = await reader.select(asked);
  return rows[0] === undefined ? undefined : toStoredSegment(rows[0]);
}

const ofObject = (objectId: string | undefined): Where<SegmentRow>[] =>
  objectId === undefined ? [] : [eq('object_id', objectId)];

/** The spacing of all segments says nothing about those of one object. */
const ofSome = (timeline: SegmentTimeline, objectId: string | undefined): SegmentTimeline =>
  objectId === undefined ? timeline : { ...timeline, expectedStepNs: undefined };

export class SegmentRepository extends SegmentReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
  }

  /** For each range (sorted by start) whether a segment of the flow overlaps it. */
  overlapping(flow: SegmentedFlow, ranges: readonly Span[]): Promise<boolean[]> {
    return findOverlapped(this.#tx, flow, ranges);
  }

  insert(flowId: string, segments: readonly NewSegment[]): Promise<void> {
    return this.insertAll([{ flow: { id: flowId }, segments }]);
  }

  /** As `insert`, of several flows. */
  async insertAll(
    added: readonly { readonly flow: { readonly id: string }; readonly segments: readonly NewSegment[] }[],
  ): Promise<void> {
    const rows = added.flatMap(({ flow, segments }) => segments.map((segment) => segmentCells(flow.id, segment)));
    await this.#tx.insertArrays(SEGMENTS, SEGMENT_COLUMNS, rows);
  }

  /** In order of time, at most `limit`. */
  async selectForDeletion(
    flow: SegmentedFlow,
    selection: SegmentSelection,
    limit: number,
  ): Promise<DeletableSegment[]> {
    const { timerange, objectId } = selection;
    if (timerange.isEmpty) return [];
    const terms: Where<SegmentRow>[] = [eq('flow_id', flow.id), ...ofObject(objectId)];
    if (timerange.startNs !== null) terms.push(gte('start_ns', timerange.startNs));
    // The first of the two bounds lets the engine stop reading at the end of the range.
    if (timerange.endNs !== null) terms.push(lt('start_ns', timerange.endNs), lte('end_ns', timerange.endNs));
    const { rows, rowIds } = await this.#tx.select({
      table: SEGMENTS,
      columns: ['start_ns', 'end_ns', 'object_id'],
      where: and(terms),
      orderBy: FORWARD,
      limit,
      rowIds: true,
      timeline: ofSome(timelineOf(flow.content), objectId),
    });
    return rows.map(([startNs, endNs, object], index) => ({
      startNs,
      endNs,
      objectId: object,
      handle: toHandle(rowIds[index]),
    }));
  }

  async remove(segments: readonly DeletableSegment[]): Promise<void> {
    await this.#tx.deleteByRowIds(
      SEGMENTS,
      segments.map(({ handle }) => toRowId(handle)),
    );
  }

  /** The hull of what the flow has left when these (sorted by start) are gone, or undefined when nothing is. */
  async hullWithout(flow: SegmentedFlow, removed: readonly DeletableSegment[]): Promise<Span | undefined> {
    const { id, content } = flow;
    const [first, last] = [removed[0], removed.at(-1)];
    if (content === null || first === undefined || last === undefined) return content ?? undefined;
    // The deleted segments were the whole range: nothing is left between them.
    const removedNs = removed.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n);
    const isStretch = removedNs === last.endNs - first.startNs;
    const timeline = timelineOf(content);
    const [startNs, endNs] = await Promise.all([
      first.startNs > content.startNs
        ? content.startNs
        : this.#edge(id, FORWARD, 'start_ns', isStretch ? { ...timeline, from: last.endNs } : timeline),
      last.endNs < content.endNs
        ? content.endNs
        : this.#edge(id, BACKWARD, 'end_ns', isStretch ? { ...timeline, to: first.startNs } : timeline),
    ]);
    return startNs === undefined || endNs === undefined ? undefined : { startNs, endNs };
  }

  /** Those of the objects that any segment of any flow uses. */
  async usedObjects(objectIds: readonly string[]): Promise<Set<string>> {
    if (objectIds.length === 0) return new Set();
    const { rows } = await this.#tx.select({
      table: SEGMENTS,
      columns: ['object_id'],
      where: isIn('object_id', objectIds),
      distinct: true,
    });
    return new Set(rows.map(([id]) => id));
  }

  async #edge(
    flowId: string,
    orderBy: InTime,
    column: 'start_ns' | 'end_ns',
    timeline: SegmentTimeline,
  ): Promise<bigint | undefined> {
    const where = eq('flow_id', flowId);
    const { rows } = await this.#tx.select({
      table: SEGMENTS,
      columns: [column],
      where,
      orderBy,
      limit: 1,
      timeline,
    });
    return rows[0]?.[0];
  }
}
