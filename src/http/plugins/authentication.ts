import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Principal, Scope } from '../../shared/principal.ts';
import { ANYBODY, NOBODY } from '../../shared/principal.ts';
import type { Authentication } from '../access-check.ts';
import { AccessCheck } from '../access-check.ts';

/** The scope that a route requires of its caller, or none. */
export type RequiredScope = Scope | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Left out, it is `admin`: a route that somebody forgot is closed. */
    access?: RequiredScope;
    /** Whether the audit log tells of it although it does not need `admin`. */
    audited?: boolean;
  }
  interface FastifyRequest {
    /** The maker of the request, and what it may do. */
    auth: Principal;
    /** The scope that the route requires. */
    scope: Scope;
    /** The name of `auth`, as `created_by` and `updated_by` have it. */
    readonly principal: string;
  }
}

interface AuthenticationOptions {
  /** Undefined: everybody may do everything. */
  authentication: Authentication | undefined;
  /** Paths that are public with all that lies below them. */
  publicPaths: readonly string[];
}

const CARRIED = Symbol('auth');

interface Carrier {
  [CARRIED]?: Principal;
}

/**
 * Puts a check on every route that is registered after it, unless the route is public; without
 * authentication on none. The check comes after the hooks of all routes, so that answers to refused
 * requests have the headers that browsers need, and before the body is read.
 */
export const authenticationPlugin = fp<AuthenticationOptions>(
  (app, { authentication, publicPaths }, done) => {
    const nobody = authentication === undefined ? ANYBODY : NOBODY;
    app.decorateRequest('auth', {
      getter(this: FastifyRequest & Carrier) {
        return this[CARRIED] ?? nobody;
      },
      setter(this: FastifyRequest & Carrier, principal: Principal) {
        this[CARRIED] = principal;
      },
    });
    app.decorateRequest('scope', 'read');
    app.decorateRequest('principal', {
      getter(this: FastifyRequest) {
        return this.auth.name;
      },
    });
    if (authentication !== undefined) {
      app.addHook('onRoute', (route) => {
        const access = route.config?.access ?? (isBelow(publicPaths, route.url) ? 'public' : 'admin');
        if (access === 'public') return;
        const { check } = new AccessCheck(authentication, access);
        route.onRequest = [...[route.onRequest ?? []].flat(), check];
        const reads = [route.method].flat().every((method) => method === 'GET' || method === 'HEAD');
        if ((access !== 'admin' && route.config?.audited !== true) || reads) return;
        route.onResponse = [...[route.onResponse ?? []].flat(), recordAct(authentication, route.url)];
      });
    }
    done();
  },
  { name: 'tams-authentication', fastify: '5.x', dependencies: ['tams-cors'] },
);

function isBelow(paths: readonly string[], url: string): boolean {
  return paths.some((path) => url === path || url.startsWith(`${path}/`));
}

/** Changes that need admin, and the like, go to the audit log when they are done. */
function recordAct({ audit }: Authentication, url: string) {
  return (request: FastifyRequest, reply: FastifyReply, next: () => void): void => {
    if (reply.statusCode < 400) {
      const { auth, ip: address, id: requestId, method } = request;
      const action = `${method} ${url}`;
      audit.record({ event: 'administration', principal: auth.name, action, address, requestId });
    }
    next();
  };
}
