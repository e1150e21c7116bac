import { Type } from '../../../shared/type-builder.ts';
import { ContentFormat } from '../../../tams/documents/format.ts';
import { EXPORT_FORMATS, INGESTED, RATE_GROUPS, TOP_ORDERS } from '../analytics.ts';
import { limitParameter, PATTERNS, Timerange, Uuid } from '../../../http/schemas/common.ts';

const choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>(Type.Enum([...values], { type: 'string', description }));
const duration = (description: string) =>
  Type.Optional(Type.String({ pattern: PATTERNS.duration.pattern, description }));

const owners = {
  flow_id: Type.Optional(Uuid),
  source_id: Type.Optional(Uuid),
  format: Type.Optional(ContentFormat),
};
const filters = { ...owners, timerange: Type.Optional(Timerange) };

const numbers = {
  table: Type.Optional(Type.String({ description: 'A table of `/analytics/catalog`; by default `segments`.' })),
  column: Type.Optional(Type.String({ description: 'One of its numeric columns; by default the first.' })),
  ...filters,
};
const series = {
  ...numbers,
  time: Type.Optional(Type.String({ description: 'One of its time columns; by default the first.' })),
};

export const LIMITS = {
  intervals: { default: 100, max: 1000 },
  buckets: { default: 1000, max: 10_000 },
  points: { default: 500, max: 5000 },
  anomalies: { default: 100, max: 1000 },
  bins: { default: 10, max: 200 },
  groups: { default: 10, max: 1000 },
} as const;
const limited = (name: keyof typeof LIMITS, description: string) =>
  limitParameter(`${description}; ${LIMITS[name].default} unless given, ${LIMITS[name].max} at most.`);

export const usageQuery = Type.Object(filters);
/** Objects have no time. */
export const storageQuery = Type.Object(owners);
export const timelineQuery = Type.Object({
  timerange: Type.Optional(Timerange),
  limit: limited('intervals', 'Gaps, and overlaps, that are listed'),
});
export const rateQuery = Type.Object({
  of: Type.Optional(choice(INGESTED, 'The entities to count; by default `segments`.')),
  bucket: duration('Width of the buckets, such as `10m`; by default `1h`.'),
  group_by: Type.Optional(choice(RATE_GROUPS, 'Buckets of each of these apart.')),
  ...filters,
  limit: limited('buckets', 'Buckets, the first of them'),
});
export const movingAverageQuery = Type.Object({
  ...series,
  window: duration('Length of the window, such as `10m`; by default `1h`.'),
  limit: limited('points', 'Points that are told, evenly spread'),
});
export const anomaliesQuery = Type.Object({
  ...series,
  threshold: Type.Optional(
    Type.String({
      pattern: PATTERNS.decimal.pattern,
      description: 'Values beyond this many standard deviations from the mean are anomalies; by default 2.0.',
    }),
  ),
  limit: limited('anomalies', 'Anomalies, the greatest of them'),
});
export const trendQuery = Type.Object(series);
export const numbersQuery = Type.Object(numbers);
export const correlationQuery = Type.Object({
  ...numbers,
  other: Type.Optional(Type.String({ description: 'Another of its numeric columns; by default the second.' })),
});
export const distributionQuery = Type.Object({ ...numbers, bins: limited('bins', 'How many bins') });
export const topQuery = Type.Object({
  ...numbers,
  group_by: Type.Optional(Type.String({ description: 'One of its group columns; by default the first.' })),
  by: Type.Optional(choice(TOP_ORDERS, 'The order of the groups; by default `count`.')),
  limit: limited('groups', 'Groups'),
});
export const exportQuery = Type.Object({
  table: Type.Optional(
    Type.String({
      description:
        '`segments`, `flows` or `objects`; where no classes limit you, and EXR is on, also `exr_files`, `exr_parts`, ' +
        '`exr_channels` and `exr_attributes`. `segments` unless given.',
    }),
  ),
  format: Type.Optional(choice(EXPORT_FORMATS, '`parquet` unless given.')),
  flow_id: filters.flow_id,
  source_id: filters.source_id,
  content_format: filters.format,
  timerange: filters.timerange,
});
