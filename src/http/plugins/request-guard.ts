import { promisify } from 'node:util';
import type { Server } from 'node:http';
import fp from 'fastify-plugin';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { RequestMetrics, RouteMetrics } from '../../operation/metrics/request-metrics.ts';
import { AppError } from '../../shared/errors.ts';
import { errorBody } from '../error-handler.ts';
import type { BodyMemory } from '../limits/body-memory.ts';
import { LoadGate } from '../limits/load-gate.ts';
import { RunningRequests } from '../limits/running-requests.ts';
import { sendJson } from '../send-json.ts';

/** Limits that apply to a route: those of requests, those of media transfers, or none, for probes and metrics. */
export type Traffic = 'request' | 'media' | 'probe';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Left out, it is `request`. */
    traffic?: Traffic;
    /** Statistics of the route's methods; only the guard uses them. */
    routeMetrics?: readonly RouteMetrics[];
  }
  interface FastifyRequest {
    /** The route's own: `routeOptions` makes a new object each time. Undefined where the guard was not reached. */
    routeConfig: FastifyContextConfig | undefined;
  }
}

export interface RequestLimits {
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** How long a transfer of media may all but stand still. */
  readonly stallTimeoutMs: number;
  readonly maxConnections: number;
  /** Requests that are worked on at once. */
  readonly inFlightMax: number;
  /** Memory for large bodies, of requests and answers, over all connections. */
  readonly bodiesMaxBytes: number;
  /** How long a turn of the event loop may take for a while before requests are refused; 0: any time. */
  readonly overloadDelayMs: number;
}

interface RequestGuardOptions {
  limits: RequestLimits;
  metrics: RequestMetrics;
  bodies: Pick<BodyMemory, 'bytes' | 'remove'>;
  /** Whether the server is stopping: connections end with their next answer then. */
  isStopping: () => boolean;
}

/** For requests whose path or method leads nowhere. */
const UNMATCHED = 'unmatched';
const RETRY_AFTER_S = 1;

/**
 * Stands before everything that costs something: counts and times requests, refuses those that are too many, and gives up
 * those that take too long. One pair of hooks does it all, since every request pays for them.
 */
export const requestGuardPlugin = fp<RequestGuardOptions>(
  (app, { limits, metrics, bodies, isStopping }, done) => {
    const gate = new LoadGate(limits.overloadDelayMs, (overloaded) => {
      if (overloaded) app.log.warn('there is more to do than can be done in time; requests are refused');
      else app.log.info('all requests are taken again');
    });
    const refusals = new Refusals(limits.maxConnections, () => metrics.cutOff('refusals_waiting'));
    const running = new RunningRequests({
      ...limits,
      onTimeout: (reply) => {
        metrics.refused('timeout');
        giveUp(reply);
      },
      onCutOff: (reason) => metrics.cutOff(reason),
      onAborted: () => metrics.aborted(),
    });
    const unmatched = new Map<string, RouteMetrics>();

    const metricsOf = (request: FastifyRequest): RouteMetrics => {
      const { method, routeConfig = request.routeOptions.config } = request;
      for (const each of routeConfig.routeMetrics ?? []) if (each.method === method) return each;
      const known = unmatched.get(method);
      if (known !== undefined) return known;
      // Methods are those that Node's parser knows, so there is an end to them.
      const fresh = metrics.route(method, UNMATCHED);
      unmatched.set(method, fresh);
      return fresh;
    };

    metrics.watch({
      inFlight: () => running.count,
      transfers: () => running.transfers,
      bodies: () => bodies.bytes,
      connections: () => promisify(app.server.getConnections.bind(app.server))(),
      overloaded: () => gate.overloaded,
    });

    app.addHook('onRoute', (route: RouteOptions) => {
      const routeMetrics = [route.method].flat().map((method) => metrics.route(method, route.url));
      route.config = { ...route.config, routeMetrics };
    });

    app.decorateRequest('routeConfig', undefined);
    app.addHook('onRequest', (request, reply, next) => {
      const { config } = request.routeOptions;
      request.routeConfig = config;
      const { traffic } = config;
      if (isStopping()) reply.header('connection', 'close');
      if (request.url.includes('#')) {
        // The router would read what follows as a query, where caches, proxies and logs see none (RFC 9112, 3.2).
        next(new AppError('invalid_request', 'The request target must not have a #; encode it as %23'));
        return;
      }
      if (!request.url.startsWith('/') && request.method !== 'OPTIONS') {
        next(new AppError('invalid_request', 'The request target must be a path or an absolute URL of this server'));
        return;
      }
      if (traffic === 'probe') {
        next();
        return;
      }
      const now = performance.now();
      if (!gate.admits(now)) {
        metrics.refused('overload');
        refusals.refuse(reply);
      } else if (traffic === 'media') {
        running.addTransfer(reply, now);
        next();
      } else if (running.hasRoom(now)) {
        running.add(reply, now);
        next();
      } else {
        metrics.refused('in_flight');
        refusals.refuse(reply);
      }
    });

    app.addHook('onResponse', (request, reply, next) => {
      running.remove(reply);
      bodies.remove(reply);
      metricsOf(request).record(reply.statusCode, reply.elapsedTime);
      next();
    });

    closeInStages(app.server, limits.headersTimeoutMs, () => metrics.cutOff('slow_request'));
    app.server.headersTimeout = limits.headersTimeoutMs;
    app.server.maxConnections = limits.maxConnections;
    app.server.on('drop', () => metrics.cutOff('max_connections'));
    done();
  },
  { name: 'tams-request-guard', fastify: '5.x', dependencies: ['tams-request-id'] },
);

/** Answers a request whose time is up. Its handler still runs to its end, and finds that the answer was sent. */
function giveUp(reply: FastifyReply): void {
  const { request } = reply;
  // The framework warns of a second answer, which is no news here, with the whole URL and what is secret in it.
  reply.log = Object.assign(Object.create(request.log) as FastifyBaseLogger, { warn: () => undefined });
  const { id: requestId, traceId, method } = request;
  const route = request.routeOptions.url;
  if (!request.raw.complete) {
    void reply.code(408).header('connection', 'close');
    sendJson(reply, errorBody('request_too_slow', 'The body did not arrive in time', request));
    return;
  }
  request.log.warn({ requestId, traceId, method, route }, 'a request took too long and was given up');
  void reply.code(503).header('retry-after', RETRY_AFTER_S);
  sendJson(reply, errorBody('deadline_exceeded', 'The request took too long; it may have been done', request));
}

/**
 * Closes connections in stages (RFC 9112, 9.6). This server ends its own side first. A client that still sends its body
 * can then read the answer, and closes. If the socket were closed at once, TCP would reset the connection at the next bytes
 * of the client, which would lose the answer. A client that does not close within `patienceMs` is cut off.
 */
function closeInStages(server: Server, patienceMs: number, onCutOff: () => void): void {
  server.on('connection', (socket) => {
    // Node calls it after the last answer of a connection.
    socket.destroySoon = () => {
      socket.end();
      const timer = setTimeout(() => {
        onCutOff();
        socket.destroy();
      }, patienceMs).unref();
      socket.once('close', () => clearTimeout(timer));
    };
  });
}

/** Refusals sent per beat; the rest waits. */
const PER_BEAT = 50;
const BEAT_MS = 20;

/**
 * Tells clients to come back later, at a bounded pace. A refusal costs as much as a short answer, and a client that
 * is refused at once asks again at once: without the pace, refusals would be the overload.
 */
class Refusals {
  readonly #waitingMax: number;
  readonly #onDropped: () => void;
  #waiting: FastifyReply[] = [];
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Above `waitingMax`, connections are closed without an answer, and `onDropped` is called. */
  constructor(waitingMax: number, onDropped: () => void) {
    this.#waitingMax = waitingMax;
    this.#onDropped = onDropped;
  }

  refuse(reply: FastifyReply): void {
    if (this.#timer === undefined) this.#timer = setTimeout(this.#beat, BEAT_MS);
    if (this.#sent < PER_BEAT) this.#send(reply);
    else if (this.#waiting.length < this.#waitingMax) this.#waiting.push(reply);
    else {
      this.#onDropped();
      reply.request.raw.socket.destroy();
    }
  }

  readonly #beat = (): void => {
    this.#timer = undefined;
    this.#sent = 0;
    for (const reply of this.#waiting.splice(0, PER_BEAT)) this.#send(reply);
    // The next beat allows as many again.
    if (this.#sent > 0) this.#timer = setTimeout(this.#beat, BEAT_MS);
  };

  #send(reply: FastifyReply): void {
    this.#sent++;
    if (reply.request.raw.socket.destroyed) return;
    void reply.code(503).header('retry-after', RETRY_AFTER_S);
    sendJson(
      reply,
      errorBody('overloaded', 'There is more to do than this server can; try again later', reply.request),
    );
  }
}
