import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Siblings } from '../../operation/siblings.ts';
import type { RequestMetrics } from '../../operation/metrics/request-metrics.ts';
import { clientNetwork } from '../../shared/client-network.ts';
import { AppError } from '../../shared/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a public route counts all the same: what it serves is not for everybody. */
    limited?: boolean;
  }
}

interface RateLimitOptions {
  /** Requests of one client in each second. */
  perSecond: number;
  metrics: RequestMetrics;
  /** Counts over several processes; undefined where there is one. */
  counter?: Siblings['counter'];
}

/** Clients that are remembered within a second; of more than these, some are allowed too much. */
const CLIENTS_MAX = 10_000;

/** Refuses requests of a client that sends too many. A client is a principal, or a network where nobody signed in. */
export const rateLimitPlugin = fp<RateLimitOptions>(
  async (app, { perSecond, metrics, counter }) => {
    await app.register(rateLimit, {
      max: perSecond,
      timeWindow: 1000,
      cache: CLIENTS_MAX,
      ...(counter && { store: storeOver(counter) }),
      // After authentication, and before the body is read.
      hook: 'preParsing',
      keyGenerator: clientOf,
      // Public routes may know their principal all the same.
      allowList: ({ routeConfig: config, auth }) =>
        config?.access === 'public' && config.limited !== true && auth.name === 'anonymous',
      addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      addHeaders: {
        'x-ratelimit-limit': false,
        'x-ratelimit-remaining': false,
        'x-ratelimit-reset': false,
        'retry-after': true,
      },
      onExceeded: () => metrics.refused('rate_limit'),
      errorResponseBuilder: () =>
        new AppError('rate_limited', `One client may send ${perSecond} requests per second; go on in the next`),
    });
  },
  { name: 'tams-rate-limit', fastify: '5.x', dependencies: ['tams-authentication'] },
);

/** The library makes its store itself, one for all routes. */
const storeOver = (counter: NonNullable<Siblings['counter']>): FastifyRateLimitStoreCtor =>
  class {
    incr(key: string, done: Parameters<FastifyRateLimitStore['incr']>[1]): void {
      counter(key).then(
        ({ count, leftMs }) => done(null, { current: count, ttl: leftMs }),
        (error: unknown) => done(error as Error),
      );
    }

    child(): this {
      return this;
    }
  };

/** Names and addresses cannot be mistaken for each other. */
function clientOf({ auth, ip }: FastifyRequest): string {
  return auth.name === 'anonymous' ? `address ${clientNetwork(ip)}` : `principal ${auth.name}`;
}
