import type { preParsingHookHandler, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { type BodyMemory, SMALL_BYTES } from '../limits/body-memory.ts';

interface BodyMemoryPluginOptions {
  memory: BodyMemory;
}

/** Bodies of these methods are not read. */
const isReading = ({ method }: RouteOptions): boolean =>
  [method].flat().every((each) => each === 'GET' || each === 'HEAD');

/**
 * Counts large bodies, of requests and of answers, but those that are streamed. The request guard takes them off again when
 * the answer is out.
 */
export const bodyMemoryPlugin = fp<BodyMemoryPluginOptions>(
  (app, { memory }, done) => {
    const count: preParsingHookHandler = (request, reply, payload, next) => {
      const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
      if (chunked === undefined && Number(length ?? 0) <= SMALL_BYTES) {
        next(null, payload);
        return;
      }
      const gate = memory.gate(reply);
      payload.once('error', (error: Error) => gate.destroy(error));
      // A refused body must be read all the same, or the client never reads the answer.
      gate.on('error', () => payload.resume());
      next(null, payload.pipe(gate));
    };
    app.addHook('onRoute', (route) => {
      if (route.config?.traffic === 'media' || isReading(route)) return;
      route.preParsing = [...[route.preParsing ?? []].flat(), count];
    });

    app.addHook('onSend', (_request, reply, payload, next) => {
      if ((typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length > SMALL_BYTES) {
        memory.addAnswer(reply, payload.length);
      }
      next(null, payload);
    });

    app.addHook('preClose', (closed) => {
      memory.close();
      closed();
    });
    done();
  },
  { name: 'tams-body-memory', fastify: '5.x' },
);
