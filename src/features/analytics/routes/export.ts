import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from '../../../shared/type-builder.ts';
import type { Exported } from '../analytics.ts';
import { readOperation } from '../../../http/operation.ts';
import { exportQuery } from '../schemas/analytics-parameters.ts';
import { badQuery } from '../../../http/schemas/responses.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { type AnalyticsContext, checkQuestion, goneSignal, readFilter, unlessGone } from './analytics-context.ts';

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
