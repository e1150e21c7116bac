import pLimit from 'p-limit';
import type { ExrFailure, ExrFileRef } from '../rules/exr-file.ts';
import type { ExrFiles } from '../rules/exr-files.ts';
import { type InspectionQueueReader, inspectionsOf } from '../repositories/inspection-queue-repository.ts';
import type { QueuedInspection } from '../rules/inspection-queue.ts';
import type { Store, StoreTransaction } from '../../../tams/store.ts';
import type { MediaObject } from '../../../tams/objects/media-object.ts';
import type { ExrInspection, ExrVectors } from '../rules/inspection.ts';
import { backoffMs } from '../../../shared/backoff.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ExrInspector, ReadFile } from './exr-inspector.ts';
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
/** Headers that are read at a time, and how many bytes of them are kept for one transaction. */
const AT_ONCE = 16;
const UNSAVED_MAX_BYTES = 4 * 2 ** 20;
/** Attempts, over about three quarters of an hour; after the last, the failure is recorded with the file. */
const ATTEMPTS = 10;
const BACKOFF = { baseMs: 5_000, maxMs: 600_000, jitter: 0 };

type KnownObject = Pick<MediaObject, 'id' | 'locations'>;

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
    const { entries, objects } = await this.#store.transaction(
      async (tx) => {
        await mustBeOurs(tx);
        const due = await inspectionsOf(tx).due(Date.now(), ENTRIES_PER_ROUND);
        const ids = new Set(due.flatMap(({ objectIds }) => objectIds));
        return { entries: due, objects: await tx.objects.findMany([...ids]) };
      },
      { background: true },
    );
    const done: Outcome[] = [];
    for (const entry of entries) {
      const outcomes = await this.#inspectAll(entry, objects, signal);
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

  /** Reads the headers side by side, and keeps them together; earlier where they take much memory. */
  async #inspectAll(
    { objectIds, attempt }: QueuedInspection,
    objects: ReadonlyMap<string, KnownObject>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome[]> {
    const isLast = attempt + 1 >= ATTEMPTS;
    const limit = pLimit(AT_ONCE);
    const outcomes: Outcome[] = [];
    let unsaved: ReadFile[] = [];
    let unsavedBytes = 0;
    let isBroken = false;
    const save = async (): Promise<void> => {
      const files = unsaved;
      unsaved = [];
      unsavedBytes = 0;
      outcomes.push(...(await this.#save(files, isLast)));
    };
    const inspect = async (objectId: string): Promise<void> => {
      if (isBroken || signal?.aborted === true) return void outcomes.push({ objectId, ending: 'left' });
      const object = objects.get(objectId);
      if (object === undefined) return void outcomes.push({ objectId, ending: 'gone' });
      const read = await this.#read(object).catch((error: unknown) => ({ error }));
      if ('error' in read) {
        return void outcomes.push(await this.#failed(this.#places.refOf(object), isLast, read.error));
      }
      unsaved.push(read);
      unsavedBytes += bytesOf(read);
      if (unsavedBytes > UNSAVED_MAX_BYTES) await save();
    };
    const orBreak = (error: unknown): never => {
      isBroken = true;
      throw error;
    };
    // The round ends when none is at work any more: another may begin then.
    const ends = await Promise.allSettled(objectIds.map((id) => limit(() => inspect(id).catch(orBreak))));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    await save();
    return outcomes;
  }

  async #read(object: KnownObject): Promise<ReadFile> {
    return this.#inspector.read(this.#places.of(object));
  }

  async #save(files: readonly ReadFile[], isLast: boolean): Promise<Outcome[]> {
    try {
      const kept = await this.#files.saveMany(files, Date.now());
      return files.map(({ file }, index) => ({
        objectId: file.objectId ?? file.path,
        ending: kept[index] === undefined ? 'gone' : 'inspected',
      }));
    } catch (error) {
      const [only] = files;
      // Without tables the entry stays as it is.
      if (only === undefined || (error instanceof AppError && error.status >= 500)) throw error;
      if (files.length === 1) return [await this.#failed(only.file, isLast, error)];
      // One of them may be why: the others are kept all the same.
      const outcomes: Outcome[] = [];
      for (const each of files) outcomes.push(...(await this.#save([each], isLast)));
      return outcomes;
    }
  }

  async #failed(file: ExrFileRef, isLast: boolean, error: unknown): Promise<Outcome> {
    const objectId = file.objectId ?? file.path;
    const isFinal = error instanceof AppError && error.code === 'invalid_exr';
    if (!isFinal && !isLast) return { objectId, ending: 'postponed', error };
    await this.#files.saveFailure(file, failureOf(error), Date.now());
    return { objectId, ending: 'failed', error };
  }
}

/** Of the values, which are what may be large. */
const bytesOf = ({ found }: ReadFile): number => found.inspection.attributes.reduce((sum, { size }) => sum + size, 0);

function failureOf(error: unknown): ExrFailure {
  const time = new Date().toISOString();
  if (error instanceof AppError) return { type: error.code, message: error.message, time };
  return { type: 'internal_error', message: 'The server failed to inspect it.', time };
}
