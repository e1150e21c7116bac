import fp from 'fastify-plugin';
import { withReserve } from '../../operation/disk-reserve.ts';

/** Lets deletions use the reserve of the disk, and `read_only`, which may have to be taken off a flow first. */
export const diskReservePlugin = fp(
  (app, _options, done) => {
    // After the body is read: its events do not keep the context.
    app.addHook('preHandler', ({ method, routeOptions: { url } }, _reply, next) => {
      if (method === 'DELETE' || url?.endsWith('/read_only') === true) withReserve(next);
      else next();
    });
    done();
  },
  { name: 'tams-disk-reserve', fastify: '5.x' },
);
