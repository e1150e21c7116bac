import type * as Results from '../../../vastdb/analytics/analysis-results.ts';
import type { Limits } from '../../../tams/access/rights.ts';
import type {
  AnalysedTable,
  AnalyticsFilter,
  CatalogTable,
  Exported,
  ExportQuery,
  NumbersQuery,
  RateQuery,
  SeriesQuery,
} from '../analytics.ts';
import { STORAGE_ID_LENGTH } from '../../../tams/objects/object-location.ts';
import type { TimeRange } from '../../../shared/time/timerange.ts';
import type {
  Analysis,
  AnalysisResult,
  ExportedRows,
  Series,
  TopOrder,
  Values,
} from '../../../vastdb/analytics/analysis.ts';
import type { AnalyticsProcess } from '../../../vastdb/analytics/analytics-process.ts';
import { and, eq } from '../../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import type { Statistics } from '../../statistics.ts';
import { type Access, accessOf, FULL_ACCESS } from '../../../tams/access/access.ts';
import { FLOWS } from '../../../tams/flows/flow-tables.ts';
import { OBJECTS } from '../../../tams/objects/object-tables.ts';
import { SEGMENTS } from '../../../tams/segments/segment-tables.ts';
import { SOURCES } from '../../../tams/sources/source-tables.ts';
import { AnalysedNames, analysedTables, exportedTable, type Seen, type TimeColumn } from './analysed-tables.ts';
import {
  exportedColumns,
  inFlowsWithContent,
  overlapping,
  rateGroup,
  RowCounts,
  rowFilter,
} from './analysis-queries.ts';
import { AppError } from '../../../shared/errors.ts';
import { AnalysisError } from '../../../vastdb/analytics/analysis-error.ts';
import { translateTableFailure } from '../../../tams/table-failure.ts';

interface AnalyticsStoreParts {
  readonly manager: VastDBManager;
  readonly compute: AnalyticsProcess;
  /** Time limit of an analysis that a request waits for, in milliseconds. */
  readonly answerMs: number;
  /** Those of the features. */
  readonly statistics: readonly Statistics[];
}

const NS_PER_S = 1_000_000_000;

/**
 * Computations over the tables. They take long, so they run off the main thread, until `signal` ends them.
 *
 * Every method throws AppError: invalid_request for names that `tables` does not have and filters that do not fit the
 * table, overloaded, deadline_exceeded, analysis_too_large, analytics_unavailable and tables_unavailable.
 */
export class AnalyticsStore {
  readonly #parts: AnalyticsStoreParts;
  readonly #access: Access;
  readonly #counts: RowCounts;

  /** `access` is for `limitedTo` alone. */
  constructor(parts: AnalyticsStoreParts, access: Access = FULL_ACCESS) {
    this.#parts = parts;
    this.#access = access;
    this.#counts = new RowCounts(parts.manager.reader('background'), (table) =>
      this.#isLimited ? rowFilter(table, {}, access) : undefined,
    );
  }

  /** The same over only the rows that these classes may see. */
  limitedTo(limits: Limits): AnalyticsStore {
    return new AnalyticsStore(this.#parts, accessOf(limits));
  }

  tables(): readonly AnalysedTable[] {
    return analysedTables(this.#seen);
  }

  async catalog(): Promise<CatalogTable[]> {
    const { manager, statistics } = this.#parts;
    try {
      const first = [FLOWS.name, SEGMENTS.name, SOURCES.name];
      if (this.#isLimited) return await this.#counts.of(first);
      const hidden = new Set(statistics.flatMap((each) => each.hidden ?? []).map(({ name }) => name));
      const all = manager.listTables().filter((name) => !hidden.has(name));
      const last = [OBJECTS.name];
      const others = all.filter((name) => !first.includes(name) && !last.includes(name)).sort();
      return await this.#counts.of([...first, ...others, ...last]);
    } catch (error) {
      throw translateAnalysisFailure(error);
    }
  }

  /** Sums by format: segments, and their nanoseconds; the product is kbit/s times nanoseconds. */
  flowUsage({ timerange, ...filter }: AnalyticsFilter, signal: AbortSignal): Promise<readonly Results.GroupTotal[]> {
    const own = rowFilter(FLOWS.name, filter, this.#access);
    const terms = timerange === undefined ? [] : [overlapping(timerange, 'content_start_ns', 'content_end_ns')];
    const covered = { column: 'content_covered_ns', type: 'uint' } as const;
    const totals = {
      table: FLOWS.name,
      where: and([...(own === undefined ? [] : [own]), ...terms]),
      group: 'format',
      sums: [{ column: 'content_segments', type: 'int' } as const, covered],
      product: { json: 'document', path: '$.avg_bit_rate', times: covered },
    };
    return this.#run({ kind: 'groupTotals', totals }, signal);
  }

  storageUsage(filter: AnalyticsFilter, bounds: readonly bigint[], signal: AbortSignal): Promise<Results.SizesFound> {
    const where = rowFilter(OBJECTS.name, filter, this.#access);
    const tables = this.#parts.manager.listTables();
    const sizes = {
      table: OBJECTS.name,
      ...(where && { where }),
      id: 'id',
      places: 'locations',
      // The path begins after the storage id and a space.
      placeAt: STORAGE_ID_LENGTH + 2,
      flag: 'referenced',
      known: this.#parts.statistics.flatMap((each) => each.sizes ?? []).filter(({ table }) => tables.includes(table)),
    };
    return this.#run({ kind: 'sizes', sizes, bounds }, signal);
  }

  timeline(flowId: string, range: TimeRange, limit: number, signal: AbortSignal): Promise<Results.IntervalsFound> {
    const { startNs, endNs } = range;
    const intervals = {
      table: SEGMENTS.name,
      where: and([eq('flow_id', flowId), overlapping(range, 'start_ns', 'end_ns')]),
      start: 'start_ns',
      end: 'end_ns',
      ...(startNs !== null && { from: startNs }),
      ...(endNs !== null && { to: endNs }),
    };
    return this.#run({ kind: 'intervals', intervals, limit }, signal);
  }

  ingestRate({ of, bucketNs, groupBy, filter, limit }: RateQuery, signal: AbortSignal): Promise<Results.Rate> {
    const column = of === 'segments' ? 'duration_ns' : 'created_ns';
    const series = this.#series({ table: of, column, filter });
    const group = groupBy === undefined ? undefined : rateGroup(of, groupBy);
    return this.#run({ kind: 'rate', series, bucket: bucketNs, ...(group && { group }), limit }, signal);
  }

  async movingAverage(
    query: SeriesQuery,
    windowNs: bigint,
    maxPoints: number,
    signal: AbortSignal,
  ): Promise<Results.MovingAverage> {
    const { unitNs } = this.#time(query);
    const window = windowNs < unitNs ? 1n : windowNs / unitNs;
    const found = await this.#run({ kind: 'movingAverage', series: this.#series(query), window, maxPoints }, signal);
    return { ...found, points: found.points.map((point) => ({ ...point, time: point.time * unitNs })) };
  }

  async anomalies(
    query: SeriesQuery,
    threshold: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<Results.Anomalies> {
    const { unitNs } = this.#time(query);
    const found = await this.#run({ kind: 'anomalies', series: this.#series(query), threshold, limit }, signal);
    return { ...found, found: found.found.map((point) => ({ ...point, time: point.time * unitNs })) };
  }

  /** The slope is per second. */
  async trend(query: SeriesQuery, signal: AbortSignal): Promise<Results.Trend> {
    const { unitNs } = this.#time(query);
    const found = await this.#run({ kind: 'trend', series: this.#series(query) }, signal);
    return { ...found, slope: found.slope === null ? null : found.slope * (NS_PER_S / Number(unitNs)) };
  }

  summary(query: NumbersQuery, signal: AbortSignal): Promise<Results.Summary> {
    return this.#run({ kind: 'summary', values: this.#values(query) }, signal);
  }

  percentiles(
    query: NumbersQuery,
    fractions: readonly number[],
    signal: AbortSignal,
  ): Promise<AnalysisResult<'percentiles'>> {
    return this.#run({ kind: 'percentiles', values: this.#values(query), fractions }, signal);
  }

  correlation(query: NumbersQuery, other: string, signal: AbortSignal): Promise<AnalysisResult<'correlation'>> {
    const number = this.#names(query).number(other, 'other');
    return this.#run({ kind: 'correlation', values: this.#values(query), other: number }, signal);
  }

  distribution(query: NumbersQuery, bins: number, signal: AbortSignal): Promise<Results.Distribution> {
    return this.#run({ kind: 'distribution', values: this.#values(query), bins }, signal);
  }

  top(
    query: NumbersQuery,
    group: string,
    by: TopOrder,
    limit: number,
    signal: AbortSignal,
  ): Promise<Results.TopGroups> {
    const column = this.#names(query).group(group);
    return this.#run({ kind: 'top', values: this.#values(query), group: column, by, limit }, signal);
  }

  async export({ table, format, filter }: ExportQuery, signal: AbortSignal): Promise<Exported> {
    const columns = exportedColumns(exportedTable(table, this.#seen), this.#isLimited);
    const names = table === OBJECTS.name ? undefined : this.#names({ table });
    const where = this.#where(table, filter, names);
    const rows: ExportedRows = { table, columns, ...(where && { where }) };
    const { compute } = this.#parts;
    if (format === 'arrow') return { stream: translated(compute.stream(rows, signal)), bytes: undefined };
    try {
      const { bytes, pieces } = await compute.file(rows, signal);
      return { stream: translated(pieces), bytes };
    } catch (error) {
      throw translateAnalysisFailure(error);
    }
  }

  get #isLimited(): boolean {
    return this.#access.classes !== undefined;
  }

  get #seen(): Seen {
    const { manager, statistics } = this.#parts;
    const ofFeatures = statistics.flatMap((each) => each.analysed ?? []);
    return { tables: manager.listTables(), limited: this.#isLimited, ofFeatures };
  }

  #names({ table }: Pick<NumbersQuery, 'table'>): AnalysedNames {
    return new AnalysedNames(table, this.#seen);
  }

  #time(query: SeriesQuery): TimeColumn {
    return this.#names(query).time(query.time);
  }

  #values(query: NumbersQuery): Values {
    const names = this.#names(query);
    const value = names.number(query.column);
    const where = this.#where(names.table, query.filter, names);
    return { table: names.table, value, ...(where && { where }) };
  }

  #where(table: string, filter: AnalyticsFilter, names: AnalysedNames | undefined): Predicate | undefined {
    const own = rowFilter(table, filter, this.#access, names?.ownTime, names?.filters);
    const { flowId, timerange } = filter;
    if (own === undefined || table !== SEGMENTS.name || flowId !== undefined || timerange === undefined) return own;
    return this.#parts.manager.reader('background').narrowed(own, inFlowsWithContent(timerange));
  }

  #series(query: SeriesQuery): Series {
    return { ...this.#values(query), time: this.#time(query).column };
  }

  async #run<const Asked extends Analysis>(
    analysis: Asked,
    signal: AbortSignal,
  ): Promise<AnalysisResult<Asked['kind']>> {
    const { compute, answerMs } = this.#parts;
    try {
      return await compute.run(analysis, signal, answerMs);
    } catch (error) {
      throw translateAnalysisFailure(error);
    }
  }
}

async function* translated(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw translateAnalysisFailure(error);
  }
}

const RETRY_AFTER_S = 5;

/** Translates failures of the analytics for clients. */
function translateAnalysisFailure(error: unknown): unknown {
  if (!(error instanceof AnalysisError)) return translateTableFailure(error);
  const options = { retryAfterS: RETRY_AFTER_S, cause: error };
  switch (error.kind) {
    case 'busy':
      return new AppError('overloaded', 'as many analyses run as may; try again later', options);
    case 'deadline':
    case 'cancelled':
      return new AppError('deadline_exceeded', 'the analysis took longer than it may; ask for less', options);
    case 'too_large':
      return new AppError('analysis_too_large', 'the analysis needs more memory than it may have; ask for less', {
        cause: error,
      });
    case 'missing':
      return new AppError('analytics_unavailable', 'DuckDB, which computes, is not installed on this server', {
        cause: error,
      });
  }
}
