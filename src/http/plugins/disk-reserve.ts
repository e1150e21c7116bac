import type { preHandlerHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { withReserve } from '../../operation/disk-reserve.ts';

/** Lets deletions use the reserve of the disk, and `read_only`, which may have to be taken off a flow first. */
export const diskReservePlugin = fp(
  (app, _options, done) => {
    app.addHook('onRoute', (route) => {
      if (![route.method].flat().includes('DELETE') && !route.url.endsWith('/read_only')) return;
      // After the body is read: its events do not keep the context.
      const use: preHandlerHookHandler = (_request, _reply, next) => withReserve(next);
      route.preHandler = [...[route.preHandler ?? []].flat(), use];
    });
    done();
  },
  { name: 'tams-disk-reserve', fastify: '5.x' },
);
