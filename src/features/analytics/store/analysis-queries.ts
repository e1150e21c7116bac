import type { AnalyticsFilter, CatalogTable, RateQuery } from '../analytics.ts';
import { AppError } from '../../../shared/errors.ts';
import type { TimeRange } from '../../../shared/time/timerange.ts';
import { and, eqIfGiven, gte, inSelect, isNull, lt, or, overlapsRange } from '../../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../../vastdb/predicate/predicate.ts';
import type { RowOf } from '../../../vastdb/schema/define-table.ts';
import { type Access, ACCESS_COLUMN, scannedOf } from '../../../tams/access/access.ts';
import { NOT_DELETING, UNSIGNED_COLUMNS } from '../../../tams/flows/flow-row.ts';
import type { TimeColumn } from './analysed-tables.ts';
import { type FlowRow, FLOWS } from '../../../tams/flows/flow-tables.ts';
import { OBJECTS } from '../../../tams/objects/object-tables.ts';
import { type SegmentRow, SEGMENTS } from '../../../tams/segments/segment-tables.ts';
import { SOURCES } from '../../../tams/sources/source-tables.ts';
import type { ExportedColumn, RateGroup } from '../../../vastdb/analytics/analysis.ts';
import type { TableDefinition } from '../../../vastdb/engine.ts';
import { SORT_COLUMNS } from '../../../tams/documents/sort-keys.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';

/**
 * The predicate of a filter and a view over one table; undefined: all rows.
 *
 * @param filters columns of a feature's table by which rows belong to flows and sources.
 */
export function rowFilter(
  table: string,
  { timerange, ...filter }: AnalyticsFilter,
  access: Access,
  time?: TimeColumn,
  filters: readonly string[] = [],
): Predicate | undefined {
  const terms = ownTerms(table, filter, access, filters);
  if (timerange !== undefined) {
    if (time === undefined) throw unknownFilter('timerange', table);
    terms.push(...within(timerange, time.column, time.unitNs));
  }
  return terms.length === 0 ? undefined : and(terms);
}

type ObjectRow = RowOf<typeof OBJECTS>;
type Owner = Omit<AnalyticsFilter, 'timerange'>;

function ownTerms(table: string, filter: Owner, access: Access, filters: readonly string[]): Predicate[] {
  switch (table) {
    case FLOWS.name:
      return flowTerms(filter, access);
    case SEGMENTS.name:
      return ofFlows(filter, access);
    case SOURCES.name:
      if (filter.flowId !== undefined) throw unknownFilter('flow_id', table);
      return [...eqIfGiven('id', filter.sourceId), ...eqIfGiven('format', filter.format), ...scannedOf(access)];
    case OBJECTS.name:
      return ofObjects(filter, access);
    default:
      return Object.entries(PARAMETERS).flatMap(([name, parameter]) => {
        const value = filter[name as keyof Owner];
        if (value !== undefined && !filters.includes(parameter)) throw unknownFilter(parameter, table);
        return eqIfGiven(parameter, value);
      });
  }
}

const PARAMETERS = { flowId: 'flow_id', sourceId: 'source_id', format: 'format' };

const flowTerms = ({ flowId, sourceId, format }: Owner, access: Access): Where<FlowRow>[] => [
  NOT_DELETING,
  ...eqIfGiven('id', flowId),
  ...eqIfGiven('source_id', sourceId),
  ...eqIfGiven('format', format),
  ...scannedOf(access),
];

/** If possible only the flow's id is compared: segments of flows that are being deleted disappear soon. */
function ofFlows({ flowId, sourceId, format }: Owner, access: Access): Where<SegmentRow>[] {
  const own = eqIfGiven('flow_id', flowId);
  if (sourceId === undefined && format === undefined && access.classes === undefined) return own;
  return [...own, inFlows('flow_id', { sourceId, format }, access)];
}

/** An object belongs to the flow that it was allocated for, and to those that use it. */
function ofObjects(filter: Owner, access: Access): Where<ObjectRow>[] {
  const { flowId, sourceId, format } = filter;
  const isAsked = flowId !== undefined || sourceId !== undefined || format !== undefined;
  if (!isAsked && access.classes === undefined) return [];
  const using = ofFlows(filter, access);
  return [
    or([allocatedFor(filter, access), inSelect('id', { table: SEGMENTS, column: 'object_id', where: and(using) })]),
  ];
}

const inFlows = <Column extends string>(
  column: Column,
  filter: Owner,
  access: Access,
): Predicate<Condition<Column, string>> =>
  inSelect(column, { table: FLOWS, column: 'id', where: and(flowTerms(filter, access)) });

/** A limited view compares the lives of flows: an id alone may be that of an earlier flow. */
function allocatedFor(filter: Owner, access: Access): Where<ObjectRow> {
  if (access.classes === undefined) return inFlows('first_flow', filter, access);
  const lives = { table: FLOWS, column: 'life', where: and(flowTerms(filter, access)) } as const;
  // The life of an object that is older than the column is its flow's id.
  return or([inSelect('first_life', lives), and([isNull('first_life'), inSelect('first_flow', lives)])]);
}

/** Rows whose time lies in the range. */
function within({ startNs, endNs }: TimeRange, column: string, unitNs: bigint): Predicate[] {
  return [
    ...(startNs === null ? [] : [gte(column, ceiling(startNs, unitNs))]),
    ...(endNs === null ? [] : [lt(column, ceiling(endNs, unitNs))]),
  ];
}

/** Rows from `start` to `end` that overlap the range. */
export const overlapping = <Column extends string>(
  { startNs, endNs }: TimeRange,
  start: Column,
  end: Column,
): Predicate<Condition<Column, bigint>> => overlapsRange({ start, end }, { start: startNs, end: endNs });

/** The flows with content in the range: if the engine looks them up, only their segments are read. */
export const inFlowsWithContent = (range: TimeRange): Where<SegmentRow> =>
  inSelect('flow_id', {
    table: FLOWS,
    column: 'id',
    where: overlapping(range, 'content_start_ns', 'content_end_ns'),
  });

function ceiling(ns: bigint, unitNs: bigint): bigint {
  const rest = ((ns % unitNs) + unitNs) % unitNs;
  return rest === 0n ? ns / unitNs : (ns - rest) / unitNs + 1n;
}

const unknownFilter = (parameter: string, table: string): AppError =>
  new AppError('invalid_request', `${parameter} does not apply to ${table}`, { field: parameter });

/** The column to group by. Segments only have their flow: the rest comes from the flows. */
export function rateGroup(of: RateQuery['of'], by: NonNullable<RateQuery['groupBy']>): RateGroup {
  const column = { flow: 'id', source: 'source_id', format: 'format' }[by];
  if (of === 'segments') {
    const names = { table: FLOWS.name, key: 'id', name: column };
    return { column: 'flow_id', ...(by !== 'flow' && { names }) };
  }
  if (of === 'flows') return { column };
  if (by === 'flow') throw new AppError('invalid_request', 'sources are of no flow', { field: 'group_by' });
  return { column: by === 'source' ? 'id' : 'format' };
}

/**
 * Columns that are never exported: locations of media (only signed URLs show them), external URLs, which may hold
 * secrets, the internal lives of flows, and the keys that listings are sorted by.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ACCESS_COLUMN,
  ...SORT_COLUMNS,
  'locations',
  'external_urls',
  'life',
  'first_life',
]);

/** The table keeps it open at its end, where a GET adds the URLs. */
const OPEN_OBJECT = 'fragment';

/**
 * The exported columns of a table, with their types.
 *
 * @param limited whether classes limit the view: the first flow of an object may be hidden from it.
 */
export const exportedColumns = ({ columns }: TableDefinition, limited: boolean): ExportedColumn[] =>
  columns.flatMap(({ name, type }): ExportedColumn[] => {
    if (limited && name === 'first_flow') return [];
    if (LEFT_OUT.has(name) || type === 'binary' || type === 'vector') return [];
    if (name === OPEN_OBJECT) return [{ name, type, suffix: '}' }];
    return [{ name, type: UNSIGNED_COLUMNS.has(name) ? 'uint64' : type }];
  });

interface Count {
  readonly rows: number;
  readonly asOf: number;
}

/** Largest age of a count, and how long an answer waits for one. */
const KEPT_MS = 60_000;
const PATIENCE_MS = 100;

/**
 * Cheap row counts. Counting reads a whole index, which takes too long for a catalog. So tables are counted in the
 * background, and the counts are kept. The count of segments is the sum of the flows' counters.
 */
export class RowCounts {
  readonly #reader: Pick<CommittedReader, 'count' | 'scan'>;
  readonly #rowsOf: (table: string) => Predicate | undefined;
  readonly #known = new Map<string, Count>();
  readonly #running = new Map<string, Promise<void>>();

  /** @param rowsOf which rows of a table are counted; all of them where it says nothing. */
  constructor(reader: Pick<CommittedReader, 'count' | 'scan'>, rowsOf: (table: string) => Predicate | undefined) {
    this.#reader = reader;
    this.#rowsOf = rowsOf;
  }

  /** In the order of `tables`, which are counted in this order too. */
  async of(tables: readonly string[]): Promise<CatalogTable[]> {
    const stale = tables.filter((table) => Date.now() - (this.#known.get(table)?.asOf ?? 0) > KEPT_MS);
    const counting = Promise.all(stale.map((table) => this.#refresh(table)));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    try {
      await Promise.race([counting, patience]);
    } finally {
      clearTimeout(timer);
      // A failure after the answer shows up again at the next request.
      counting.catch(() => undefined);
    }
    return tables.map((table) => {
      const known = this.#known.get(table);
      if (known === undefined) return { table, rows: null, basis: 'counting', asOf: null };
      return { table, ...known, basis: table === SEGMENTS.name ? 'flows' : 'counted' };
    });
  }

  #refresh(table: string): Promise<void> {
    const running = this.#running.get(table);
    if (running !== undefined) return running;
    const asOf = Date.now();
    const count = table === SEGMENTS.name ? this.#segments() : this.#reader.count(table, this.#rowsOf(table));
    const refresh = count
      .then((rows) => {
        this.#known.set(table, { rows, asOf });
      })
      .finally(() => this.#running.delete(table));
    this.#running.set(table, refresh);
    return refresh;
  }

  /** The sum of the flows' counters. */
  async #segments(): Promise<number> {
    let sum = 0n;
    const where = this.#rowsOf(FLOWS.name) ?? NOT_DELETING;
    for await (const { columns } of this.#reader.scan({ table: FLOWS.name, columns: ['content_segments'], where })) {
      for (const cell of columns[0] ?? []) if (typeof cell === 'bigint') sum += cell;
    }
    return Number(sum);
  }
}
