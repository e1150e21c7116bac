import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { redactUrl } from '../../operation/redact-url.ts';
import type { OtlpTracing, RequestTrace } from '../../operation/otlp-tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's trace, if requests are traced. */
    traceId?: string;
  }
}

const TRACE = Symbol('trace');

interface Traced {
  [TRACE]?: RequestTrace;
}

/** A trace of each request. */
export const tracingPlugin = fp<{ tracing: OtlpTracing }>(
  (app, { tracing }, done) => {
    app.addHook('onRequest', (request: FastifyRequest & Traced, reply, next) => {
      const { method, id: requestId, url, headers, routeOptions } = request;
      const trace = tracing.begin({
        method,
        requestId,
        route: routeOptions.url,
        path: redactUrl(url.split('?', 1)[0] ?? ''),
        traceparent: asText(headers['traceparent']),
        tracestate: asText(headers['tracestate']),
      });
      request[TRACE] = trace;
      request.traceId = trace.traceId;
      // A request whose client goes away has no response, but it was closed all the same.
      reply.raw.once('close', () => {
        trace.end(reply.statusCode);
      });
      next();
    });
    // As late as this, since a body arrives outside of whatever its request was in before.
    app.addHook('preHandler', (request: FastifyRequest & Traced, _reply, next) => {
      const trace = request[TRACE];
      if (trace === undefined) next();
      else trace.run(next);
    });
    done();
  },
  { name: 'tams-tracing', fastify: '5.x', dependencies: ['tams-request-id'] },
);

const asText = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header;
