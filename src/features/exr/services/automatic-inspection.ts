import type { ExrFileRepository } from '../repositories/exr-file-repository.ts';
import pLimit from 'p-limit';
import {
  type ExrFailure,
  type ExrFileRef,
  type InspectedFile,
  pathOfKey,
  refOfKey,
  refOfObject,
} from '../rules/exr-file.ts';
import type { ObjectPlace } from '../../../formats/s3-notification.ts';
import { objectsAt, placeKey } from '../../../tams/objects/place-repository.ts';
import {
  hasDueInspections,
  inspectionsOf,
  type QueuedInspection,
} from '../repositories/inspection-queue-repository.ts';
import type { ObjectLocation } from '../../../tams/segments/segment.ts';
import type { MediaObject } from '../../../tams/objects/media-object.ts';
import { backoffMs } from '../../../shared/retry.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ExrInspector } from './exr-inspector.ts';
import type { ExrPlaces } from './exr-places.ts';
import type { TableReads } from '../../../tams/table-access.ts';
import type { StoreTransaction, VastStore } from '../../../tams/vast-store.ts';

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
/** One is read while the other is kept. */
const ENTRIES_AT_ONCE = 2;
/** Headers of an entry that are read at a time, and how many bytes of them are kept for one transaction. */
const AT_ONCE = 16;
const UNSAVED_MAX_BYTES = 4 * 2 ** 20;
/** Attempts, over about three quarters of an hour; after the last, the failure is recorded with the file. */
const ATTEMPTS = 10;
const BACKOFF = { baseMs: 5_000, maxMs: 600_000, jitter: 0 };

type KnownObject = Pick<MediaObject, 'id' | 'locations'>;

/** `left`: not started, since the round is over. */
type Ending = 'inspected' | 'failed' | 'postponed' | 'gone' | 'left';

/** An object, or the key that an event told of: then it is the object there, if there is one. */
interface Task {
  /** The id of the object, or the path of the key. */
  readonly path: string;
  readonly object: KnownObject | undefined;
  readonly key?: ObjectPlace;
}

/** How a round goes on: it is over when the process stops, or when something fails that is no fault of a file. */
interface Course {
  readonly isOver: () => boolean;
  readonly endBy: (error: unknown) => never;
}

interface DueEntry {
  readonly entry: QueuedInspection;
  readonly tasks: readonly Task[];
}

interface Outcome {
  readonly task: Task;
  readonly ending: Ending;
  readonly error?: unknown;
}

/**
 * Inspects the objects of the queue. An entry is deleted when all of its objects are done, so another process repeats
 * an entry that was left unfinished. A second inspection of an object changes nothing.
 */
export class AutomaticInspection {
  readonly #store: VastStore;
  readonly #reader: TableReads;
  readonly #places: ExrPlaces;
  readonly #inspector: ExrInspector;
  readonly #files: ExrFileRepository;
  readonly #counts = { inspected: 0, failed: 0 };

  /** Over the whole store: objects are inspected whoever may see them. */
  constructor(
    store: VastStore,
    reader: TableReads,
    places: ExrPlaces,
    inspector: ExrInspector,
    files: ExrFileRepository,
  ) {
    this.#store = store;
    this.#reader = reader;
    this.#places = places;
    this.#inspector = inspector;
    this.#files = files;
  }

  /** Objects that this process inspected or gave up since its start. */
  get counts(): { readonly inspected: number; readonly failed: number } {
    return { ...this.#counts };
  }

  isDue(): Promise<boolean> {
    return hasDueInspections(this.#reader, Date.now());
  }

  /** `mustBeOurs` throws if another process inspects by now. `signal` ends the round before its next object. */
  async runDue(mustBeOurs: (tx: StoreTransaction) => Promise<void>, signal?: AbortSignal): Promise<InspectionRound> {
    const due = await this.#store.transaction(
      async (tx) => {
        await mustBeOurs(tx);
        return this.#tasksOf(tx, await inspectionsOf(tx).due(Date.now(), ENTRIES_PER_ROUND));
      },
      { background: true },
    );
    let isBroken = false;
    const course: Course = {
      isOver: () => isBroken || signal?.aborted === true,
      endBy: (error) => {
        isBroken = true;
        throw error;
      },
    };
    const limit = pLimit(ENTRIES_AT_ONCE);
    const ended = await allEnded(
      due.map((each) => limit(() => this.#inspectEntry(each, mustBeOurs, course).catch(course.endBy))),
    );
    const done = ended.flat();
    const count = (ending: Ending): number => done.filter((each) => each.ending === ending).length;
    const round = { inspected: count('inspected'), failed: count('failed'), postponed: count('postponed') };
    this.#counts.inspected += round.inspected;
    this.#counts.failed += round.failed;
    const failures = done.flatMap(({ task, error }) => (error === undefined ? [] : [{ objectId: task.path, error }]));
    return { ...round, failures, more: due.length === ENTRIES_PER_ROUND };
  }

  /** @returns nothing where the round is over before the end of the entry: it stays in the queue. */
  async #inspectEntry(
    { entry, tasks }: DueEntry,
    mustBeOurs: (tx: StoreTransaction) => Promise<void>,
    course: Course,
  ): Promise<Outcome[]> {
    const outcomes = await this.#inspectAll(tasks, entry.attempt, course);
    if (outcomes.some(({ ending }) => ending === 'left')) return [];
    const postponed = outcomes.filter(({ ending }) => ending === 'postponed').map(({ task }) => task);
    await this.#store.transaction(
      async (tx) => {
        await mustBeOurs(tx);
        const queue = inspectionsOf(tx);
        await queue.remove([entry.id]);
        const dueMs = Date.now() + backoffMs(entry.attempt + 1, BACKOFF);
        const objectIds = postponed.flatMap(({ key, path }) => (key === undefined ? path : []));
        await queue.add(objectIds, dueMs, entry.attempt + 1);
        const places = postponed.flatMap(({ key }) => key ?? []);
        await queue.addPlaces(places, dueMs, entry.attempt + 1);
        const byKey = outcomes.flatMap(({ task, ending }) =>
          task.object === undefined && ending !== 'postponed' ? (task.key ?? []) : [],
        );
        // An object that was registered there meanwhile may have been read before the event.
        await queue.add([...(await this.#objectsAt(tx, byKey)).values()], Date.now());
      },
      { background: true },
    );
    return outcomes;
  }

  /** Two queries, however many entries; one where no event told of anything. */
  async #tasksOf(tx: StoreTransaction, entries: readonly QueuedInspection[]): Promise<DueEntry[]> {
    const at = await this.#objectsAt(
      tx,
      entries.flatMap(({ places }) => places),
    );
    const ids = new Set([...entries.flatMap(({ objectIds }) => objectIds), ...at.values()]);
    const objects = await tx.objects.findMany([...ids]);
    const ofKey = (key: ObjectPlace): Task[] => {
      const location = this.#locationOf(key);
      if (location === undefined) return [];
      const object = objects.get(at.get(placeKey(location)) ?? '');
      return [{ key, path: pathOfKey(key.bucket, key.key), object }];
    };
    return entries.map((entry) => ({
      entry,
      tasks: this.#ofDifferentFiles([
        ...entry.objectIds.map((path) => ({ path, object: objects.get(path) })),
        ...entry.places.flatMap(ofKey),
      ]),
    }));
  }

  /** Two rows of one file must not be made in one transaction. Several keys may be instances of one object. */
  #ofDifferentFiles(tasks: readonly Task[]): readonly Task[] {
    return [...new Map(tasks.map((task) => [this.#refOf(task).id, task])).values()];
  }

  #locationOf({ bucket, key }: ObjectPlace): ObjectLocation | undefined {
    const storageId = this.#places.storageOf(bucket);
    return storageId === undefined ? undefined : { storageId, storagePath: key };
  }

  #objectsAt(tx: StoreTransaction, places: readonly ObjectPlace[]): Promise<Map<string, string>> {
    return objectsAt(
      tx.rows,
      places.flatMap((place) => this.#locationOf(place) ?? []),
    );
  }

  /** Reads the headers side by side, and keeps them together; earlier where they take much memory. */
  async #inspectAll(tasks: readonly Task[], attempt: number, course: Course): Promise<Outcome[]> {
    const isLast = attempt + 1 >= ATTEMPTS;
    const limit = pLimit(AT_ONCE);
    const outcomes: Outcome[] = [];
    let unsaved: { task: Task; file: InspectedFile }[] = [];
    let unsavedBytes = 0;
    const save = async (): Promise<void> => {
      const files = unsaved;
      unsaved = [];
      unsavedBytes = 0;
      outcomes.push(...(await this.#save(files, isLast)));
    };
    const inspect = async (task: Task): Promise<void> => {
      if (course.isOver()) return void outcomes.push({ task, ending: 'left' });
      if (task.object === undefined && task.key === undefined) return void outcomes.push({ task, ending: 'gone' });
      const read = await this.#read(task).catch((error: unknown) => ({ error }));
      if ('error' in read) return void outcomes.push(await this.#unread(task, isLast, read.error));
      unsaved.push({ task, file: read });
      unsavedBytes += bytesOf(read);
      if (unsavedBytes > UNSAVED_MAX_BYTES) await save();
    };
    await allEnded(tasks.map((task) => limit(() => inspect(task).catch(course.endBy))));
    await save();
    return outcomes;
  }

  async #read({ object, key }: Task): Promise<InspectedFile> {
    if (object !== undefined) return this.#inspector.read(this.#places.of(object));
    return this.#inspector.read(key === undefined ? [] : [this.#places.ofKey(key.bucket, key.key)]);
  }

  async #save(files: readonly { task: Task; file: InspectedFile }[], isLast: boolean): Promise<Outcome[]> {
    try {
      const read = files.map(({ file }) => file);
      const kept = await this.#files.saveMany(read, Date.now());
      return files.map(({ task }, index) => ({ task, ending: kept[index] === undefined ? 'gone' : 'inspected' }));
    } catch (error) {
      const [only] = files;
      // Without tables the entry stays as it is.
      if (only === undefined || (error instanceof AppError && error.status >= 500)) throw error;
      if (files.length === 1) return [await this.#failed(only.task, only.file.file, isLast, error)];
      // One of them may be why: the others are kept all the same.
      const outcomes: Outcome[] = [];
      for (const each of files) outcomes.push(...(await this.#save([each], isLast)));
      return outcomes;
    }
  }

  /** A key of a bucket that is gone is no failure: its event may have told of that. */
  async #unread(task: Task, isLast: boolean, error: unknown): Promise<Outcome> {
    const file = this.#refOf(task);
    if (task.object === undefined && error instanceof AppError && error.code === 'not_found') {
      await this.#files.remove(file.id);
      return { task, ending: 'gone' };
    }
    return this.#failed(task, file, isLast, error);
  }

  #refOf({ object, key, path }: Task): ExrFileRef {
    if (object !== undefined) return this.#places.refOf(object);
    return key === undefined ? refOfObject(path) : refOfKey(key.bucket, key.key);
  }

  async #failed(task: Task, file: ExrFileRef, isLast: boolean, error: unknown): Promise<Outcome> {
    const isFinal = error instanceof AppError && error.code === 'invalid_exr';
    if (!isFinal && !isLast) return { task, ending: 'postponed', error };
    await this.#files.saveFailure(file, failureOf(error), Date.now());
    return { task, ending: 'failed', error };
  }
}

/** Rejects when none is at work any more: another round may begin then. */
async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** The size of the values: nothing else may be large. */
const bytesOf = ({ found }: InspectedFile): number =>
  found.inspection.attributes.reduce((sum, { size }) => sum + size, 0);

function failureOf(error: unknown): ExrFailure {
  const time = new Date().toISOString();
  if (error instanceof AppError) return { type: error.code, message: error.message, time };
  return { type: 'internal_error', message: 'The server failed to inspect it.', time };
}
