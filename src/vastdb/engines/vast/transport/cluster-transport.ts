import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../../../shared/retry.ts';
import type { Balancing } from '../../../cluster/balancing.ts';
import { EndpointManager } from '../../../cluster/endpoint-manager.ts';
import type { Endpoint, EndpointOptions } from '../../../cluster/endpoint.ts';
import { LoadBalancer, type RequestKind } from '../../../cluster/load-balancer.ts';
import { TableError } from '../../../table-error.ts';
import { answerBody, wholeBody } from './answer-body.ts';
import { errorOfAnswer, isFaultStatus, isSlowDown } from './error-answer.ts';
import { type Deadlines, HttpSender } from './http-sender.ts';
import { requestTarget, type RequestTarget } from './request-target.ts';
import { Signer } from './signer.ts';
import { VastError } from './vast-error.ts';
import type { VastRequest, VastResponse } from './vast-request.ts';

export interface ClusterTransportOptions {
  /** Origins of the endpoints: scheme, host and port. */
  readonly endpoints: readonly string[];
  readonly accessKey: string;
  readonly secretKey: string;
  readonly balancing?: Balancing | undefined;
  readonly endpointOptions?: Partial<EndpointOptions>;
  /** Changes of the limits, for all kinds of requests. */
  readonly limits?: Partial<Limits>;
}

/** Limits of one request. */
export interface Limits extends Deadlines {
  /** Total time with repetitions until an answer begins. */
  readonly budgetMs: number;
  readonly attempts: number;
}

const LIMITS: Readonly<Record<RequestKind, Limits>> = {
  read: { connectMs: 2000, silenceMs: 4000, wholeMs: 60_000, budgetMs: 10_000, attempts: 10 },
  write: { connectMs: 2000, silenceMs: 6000, wholeMs: 60_000, budgetMs: 12_000, attempts: 10 },
  analytics: { connectMs: 2000, silenceMs: 60_000, wholeMs: 900_000, budgetMs: 120_000, attempts: 10 },
};

/** For small requests that somebody waits for while a cluster may be hung: probes, and the end of a transaction. */
const QUICK: Limits = { connectMs: 1000, silenceMs: 2000, wholeMs: 2000, budgetMs: 4000, attempts: 10 };

const BACKOFF = { baseMs: 25, maxMs: 2000 };
/** A repetition with less time than this is not begun: its endpoint would be blamed for our haste. */
const LEAST_MS = 100;
/** Broken connections that a request survives, besides one for each endpoint. */
const MORE_FAULTS = 2;
/** Answers of a known length up to this are read at once, so that one that breaks off can be asked for again. */
const READ_AT_ONCE_BYTES = 65_536;
const API_VERSION = '1';
const CLIENT_NAME = 'vast-tams';

/**
 * Sends requests to a cluster: balanced over its endpoints, retried where that is safe. Each try is signed for its endpoint,
 * and bounded in time.
 */
export class ClusterTransport {
  /** Endpoints can be added and removed at run time. */
  readonly endpoints: EndpointManager;
  readonly #balancer: LoadBalancer;
  readonly #sender = new HttpSender();
  readonly #signer: Signer;
  readonly #limits: Readonly<Record<RequestKind, Limits>>;
  readonly #quickLimits: Limits;
  #isClosed = false;

  constructor(options: ClusterTransportOptions) {
    const { limits } = options;
    this.#limits = {
      read: { ...LIMITS.read, ...limits },
      write: { ...LIMITS.write, ...limits },
      analytics: { ...LIMITS.analytics, ...limits },
    };
    this.#quickLimits = { ...QUICK, ...limits };
    this.#signer = new Signer(options.accessKey, options.secretKey);
    this.endpoints = new EndpointManager(options.endpoints, options.endpointOptions);
    this.#balancer = new LoadBalancer(this.endpoints, {
      balancing: options.balancing,
      probe: (endpoint) => this.#probe(endpoint),
    });
  }

  /**
   * @returns the answer, of status 200 always, but for the handshake and the bucket check, whose
   * answers come back whatever their status.
   * @throws VastError for every other status and for connections that fail; TableError `unavailable`
   * when no endpoint answers.
   */
  async request(request: VastRequest): Promise<VastResponse> {
    const { signal } = request;
    const limits = request.isQuick === true ? this.#quickLimits : this.#limits[request.kind];
    const target = requestTarget(request.path, request.query);
    const deadline = performance.now() + limits.budgetMs;
    const tried = new Set<Endpoint>();
    let faults = 0;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      if (this.#isClosed) throw new TableError('unavailable', 'The connections to the cluster are closed.');
      const endpoint = this.#balancer.choose(request.kind, tried) ?? (await this.#balancer.chooseProbed(request.kind));
      const headMs = Math.max(1, Math.min(limits.silenceMs, deadline - performance.now()));
      try {
        return await this.#attempt(endpoint, request, target, { ...limits, headMs });
      } catch (error) {
        if (attempt >= limits.attempts || !mayRepeat(request, error)) throw error;
        if (!isSlowDown(error)) {
          // Every endpoint had its chance: the client must wait.
          faults += 1;
          if (faults >= this.endpoints.count + MORE_FAULTS) throw error;
          const isFirst = !tried.has(endpoint);
          tried.add(endpoint);
          if (isFirst && this.#isAnotherLeft(tried)) continue;
        }
        const pause = backoffMs(attempt, BACKOFF);
        if (performance.now() + pause + LEAST_MS >= deadline) throw error;
        // An abort ends the wait with an error of the timer's; the loop throws the signal's own.
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Aborts running requests. */
  close(): void {
    this.#isClosed = true;
    this.#sender.close();
  }

  #isAnotherLeft(tried: ReadonlySet<Endpoint>): boolean {
    return this.endpoints.healthy().some((endpoint) => !tried.has(endpoint));
  }

  async #attempt(
    endpoint: Endpoint,
    request: VastRequest,
    target: RequestTarget,
    limits: Deadlines & { readonly headMs: number },
  ): Promise<VastResponse> {
    const { method, signal } = request;
    const use = endpoint.use();
    const startedAt = performance.now();
    const name = `${method} ${target.path}`;
    try {
      const signed = this.#sign(endpoint, request, target);
      const untilHead = { ...limits, silenceMs: limits.headMs };
      const message = await this.#sender.send(new URL(endpoint.url), signed, untilHead, signal);
      message.once('close', () => {
        use.end();
      });
      use.began();
      const status = message.statusCode ?? 0;
      const body = answerBody(message, {
        target: name,
        deadlines: limits,
        startedAt,
        signal,
        onFault: () => {
          use.failed();
        },
        onEnd: () => {
          if (status === 200) use.answered();
        },
      });
      if (status !== 200) {
        const error = errorOfAnswer(name, status, (await wholeBody(body)).toString('utf8'));
        const isWanted = request.transactionId === undefined && !isEndpointFault(error) && !isSlowDown(error);
        if (!isWanted) throw error;
        use.answered();
      }
      return await responseOf(message, method, body);
    } catch (error) {
      if (isEndpointFault(error)) use.failed();
      else if (error instanceof VastError) use.answered();
      use.end();
      throw error;
    }
  }

  #sign(endpoint: Endpoint, request: VastRequest, target: RequestTarget) {
    const { method, body, transactionId } = request;
    const { host } = new URL(endpoint.url);
    const headers: Record<string, string> = { ...request.headers };
    if (transactionId !== undefined) {
      headers['tabular-txid'] = transactionId;
      headers['tabular-api-version-id'] = API_VERSION;
      headers['tabular-client-name'] = CLIENT_NAME;
    }
    if (body !== undefined || (method !== 'GET' && method !== 'HEAD')) {
      headers['content-length'] = String(body?.length ?? 0);
    }
    return {
      method,
      path: target.path,
      headers: { ...headers, ...this.#signer.sign(host, method, target, body) },
      body,
    };
  }

  /** Any answer shows that an endpoint is there again; whether the keys are right is not its fault. */
  async #probe(endpoint: Endpoint): Promise<void> {
    const request: VastRequest = { method: 'GET', path: [], query: { transaction: null }, kind: 'read' };
    try {
      const limits = { ...this.#quickLimits, headMs: this.#quickLimits.silenceMs };
      const answer = await this.#attempt(endpoint, request, requestTarget([], request.query), limits);
      await answer.buffer();
    } catch {
      // The endpoint has recorded it: its next try waits longer.
    }
  }
}

async function responseOf(
  message: IncomingMessage,
  method: string,
  body: AsyncGenerator<Buffer>,
): Promise<VastResponse> {
  const length = message.headers['content-length'];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const status = message.statusCode ?? 0;
  const isShort =
    method === 'HEAD' || message.complete || (length !== undefined && Number(length) <= READ_AT_ONCE_BYTES);
  if (!isShort) return { status, headers, body, buffer: () => wholeBody(body) };
  const whole = await wholeBody(body);
  return { status, headers, body: once(whole), buffer: async () => whole };
}

async function* once(whole: Buffer): AsyncGenerator<Buffer> {
  if (whole.length > 0) yield whole;
}

/**
 * Whether a request may be sent again after this error. A cluster that asks for fewer requests has
 * not begun this one, so any request may. After a failed connection only those may that were never
 * sent, or that can be done twice: a lost insert that is repeated blindly may be there twice.
 */
function mayRepeat(request: VastRequest, error: unknown): error is VastError {
  if (!(error instanceof VastError)) return false;
  if (isSlowDown(error)) return true;
  if (error.status === undefined) return !error.mayBeDone || isRepeatable(request);
  return isFaultStatus(error.status, error.code) && isRepeatable(request);
}

/** Whether the error says that its endpoint is of no use at the moment. */
function isEndpointFault(error: unknown): error is VastError {
  return error instanceof VastError && (error.status === undefined || isFaultStatus(error.status, error.code));
}

const isRepeatable = ({ method, repeatable }: VastRequest): boolean =>
  repeatable === true || method === 'GET' || method === 'HEAD';
