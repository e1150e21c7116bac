import fp from 'fastify-plugin';

const SWEEP_MS = 100;

/**
 * Lets a stopping server end with its last request. Node closes idle connections once, when the stop begins; the
 * connection of a request that still ran then would keep the server up for as long as the client keeps it open.
 */
export const stoppingPlugin = fp(
  (app, _options, done) => {
    app.addHook('preClose', (closing) => {
      // `close` never fires on a server that never listened: the timer must not keep such a process alive.
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS).unref();
      app.server.once('close', () => clearInterval(sweep));
      closing();
    });
    done();
  },
  { name: 'tams-stopping', fastify: '5.x' },
);
