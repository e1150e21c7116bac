import fp from 'fastify-plugin';
import { type BodyMemory, SMALL_BYTES } from '../limits/body-memory.ts';

interface BodyMemoryPluginOptions {
  memory: BodyMemory;
}

/** Counts large bodies, of requests and of answers, but those that are streamed. */
export const bodyMemoryPlugin = fp<BodyMemoryPluginOptions>(
  (app, { memory }, done) => {
    app.addHook('preParsing', (request, reply, payload, next) => {
      const { traffic } = request.routeOptions.config;
      const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
      if (traffic === 'media' || (chunked === undefined && Number(length ?? 0) <= SMALL_BYTES)) {
        next(null, payload);
        return;
      }
      const gate = memory.gate(reply);
      payload.once('error', (error: Error) => gate.destroy(error));
      // A refused body must be read all the same, or the client never reads the answer.
      gate.on('error', () => payload.resume());
      next(null, payload.pipe(gate));
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

    app.addHook('onResponse', (_request, reply, next) => {
      memory.remove(reply);
      next();
    });
    done();
  },
  { name: 'tams-body-memory', fastify: '5.x' },
);
