import type { Deletion, LivingFlow, Membership, PlacedSegment } from './deletion/deletion.ts';
import type { MediaObject } from './objects/media-object.ts';
import type { PlaceChange } from './objects/place-change.ts';
import type { ObjectBeginning } from '../media/media-source.ts';
import type { ManagedTransaction } from '../vastdb/managed-transaction.ts';

/** The flow that segments were registered for. */
interface RegisteredFlow {
  readonly id: string;
  readonly container: string | null;
}

/** The first bytes of objects that were read just now, by the ids of the objects. */
export type Beginnings = ReadonlyMap<string, ObjectBeginning>;

/**
 * A feature that takes part in the changes of TAMS. Each method gets the tables in the transaction of the change: it writes
 * with the change or not at all, and undoes the change by throwing.
 */
export interface Subscriber {
  /** Segments that use these objects are on the flow now. */
  segmentsRegistered?(
    rows: ManagedTransaction,
    flow: RegisteredFlow,
    objects: readonly MediaObject[],
    beginnings: Beginnings,
  ): Promise<void>;
  /** The rows of these objects are gone. Others may get their ids. */
  objectsReclaimed?(rows: ManagedTransaction, objectIds: readonly string[]): Promise<void>;
  /** The instances of an object are others now. */
  placesChanged?(rows: ManagedTransaction, change: PlaceChange): Promise<void>;
  /** Those of the objects that must not be reclaimed. */
  usedObjects?(rows: ManagedTransaction, objectIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether the id is not free although there is no such flow or source. Asked for principals that classes limit. */
  reservesId?(
    rows: ManagedTransaction,
    kind: 'flow' | 'source',
    id: string,
    classes: readonly string[],
  ): Promise<boolean>;
  /** Keeps what is deleted. Its objects stay in use then. */
  readonly keeper?: Keeper;
}

/** Each method is called before the rows go. */
interface Keeper {
  keepFlow(
    rows: ManagedTransaction,
    flowId: string,
    memberships: readonly Membership[],
    deletion: Deletion,
  ): Promise<void>;
  keepSource(rows: ManagedTransaction, sourceId: string, deletion: Deletion): Promise<void>;
  /** @param segments as `selectForDeletion` picked them, in this transaction. */
  keepSegments(
    rows: ManagedTransaction,
    flow: LivingFlow,
    segments: readonly PlacedSegment[],
    deletion: Deletion,
  ): Promise<void>;
}

/** The features that take part, in the order in which they came. */
export class Subscribers {
  readonly #all: Subscriber[] = [];

  add(subscriber: Subscriber): void {
    this.#all.push(subscriber);
  }

  get keepers(): readonly Keeper[] {
    return this.#all.flatMap(({ keeper }) => keeper ?? []);
  }

  async segmentsRegistered(
    rows: ManagedTransaction,
    flow: RegisteredFlow,
    objects: readonly MediaObject[],
    beginnings: Beginnings,
  ): Promise<void> {
    for (const each of this.#all) await each.segmentsRegistered?.(rows, flow, objects, beginnings);
  }

  async objectsReclaimed(rows: ManagedTransaction, objectIds: readonly string[]): Promise<void> {
    for (const each of this.#all) await each.objectsReclaimed?.(rows, objectIds);
  }

  async placesChanged(rows: ManagedTransaction, change: PlaceChange): Promise<void> {
    for (const each of this.#all) await each.placesChanged?.(rows, change);
  }

  usedObjects(rows: ManagedTransaction, objectIds: readonly string[]): Promise<ReadonlySet<string>[]> {
    return Promise.all(this.#all.flatMap((each) => each.usedObjects?.(rows, objectIds) ?? []));
  }

  async reservesId(
    rows: ManagedTransaction,
    kind: 'flow' | 'source',
    id: string,
    classes: readonly string[],
  ): Promise<boolean> {
    for (const each of this.#all) {
      if ((await each.reservesId?.(rows, kind, id, classes)) === true) return true;
    }
    return false;
  }
}
