import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { BaselineBodies } from './baseline-server.ts';

/*
 * Bare Fastify routes that do nothing but answer: what the server's own answers are compared with. The texts of the
 * answers come from the parent process.
 */
const timestamp = '-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8})';
const segment = {
  type: 'object',
  required: ['object_id', 'timerange'],
  properties: {
    object_id: { type: 'string', minLength: 1 },
    timerange: { type: 'string', pattern: `^[[(]?(${timestamp})?(_(${timestamp})?)?[\\])]?$` },
    ts_offset: { type: 'string', pattern: `^${timestamp}$` },
    sample_offset: { type: 'integer' },
    sample_count: { type: 'integer' },
    key_frame_count: { type: 'integer' },
  },
};

async function listen({ flow, segments }: BaselineBodies): Promise<string> {
  const app = Fastify({ logger: false });
  app.get('/flows/:flowId', (_request, reply) => {
    void reply.type('application/json; charset=utf-8').send(flow);
  });
  app.get('/flows/:flowId/segments', (_request, reply) => {
    void reply.type('application/json; charset=utf-8').send(segments);
  });
  app.post('/flows/:flowId/segments', { schema: { body: segment } }, (_request, reply) => {
    void reply.code(201).send();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

process.once('message', (bodies: BaselineBodies) => {
  void listen(bodies).then((baseUrl) => process.send?.(baseUrl));
});

// Whoever asks is gone: there is nothing left to do.
process.once('disconnect', () => process.exit());
