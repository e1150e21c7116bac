import type { Subscriber } from '../../tams/subscribers.ts';
import { AppError } from '../../shared/errors.ts';
import { LIMITS } from './playback-settings.ts';

/** How often a flow is looked at, for what other processes write. */
const LOOK_MS = 200;
/** How often it is looked at once this process is about to change it, and for how long. */
const SOON_MS = 5;
const SOON_FOR_MS = 500;

interface Waiting {
  /** Those of the segments that the request knows. */
  readonly version: bigint;
  readonly resolve: () => void;
}

interface Watch {
  readonly waiting: Set<Waiting>;
  soonUntil: number;
  timer: NodeJS.Timeout | undefined;
  looking: boolean;
}

/** Requests that wait for flows to change. Those that wait for one flow share one look at its row. */
export class FlowChanges {
  readonly #versionOf: (flowId: string) => Promise<bigint | undefined>;
  readonly #watches = new Map<string, Watch>();
  #count = 0;
  #isStopped = false;

  constructor(versionOf: (flowId: string) => Promise<bigint | undefined>) {
    this.#versionOf = versionOf;
  }

  /** Requests that wait now. */
  get count(): number {
    return this.#count;
  }

  /** Whether the server stops: nothing waits any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Ends all waits. */
  stop(): void {
    this.#isStopped = true;
    for (const { waiting, timer } of this.#watches.values()) {
      clearTimeout(timer);
      for (const { resolve } of waiting) resolve();
      waiting.clear();
    }
    this.#watches.clear();
  }

  /** It is told of registrations before they are committed. */
  readonly subscriber: Subscriber = {
    segmentsRegistered: (_rows, { id }) => {
      const watch = this.#watches.get(id);
      if (watch !== undefined) {
        watch.soonUntil = performance.now() + SOON_FOR_MS;
        this.#schedule(id, watch, SOON_MS);
      }
      return Promise.resolve();
    },
  };

  /**
   * Resolves when the flow's segments have another version than this one, or when the signal aborts.
   *
   * @throws AppError overloaded where too many wait already
   */
  async wait(flowId: string, version: bigint, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isStopped) return;
    if (this.#count >= LIMITS.waiting) {
      throw new AppError('overloaded', 'too many players wait for changes; ask without _HLS_msn', { retryAfterS: 1 });
    }
    const watch = this.#watches.get(flowId) ?? { waiting: new Set(), soonUntil: 0, timer: undefined, looking: false };
    this.#watches.set(flowId, watch);
    this.#count++;
    await new Promise<void>((resolve) => {
      const waiting = { version, resolve };
      watch.waiting.add(waiting);
      signal.addEventListener('abort', () => {
        watch.waiting.delete(waiting);
        resolve();
      });
      // It may have changed since the version was read.
      this.#schedule(flowId, watch, 0);
    });
    this.#count--;
  }

  #schedule(flowId: string, watch: Watch, inMs: number): void {
    if (watch.looking) return;
    clearTimeout(watch.timer);
    watch.timer = setTimeout(() => void this.#look(flowId, watch), inMs);
  }

  async #look(flowId: string, watch: Watch): Promise<void> {
    watch.looking = true;
    // Tables that cannot be read now are no change; a request that waits has a limit.
    const version = await this.#versionOf(flowId).catch(() => 'unknown' as const);
    watch.looking = false;
    for (const waiting of watch.waiting) {
      if (version === 'unknown' || waiting.version === version) continue;
      watch.waiting.delete(waiting);
      waiting.resolve();
      watch.soonUntil = 0;
    }
    if (watch.waiting.size === 0) this.#watches.delete(flowId);
    else this.#schedule(flowId, watch, performance.now() < watch.soonUntil ? SOON_MS : LOOK_MS);
  }
}
