import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { fromJson, toJson } from '../../../shared/json-text.ts';
import { backoffMs } from '../../../shared/retry.ts';
import type { LoggedEvent } from '../event.ts';
import {
  type DeliveryAttempt,
  isFailing,
  type Registration,
  type WebhookFailure,
  type WebhookProgress,
} from '../webhook.ts';
import { matches } from './event-filter.ts';
import type { Outcome, WebhookSender } from './webhook-sender.ts';
import { wholeSeconds } from '../../../shared/time/shown-times.ts';
import { DeliveryProgress } from './delivery-progress.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { LogPages } from './log-pages.ts';
import type { DeliveryTurns } from './delivery-turns.ts';

/** Deliveries under way to one receiver at most, and connections to it. */
export const MAX_WIDTH = 16;
const BACKOFF = { baseMs: 1_000, maxMs: 300_000, jitter: 0.5 };
/** Interval of attempts at a failing receiver, unless events are given up sooner. */
const PROBE_MS = 900_000;
/** Before a longer pause the queue's memory is released. */
const LONG_PAUSE_MS = 10_000;
/**
 * After so many attempts an old event is given up, if the receiver takes others. After so many failures in a row a receiver
 * counts as held up, if its queue is full and more waits in the log.
 */
const ATTEMPTS_MIN = 5;
/** How long deliveries under way may go on when this process stops. */
const STOP_MS = 2_000;
/** Attempts that are kept for operators. */
const KEPT_ATTEMPTS = 20;
/** Pause before the log is read again after a failure. */
const READ_RETRY_MS = 1_000;

export interface ReceiverContext {
  readonly pages: LogPages;
  /** Shared by all receivers of the process. */
  readonly turns: DeliveryTurns;
  readonly sender: WebhookSender;
  readonly retryMaxMs: number;
  readonly logger: Logger;
  /** Whether this process is still the one that delivers to the receiver. */
  readonly isOurs: () => boolean;
  readonly body: (event: LoggedEvent, registration: Registration) => string;
  readonly onResult: (delivered: boolean) => void;
  /** Called when there is progress to store; `soon` if losing it would repeat a delivery. */
  readonly onProgress: (soon: boolean) => void;
}

/**
 * Delivers the log to one registration: in order within a flow or source, several of those side by side. Concurrency
 * begins with one delivery and grows with success, so that a receiver that hangs holds a single connection.
 */
export class Receiver {
  readonly #context: ReceiverContext;
  #registration: Registration;
  readonly #progress: DeliveryProgress;
  readonly #queue = new DeliveryQueue();
  /** The last position that was read into the queue. */
  #read: number;
  readonly #underWay = new Set<Promise<void>>();
  #width = 1;
  /** Failures in a row, of any flow. */
  #failures = 0;
  /** A time on the clock of `performance.now()`. */
  #resumeAt = 0;
  #troubledSinceMs: number | undefined;
  #failure: WebhookFailure | undefined;
  #heldUp: WebhookFailure | undefined;
  /** The latest first. */
  #attempts: readonly DeliveryAttempt[];
  #working = false;
  #workAgain = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #cutOff = new AbortController();

  constructor(registration: Registration, context: ReceiverContext) {
    this.#context = context;
    this.#registration = registration;
    this.#progress = new DeliveryProgress(registration);
    this.#read = this.#progress.position;
    this.#troubledSinceMs = registration.troubledSinceMs;
    this.#attempts = registration.attempts === undefined ? [] : fromJson(registration.attempts);
    if (isFailing(registration)) this.#failure = registration.failure;
    else this.#heldUp = registration.failure;
  }

  get identity(): string {
    return this.#registration.identity;
  }

  /** Whether it could deliver, had it anything to deliver. */
  get isIdle(): boolean {
    return !this.#working && this.#mayDeliver();
  }

  /** The progress to store. */
  progress(): WebhookProgress & Pick<Registration, 'identity' | 'revision'> {
    const { identity, revision } = this.#registration;
    const failure = this.#failure ?? this.#heldUp;
    return {
      identity,
      revision,
      position: this.#progress.position,
      done: this.#progress.done,
      ...(this.#troubledSinceMs !== undefined && { troubledSinceMs: this.#troubledSinceMs }),
      ...(failure && { failure }),
      ...(this.#attempts.length > 0 && { attempts: toJson(this.#attempts) }),
    };
  }

  /** Goes on with the registration as it is now; one that a client changed is tried at once. */
  update(registration: Registration): void {
    if (registration.revision === this.#registration.revision) return;
    this.#registration = registration;
    this.#forgetFailures();
    // It may have been disabled in between, and is not told of what happened until then.
    this.#progress.skipTo(registration.position);
    this.#queue.hurry();
    this.#context.onProgress(true);
    this.wake();
  }

  /** Looks for something to deliver. */
  wake(): void {
    if (this.#working) {
      this.#workAgain = true;
      return;
    }
    // The end of a delivery wakes it again.
    if (this.#underWay.size >= this.#width) return;
    this.#working = true;
    this.#workAgain = false;
    void this.#work();
  }

  /** Resolves when nothing is under way any more; with `atOnce` what is under way is cut off. */
  async stop({ atOnce = false } = {}): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const settled = Promise.all(this.#underWay);
    if (!atOnce) await Promise.race([settled, pause(STOP_MS, undefined, { signal: this.#cutOff.signal })]);
    this.#cutOff.abort();
    await settled;
    this.#context.sender.close();
  }

  async #work(): Promise<void> {
    try {
      while (this.#mayDeliver()) {
        const freshFirst = this.#failures > 0;
        if (freshFirst && !this.#queue.hasFresh && (await this.#readMore())) continue;
        const event = this.#queue.take(performance.now(), { freshFirst });
        if (event !== undefined) this.#begin(event);
        else if (!(await this.#readMore()) && !this.#wokenMeanwhile()) break;
      }
    } catch (error) {
      this.#context.logger.error({ err: error }, 'the event log could not be read; it is tried again');
      this.#resumeAt = performance.now() + READ_RETRY_MS;
    } finally {
      this.#working = false;
    }
    this.#wakeLater();
  }

  #wokenMeanwhile(): boolean {
    const woken = this.#workAgain;
    this.#workAgain = false;
    return woken;
  }

  #mayDeliver(): boolean {
    if (this.#stopped || this.#underWay.size >= this.#width || !this.#context.isOurs()) return false;
    return performance.now() >= this.#resumeAt;
  }

  #wakeLater(): void {
    clearTimeout(this.#timer);
    // If the lease is lost, the next round of the deliveries wakes it again, or stops it.
    if (this.#stopped || this.#underWay.size >= this.#width || !this.#context.isOurs()) return;
    const now = performance.now();
    const at = this.#resumeAt > now ? this.#resumeAt : this.#queue.nextRetryAt();
    if (at !== Infinity) this.#timer = setTimeout(() => this.wake(), Math.max(1, at - now));
  }

  /** Reads the next page of the log into the queue. Returns false where there is nothing more to read now. */
  async #readMore(): Promise<boolean> {
    const { pages, onProgress } = this.#context;
    if (pages.start > this.#read) {
      this.#progress.skipTo(pages.start);
      this.#read = pages.start;
    }
    const from = this.#progress.next(this.#read) - 1;
    this.#read = from;
    if (from >= pages.end || this.#queue.isFull) return false;
    const { events, upTo } = await pages.next(from);
    // The queue was emptied meanwhile: the page no longer follows the last read position.
    if (this.#read !== from) return true;
    const waiting = new Set<number>();
    for (const event of events) {
      if (event.position <= from || !this.#wants(event)) continue;
      waiting.add(event.position);
      this.#queue.add(event);
    }
    for (let position = from + 1; position <= upTo; position += 1) {
      if (!waiting.has(position)) this.#progress.add(position);
    }
    this.#read = upTo;
    onProgress(false);
    return true;
  }

  #wants(event: LoggedEvent): boolean {
    if (this.#progress.has(event.position)) return false;
    if (this.#failure !== undefined && this.#isOld(event)) return false;
    return matches(this.#registration, event.type, event.scope);
  }

  #isOld({ time }: LoggedEvent): boolean {
    return Date.now() - Date.parse(time) >= this.#context.retryMaxMs;
  }

  #begin(event: LoggedEvent): void {
    const delivery = this.#deliver(event).finally(() => {
      this.#underWay.delete(delivery);
      this.wake();
    });
    this.#underWay.add(delivery);
  }

  async #deliver(event: LoggedEvent): Promise<void> {
    await this.#context.turns.next({ unproven: this.#width === 1 });
    // Another process goes on with it.
    if (this.#stopped) return;
    // The registration may have been changed since the event was read.
    if (!this.#wants(event)) {
      this.#finish(event);
      return;
    }
    const [time, began] = [new Date().toISOString(), performance.now()];
    const { status, problem } = await this.#send(event);
    if (problem !== undefined && this.#cutOff.signal.aborted) return;
    const attempt: DeliveryAttempt = {
      event_id: event.id,
      event_type: event.type,
      time,
      duration_ms: Math.round(performance.now() - began),
      ...(status !== undefined && { status }),
      ...(problem !== undefined && { error: problem }),
    };
    this.#attempts = [attempt, ...this.#attempts].slice(0, KEPT_ATTEMPTS);
    if (problem === undefined) this.#succeeded(event);
    else this.#failed(event, problem);
  }

  async #send(event: LoggedEvent): Promise<Outcome> {
    const { webhook, apiKeyHeader } = this.#registration;
    let delivery;
    try {
      const body = this.#context.body(event, this.#registration);
      delivery = { url: new URL(webhook.url), eventId: event.id, body, apiKey: apiKeyHeader() };
    } catch (error) {
      this.#context.logger.error({ err: error, event: event.id }, 'a delivery could not be made');
      return { problem: 'the server could not make the delivery; see its log' };
    }
    return this.#context.sender.send(delivery, this.#cutOff.signal);
  }

  #finish(event: LoggedEvent): void {
    this.#queue.finish(event);
    this.#progress.add(event.position);
    this.#context.onProgress(true);
  }

  #succeeded(event: LoggedEvent): void {
    if (this.#failure !== undefined) this.#context.logger.info(this.#names(), 'a webhook works again');
    this.#width = Math.min(MAX_WIDTH, this.#width * 2);
    this.#forgetFailures();
    this.#context.onResult(true);
    this.#finish(event);
  }

  #forgetFailures(): void {
    this.#failures = 0;
    this.#resumeAt = 0;
    this.#troubledSinceMs = undefined;
    this.#failure = undefined;
    this.#heldUp = undefined;
  }

  #failed(event: LoggedEvent, reason: string): void {
    const { pages, retryMaxMs, onResult, onProgress, logger } = this.#context;
    const nowMs = Date.now();
    this.#width = 1;
    this.#failures += 1;
    const isFirst = this.#troubledSinceMs === undefined;
    this.#troubledSinceMs ??= nowMs;
    const isTooLong = nowMs - this.#troubledSinceMs >= retryMaxMs;
    if (isTooLong) {
      if (this.#failure === undefined) logger.warn({ ...this.#names(), reason }, 'a webhook is failing');
      const summary = `nothing could be delivered since ${new Date(this.#troubledSinceMs).toISOString()}: ${reason}`;
      this.#failure = { type: 'webhook_failing', summary, time: wholeSeconds(new Date(nowMs).toISOString()) };
    }
    const pauseMs = isTooLong ? Math.min(PROBE_MS, retryMaxMs) : backoffMs(this.#failures, BACKOFF);
    this.#resumeAt = performance.now() + pauseMs;
    const attempts = this.#queue.postpone(event, (count) => backoffMs(count, BACKOFF));
    onResult(false);
    const isHeldUp = this.#failures >= ATTEMPTS_MIN && this.#queue.isFull && this.#read < pages.end;
    if (isHeldUp) {
      const summary = `as much waits as is kept for one webhook, and the receiver takes none of it: ${reason}`;
      this.#heldUp = { type: 'webhook_held_up', summary, time: wholeSeconds(new Date(nowMs).toISOString()) };
    }
    onProgress(isFirst || isTooLong || isHeldUp);
    if (this.#isOld(event) && (isTooLong || attempts >= ATTEMPTS_MIN)) {
      logger.warn({ ...this.#names(), event: event.id, reason }, 'an event was given up');
      this.#finish(event);
    }
    if (pauseMs > LONG_PAUSE_MS && this.#underWay.size === 1) this.#forgetWhatWaits();
  }

  /** It is read again after the pause. Only where nothing but the delivery that failed is under way. */
  #forgetWhatWaits(): void {
    this.#queue.forget();
    this.#read = this.#progress.position;
  }

  /** For the log; the rest of the URL may hold a secret. */
  #names(): { webhook: string; receiver: string } {
    return { webhook: this.#registration.identity, receiver: new URL(this.#registration.webhook.url).host };
  }
}
