import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';
import { isLoopback } from '../../shared/loopback.ts';

interface HostCheckOptions {
  /** Its host is taken too. */
  publicUrl: string | undefined;
}

/** A name, or an IPv6 address in brackets; the port does not matter. */
const HOST_NAME = /^(\[[^\]]*\]|[^:]*)(:\d*)?$/;

/**
 * Refuses requests for hosts other than this server. Without authentication, being on the same machine is enough to get
 * in, and a web page whose name resolves to here (DNS rebinding) would count as a page of this server.
 */
export const hostCheckPlugin = fp<HostCheckOptions>(
  (app, { publicUrl }, done) => {
    const ownName = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
    // A client keeps to one host, so this is mostly all that is compared.
    let lastTaken: string | undefined;
    app.addHook('onRequest', ({ headers: { host } }, _reply, next) => {
      // The header itself, and not a forwarded one: this is the one that no page can choose. Browsers always send it.
      if (host === lastTaken || host === undefined) {
        next();
        return;
      }
      const name = HOST_NAME.exec(host)?.[1]?.toLowerCase() ?? '';
      if (name !== ownName && !isLoopback(name)) {
        next(
          new AppError(
            'foreign_host',
            'Without authentication this server answers for localhost and the host of PUBLIC_URL only; set AUTH_MODE or PUBLIC_URL, or CORS_ORIGINS=* to let every web page in',
            { field: 'host' },
          ),
        );
        return;
      }
      lastTaken = host;
      next();
    });
    done();
  },
  { name: 'tams-host-check', fastify: '5.x', dependencies: ['tams-request-guard'] },
);
