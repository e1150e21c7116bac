import type { Static, TSchema } from 'typebox';
import { Type } from '../../../shared/type-builder.ts';
import { Dictionary, Timerange, Timestamp } from '../../../http/schemas/common.ts';

/** Answers of the analytics; not a part of TAMS. Nanoseconds are TAMS timestamps, so they stay exact. */

const count = (description: string) => Type.Integer({ minimum: 0, description });
const number = (description: string) => Type.Number({ description });
const orNull = <Schema extends TSchema>(schema: Schema) =>
  Type.Unsafe<Static<Schema> | null>({ anyOf: [schema, { type: 'null' }] });
const timestamp = (description: string) => Type.Unsafe<string>({ ...Timestamp, description });
const timerange = (description: string) => Type.Unsafe<string>({ ...Timerange, description });
const rows = count('Rows with a value.');

export const Catalog = Type.Object(
  {
    tables: Type.Array(
      Type.Object({
        table: Type.String(),
        rows: orNull(count('How many there are; null while they are counted for the first time.')),
        basis: Type.Enum(['flows', 'counted', 'counting'], {
          type: 'string',
          description: 'Whether the flows keep the number (`flows`), or rows were counted.',
        }),
        as_of: orNull(Type.String({ format: 'date-time' })),
      }),
    ),
    analysed: Type.Array(
      Type.Object({
        table: Type.String(),
        numbers: Type.Array(Type.String(), { description: 'Values for `column`.' }),
        times: Type.Array(Type.String(), { description: 'Values for `time`; the first is the default.' }),
        groups: Type.Array(Type.String(), { description: 'Values for `group_by`.' }),
      }),
    ),
  },
  { title: 'AnalyticsCatalog' },
);

const usage = {
  flows: count('Flows.'),
  segments: count('Segments.'),
  duration: timestamp('How long the segments are, together.'),
  estimated_bytes: count('Average bit rates times durations, of the flows that say their `avg_bit_rate`.'),
  flows_without_estimate: count('Flows with content and without an `avg_bit_rate`: none of their bytes are counted.'),
};
export const FlowUsageSchema = Type.Object(
  { ...usage, formats: Type.Array(Type.Object({ format: Type.String(), ...usage })) },
  { title: 'FlowUsage' },
);

export const StorageUsageSchema = Type.Object(
  {
    objects: count('Media objects.'),
    referenced_objects: count('Those that a segment uses, or used once.'),
    objects_of_known_size: count('Those whose size is kept: what the media search has seen, and EXR files.'),
    objects_of_unknown_size: count('The others: their bytes are in none of the sums.'),
    bytes: count('Bytes of the objects of known size.'),
    sizes: Type.Array(
      Type.Object({
        from_bytes: count('Inclusive.'),
        below_bytes: orNull(count('Exclusive; null: any size.')),
        objects: count('Objects.'),
        bytes: count('Their bytes.'),
      }),
    ),
  },
  { title: 'StorageUsage' },
);

const intervals = (what: string) =>
  Type.Object({
    count: count(`How many ${what} there are.`),
    duration: timestamp('How long they are, together.'),
    first: Type.Array(Timerange, { description: 'The first of them, as many as `limit` says.' }),
  });
export const TimelineSchema = Type.Object(
  {
    timerange: orNull(timerange('The analysed range; null if the flow has no segments and no range was given.')),
    segments: count('Segments that have a part in it.'),
    durations: orNull(
      Type.Object({
        min: timestamp('Duration of the shortest.'),
        max: timestamp('Duration of the longest.'),
        mean: timestamp('Cut off to whole nanoseconds.'),
        total: timestamp('Duration of all, as whole segments.'),
      }),
    ),
    covered: timestamp('How much of the range is in a segment.'),
    coverage: orNull(number('The same as a fraction, from 0 to 1.')),
    gaps: intervals('gaps'),
    overlaps: intervals('stretches that are in more than one segment'),
  },
  { title: 'TimelineAnalysis' },
);

export const IngestRateSchema = Type.Object(
  {
    bucket: timestamp('How wide a bucket is.'),
    buckets: Type.Array(
      Type.Object({
        timerange: timerange('The bucket.'),
        group: orNull(Type.String()),
        count: count('Count in this bucket.'),
        per_second: number('The count by the width of the bucket.'),
        duration: Type.Optional(timestamp('Total duration of the segments.')),
      }),
    ),
    more: Type.Boolean({ description: 'There are more buckets than `limit`: ask for a later timerange.' }),
  },
  { title: 'IngestRate' },
);

export const MovingAverageSchema = Type.Object(
  {
    rows,
    window: timestamp('How long the window is.'),
    points: Type.Array(
      Type.Object({
        time: timestamp('Time of the row.'),
        value: number('Value of the row.'),
        average: number('Mean of the rows in the window that ends with this one.'),
        rows_in_window: count('How many rows those are.'),
      }),
    ),
  },
  { title: 'MovingAverage' },
);

export const AnomaliesSchema = Type.Object(
  {
    rows,
    mean: orNull(number('Mean of all values.')),
    standard_deviation: orNull(number('Standard deviation of a sample.')),
    threshold: number('How many standard deviations away a value has to be.'),
    total: count('How many there are.'),
    anomalies: Type.Array(
      Type.Object({
        time: timestamp('Time of the row.'),
        value: number('Value of the row.'),
        z_score: number('Standard deviations above the mean.'),
      }),
    ),
  },
  { title: 'Anomalies' },
);

export const TrendSchema = Type.Object(
  {
    rows,
    slope_per_second: orNull(number('Slope of the line with the least squares.')),
    r2: orNull(number('How much of the variance the line explains, from 0 to 1.')),
    first: orNull(number('The value that comes first.')),
    last: orNull(number('The value that comes last.')),
    change: orNull(number('The last less the first.')),
    change_percent: orNull(number('Change in percent of the first value.')),
  },
  { title: 'Trend' },
);

const exact = (description: string) =>
  orNull(Type.String({ description: `${description} As text: whole numbers are exact, however large.` }));
export const SummarySchema = Type.Object(
  {
    rows,
    nulls: count('Rows without a value, or with one that is too great to compute with.'),
    mean: orNull(number('Mean of the values.')),
    standard_deviation: orNull(number('Standard deviation of a sample.')),
    min: exact('The least.'),
    max: exact('The greatest.'),
    sum: exact('Sum of all values.'),
  },
  { title: 'NumberSummary' },
);

export const PercentilesSchema = Type.Object(
  { rows, percentiles: Dictionary(orNull(Type.Number()), { description: 'Percentiles by percent.' }) },
  { title: 'Percentiles' },
);

export const CorrelationSchema = Type.Object(
  { rows: count('Rows with both values.'), coefficient: orNull(number('Pearson’s, from -1 to 1.')) },
  { title: 'Correlation' },
);

export const DistributionSchema = Type.Object(
  {
    rows,
    bins: Type.Array(
      Type.Object({
        low: number('Inclusive.'),
        high: number('Exclusive, but of the last bin.'),
        count: count('Values.'),
      }),
    ),
  },
  { title: 'Distribution' },
);

export const TopGroupsSchema = Type.Object(
  {
    groups: count('How many groups there are.'),
    top: Type.Array(
      Type.Object({
        group: orNull(Type.String()),
        count: count('Rows with a value.'),
        sum: number('Sum of the values.'),
        mean: number('Mean of the values.'),
        min: number('The least.'),
        max: number('The greatest.'),
      }),
    ),
  },
  { title: 'TopGroups' },
);
