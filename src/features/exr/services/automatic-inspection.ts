import pLimit from 'p-limit';
import type { ExrFailure } from '../rules/exr-file.ts';
import { refOfObject } from '../rules/exr-file-id.ts';
import type { ExrFiles } from '../rules/exr-files.ts';
import { type InspectionQueueReader, inspectionsOf } from '../repositories/inspection-queue-repository.ts';
import type { QueuedInspection } from '../rules/inspection-queue.ts';
import type { Store, StoreTransaction } from '../../../tams/store.ts';
import type { ExrInspection, ExrVectors } from '../rules/inspection.ts';
import { backoffMs } from '../../../shared/backoff.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ExrInspector } from './exr-inspector.ts';
import type { ExrPlaces } from './exr-places.ts';

/** Objects of a round, by outcome. */
export interface InspectionRound {
  readonly inspected: number;
  /** Recorded as failed permanently. */
  readonly failed: number;
  /** To be tried again. */
  readonly postponed: number;
  /** Errors of the failed and postponed ones; a defect of this server keeps its own error. */
  readonly failures: readonly { readonly objectId: string; readonly error: unknown }[];
  /** Whether more may be due. */
  readonly more: boolean;
}

const ENTRIES_PER_ROUND = 10;
const AT_ONCE = 4;
/** Attempts, over about three quarters of an hour; after the last, the failure is recorded with the file. */
const ATTEMPTS = 10;
const BACKOFF = { baseMs: 5_000, maxMs: 600_000, jitter: 0 };

/** `left`: not started, since the process stops. */
type Ending = 'inspected' | 'failed' | 'postponed' | 'gone' | 'left';

interface Outcome {
  readonly objectId: string;
  readonly ending: Ending;
  readonly error?: unknown;
}

/**
 * Inspects the objects of the queue. An entry is deleted when all of its objects are done, so another process repeats
 * an entry that was left unfinished. A second inspection of an object changes nothing.
 */
export class AutomaticInspection {
  readonly #store: Store;
  readonly #queue: InspectionQueueReader;
  readonly #places: ExrPlaces;
  readonly #inspector: ExrInspector;
  readonly #files: ExrFiles<ExrInspection, ExrVectors>;
  readonly #counts = { inspected: 0, failed: 0 };

  /** Over the whole store: objects are inspected whoever may see them. */
  constructor(
    store: Store,
    queue: InspectionQueueReader,
    places: ExrPlaces,
    inspector: ExrInspector,
    files: ExrFiles<ExrInspection, ExrVectors>,
  ) {
    this.#store = store;
    this.#queue = queue;
    this.#places = places;
    this.#inspector = inspector;
    this.#files = files;
  }

  /** Objects that this process inspected or gave up since its start. */
  get counts(): { readonly inspected: number; readonly failed: number } {
    return { ...this.#counts };
  }

  isDue(): Promise<boolean> {
    return this.#queue.hasDue(Date.now());
  }

  /** `mustBeOurs` throws if another process inspects by now. `signal` ends the round before its next object. */
  async runDue(mustBeOurs: (tx: StoreTransaction) => Promise<void>, signal?: AbortSignal): Promise<InspectionRound> {
    const entries = await this.#store.transaction(
      async (tx) => {
        await mustBeOurs(tx);
        return inspectionsOf(tx).due(Date.now(), ENTRIES_PER_ROUND);
      },
      { background: true },
    );
    const done: Outcome[] = [];
    for (const entry of entries) {
      const outcomes = await this.#inspectAll(entry, signal);
      if (outcomes.some(({ ending }) => ending === 'left')) break;
      const postponed = outcomes.filter(({ ending }) => ending === 'postponed').map(({ objectId }) => objectId);
      await this.#store.transaction(
        async (tx) => {
          await mustBeOurs(tx);
          await inspectionsOf(tx).remove([entry.id]);
          const dueMs = Date.now() + backoffMs(entry.attempt + 1, BACKOFF);
          await inspectionsOf(tx).add(postponed, dueMs, entry.attempt + 1);
        },
        { background: true },
      );
      done.push(...outcomes);
    }
    const count = (ending: Ending): number => done.filter((each) => each.ending === ending).length;
    const round = { inspected: count('inspected'), failed: count('failed'), postponed: count('postponed') };
    this.#counts.inspected += round.inspected;
    this.#counts.failed += round.failed;
    const failures = done.flatMap(({ objectId, error }) => (error === undefined ? [] : [{ objectId, error }]));
    return { ...round, failures, more: entries.length === ENTRIES_PER_ROUND };
  }

  #inspectAll({ objectIds, attempt }: QueuedInspection, signal: AbortSignal | undefined): Promise<Outcome[]> {
    const limit = pLimit(AT_ONCE);
    const inspect = (objectId: string): Promise<Outcome> | Outcome =>
      signal?.aborted === true ? { objectId, ending: 'left' } : this.#inspect(objectId, attempt + 1 >= ATTEMPTS);
    return Promise.all(objectIds.map((id) => limit(() => inspect(id))));
  }

  async #inspect(objectId: string, isLast: boolean): Promise<Outcome> {
    if ((await this.#store.objects.find(objectId)) === undefined) return { objectId, ending: 'gone' };
    try {
      await this.#inspector.inspect(await this.#places.ofObject(objectId));
      return { objectId, ending: 'inspected' };
    } catch (error) {
      const isFinal = error instanceof AppError && error.code === 'invalid_exr';
      if (!isFinal && !isLast) return { objectId, ending: 'postponed', error };
      await this.#files.saveFailure(refOfObject(objectId), failureOf(error), Date.now());
      return { objectId, ending: 'failed', error };
    }
  }
}

function failureOf(error: unknown): ExrFailure {
  const time = new Date().toISOString();
  if (error instanceof AppError) return { type: error.code, message: error.message, time };
  return { type: 'internal_error', message: 'The server failed to inspect it.', time };
}
