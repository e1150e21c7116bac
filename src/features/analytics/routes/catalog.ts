import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { GroupTotal, SizesFound } from '../../../vastdb/analytics/analysis-results.ts';
import { formatTimestamp } from '../../../shared/time/timestamp.ts';
import { readOperation } from '../../../http/operation.ts';
import { Catalog, FlowUsageSchema, StorageUsageSchema } from '../schemas/analytics.ts';
import { exportQuery, storageQuery, usageQuery } from '../schemas/analytics-parameters.ts';
import { badQuery, json } from '../../../http/schemas/responses.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import {
  type AnalyticsContext,
  checkQuestion,
  goneSignal,
  readFilter,
  sendAnalysis,
  unlessGone,
} from './analytics-context.ts';
import { Type } from '../../../shared/type-builder.ts';
import type { Exported } from '../analytics.ts';

const tag = 'Analytics';

/** Row counts of all tables. */
export function catalogRoutes(app: TamsApp, { of }: AnalyticsContext): void {
  readOperation(app, {
    url: '/analytics/catalog',
    name: 'analytics-catalog',
    tag,
    summary: 'List the tables, their rows, and what can be analysed',
    description:
      'Rows are counted once a minute at most, when somebody asks. The number of segments is the sum of what the flows ' +
      'keep of theirs. Credentials that classes limit are told of flows, segments and sources, and of their own alone.',
    schema: {},
    responses: { 200: json('The tables.', Catalog) },
    handler: (request, reply) => {
      const { compute } = of(request);
      return sendAnalysis(
        request,
        reply,
        () => compute.catalog(),
        (tables) => ({
          tables: tables.map(({ asOf, ...table }) => ({
            ...table,
            as_of: asOf === null ? null : new Date(asOf).toISOString(),
          })),
          analysed: compute.tables(),
        }),
      );
    },
  });

  readOperation(app, {
    url: '/analytics/flow-usage',
    name: 'analytics-flow-usage',
    tag,
    summary: 'Count flows, segments and estimated bytes by format',
    description: 'A `timerange` picks the flows with content in it; what is told is of all of their content.',
    schema: { querystring: usageQuery },
    responses: { 200: json('The usage.', FlowUsageSchema), 400: badQuery },
    handler: (request, reply) => {
      const filter = readFilter(request.query);
      return sendAnalysis(request, reply, (signal) => of(request).compute.flowUsage(filter, signal), flowUsageJson);
    },
  });

  readOperation(app, {
    url: '/analytics/storage-usage',
    name: 'analytics-storage-usage',
    tag,
    summary: 'Count media objects by size, as far as it is known',
    description: 'A filter picks objects that were allocated for its flows, or that they use.',
    schema: { querystring: storageQuery },
    responses: { 200: json('The usage.', StorageUsageSchema), 400: badQuery },
    handler: (request, reply) => {
      const filter = readFilter(request.query);
      const { compute } = of(request);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.storageUsage(filter, SIZE_BOUNDS, signal),
        storageUsageJson,
      );
    },
  });
}

/** Kilobits per second times nanoseconds, for one byte. */
const PRODUCT_PER_BYTE = (8 * 1e9) / 1000;

/** Bytes are estimated from `avg_bit_rate`, by format: the sizes of most objects are unknown. */
function flowUsageJson(formats: readonly GroupTotal[]): object {
  const usages = formats.map(({ group, rows, sums: [segments = 0n, durationNs = 0n], product, withoutProduct }) => ({
    format: group,
    flows: rows,
    segments: Number(segments),
    durationNs,
    estimated_bytes: Math.round(product / PRODUCT_PER_BYTE),
    flows_without_estimate: withoutProduct,
  }));
  const sumOf = (name: 'flows' | 'segments' | 'estimated_bytes' | 'flows_without_estimate'): number =>
    usages.reduce((sum, usage) => sum + usage[name], 0);
  return {
    flows: sumOf('flows'),
    segments: sumOf('segments'),
    duration: formatTimestamp(usages.reduce((sum, { durationNs }) => sum + durationNs, 0n)),
    estimated_bytes: sumOf('estimated_bytes'),
    flows_without_estimate: sumOf('flows_without_estimate'),
    formats: usages.map(({ format, flows, segments, durationNs, ...estimate }) => ({
      format,
      flows,
      segments,
      duration: formatTimestamp(durationNs),
      ...estimate,
    })),
  };
}

const MIB = 2n ** 20n;
/** Upper bounds of the size bands: 1 MiB, 100 MiB, 1 GiB; the last band is open. */
const SIZE_BOUNDS = [MIB, 100n * MIB, 1024n * MIB] as const;

const storageUsageJson = ({ rows, flagged, known, bytes, bands }: SizesFound): object => ({
  objects: rows,
  referenced_objects: flagged,
  objects_of_known_size: known,
  objects_of_unknown_size: rows - known,
  bytes: Number(bytes),
  sizes: bands.map((band, index) => ({
    from_bytes: Number(SIZE_BOUNDS[index - 1] ?? 0n),
    below_bytes: index === SIZE_BOUNDS.length ? null : Number(SIZE_BOUNDS[index]),
    objects: band.rows,
    bytes: Number(band.bytes),
  })),
});

/** https://www.iana.org/assignments/media-types: both are registered. */
const MEDIA_TYPES = {
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
} as const;
const EXTENSIONS = { parquet: 'parquet', arrow: 'arrows' } as const;

const binary = { schema: Type.Unsafe<string>({ type: 'string', format: 'binary' }) };

/** Exports rows for other tools. */
export function exportRoute(app: TamsApp, { of }: AnalyticsContext): void {
  readOperation(app, {
    url: '/analytics/export',
    name: 'analytics-export',
    tag: 'Analytics',
    summary: 'Export the rows of a table',
    description:
      'Nanoseconds are integers of 64 bits. A `timerange` picks segments by their start, and flows by the time at which ' +
      'they were made; it does not apply to objects. Locations of media are left out: they are told by signed URLs alone.',
    traffic: 'media',
    schema: { querystring: exportQuery },
    responses: {
      200: { description: 'The rows.', content: { [MEDIA_TYPES.parquet]: binary, [MEDIA_TYPES.arrow]: binary } },
      400: badQuery,
    },
    handler: async (request, reply) => {
      const { table = 'segments', format = 'parquet', content_format: content, ...filters } = request.query;
      const filter = readFilter({ ...filters, ...(content && { format: content }) });
      const setHeaders = (): FastifyReply =>
        reply
          .header('content-type', MEDIA_TYPES[format])
          .header('content-disposition', `attachment; filename="${table}.${EXTENSIONS[format]}"`);
      const { compute } = of(request);
      const made = (signal: AbortSignal): Promise<Exported> => compute.export({ table, format, filter }, signal);
      if (request.method === 'HEAD') {
        await checkQuestion(made);
        return setHeaders().send();
      }
      const gone = goneSignal(reply);
      const { stream, bytes } = await unlessGone(gone, made(gone));
      const pieces = await unlessGone(gone, begun(stream, gone));
      // Set only now: an error is no file.
      void setHeaders();
      if (bytes !== undefined) void reply.header('content-length', bytes);
      return reply.send(Readable.from(pieces, { objectMode: false }));
    },
  });
}

/**
 * The same pieces, once the first is made: failures until then are answered as errors. They end when the client is
 * gone, even if none was sent.
 */
async function begun(stream: AsyncIterable<Uint8Array>, gone: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const pieces = stream[Symbol.asyncIterator]();
  const end = (): void => {
    // A failure now can no longer be answered.
    pieces.return?.(undefined).catch(() => undefined);
  };
  const first = await pieces.next();
  gone.addEventListener('abort', end);
  if (gone.aborted) end();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* { [Symbol.asyncIterator]: () => pieces };
  })();
}
