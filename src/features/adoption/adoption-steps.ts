import type { Logger } from 'pino';
import { adoptedId } from '../../tams/objects/object-location.ts';
import type { ManagedReader } from '../../vastdb/managed-reader.ts';
import type { Adoption, AdoptionKey, Sequence } from './adoption.ts';
import { AdoptionKeyReader, AdoptionKeyRepository, type StoredKey } from './adoption-key-repository.ts';
import { AdoptionRepository } from './adoption-repository.ts';
import { changed, isAllowed, placeOf, presentAs } from './adoption-rules.ts';
import type { KeyListing } from './key-listing.ts';
import { type Looked, planFile, planNext } from './key-planning.ts';
import type { Beginnings, KeyRegistration } from './key-registration.ts';
import type { Probe } from './probes.ts';
import { AppError } from '../../shared/errors.ts';
import { lookIntoAll } from './looks.ts';
import { LeaseLost } from '../../tams/leases/lease-keeper.ts';
import { reasonOf } from './refused.ts';
import type { StoreTransaction, VastStore } from '../../tams/vast-store.ts';

/** Keys that are looked into for one transaction: those that a kill has looked into again. */
const PROBED_AT_ONCE = { files: 64, segments: 64, playlists: 64, frames: 500 };
/** Looks at a time: a process each, or a request. */
const LOOKS = { files: 4, segments: 4, playlists: 4, frames: 32 };
/** Keys of a transaction that registers them. One that is a flow by itself takes more rows. */
const ADOPTED_AT_ONCE = { files: 100, segments: 2_000, playlists: 2_000, frames: 2_000 };

export interface StepParts {
  readonly store: VastStore;
  readonly reader: ManagedReader;
  readonly registration: KeyRegistration;
  readonly logger: Logger;
  /** Throws if another process works on adoptions by now. */
  readonly mustBeOurs: (tx: StoreTransaction) => Promise<void>;
}

interface Registered {
  readonly sequences: readonly Sequence[];
  /** The folders that may be adopted now. */
  readonly allowed: readonly string[];
  readonly beginnings?: Beginnings;
}

/**
 * The steps of adoptions, each one transaction that writes what was done and how far it is: a process that is killed loses
 * one step, and the next one repeats it.
 */
export class AdoptionSteps {
  readonly #parts: StepParts;
  readonly #keys: AdoptionKeyReader;

  constructor(parts: StepParts) {
    this.#parts = parts;
    this.#keys = new AdoptionKeyReader(parts.reader);
  }

  sequences(adoptionId: string): Promise<Sequence[]> {
    return this.#keys.sequences(adoptionId);
  }

  /**
   * Lists a page of keys.
   *
   * @param storageIds the backends of the bucket
   */
  async list(adoption: Adoption, listing: KeyListing, storageIds: readonly string[]): Promise<void> {
    const { keys, sequences, next } = await listing.page(adoption.listedTo, (found) =>
      this.#keys.adopted(storageIds, found),
    );
    await this.#step(adoption, async (own, tx) => {
      const repository = new AdoptionKeyRepository(tx.rows);
      await Promise.all([repository.insert(own.id, keys), repository.insertSequences(own.id, sequences)]);
      const counts = changed(own.counts, [], keys);
      counts.bytes += keys.reduce((sum, { size }) => sum + size, 0);
      return { ...own, counts, listedTo: next, ...(next === undefined && { state: 'probing' }) };
    });
  }

  /**
   * Looks into the next keys, and plans where they lie. Where nobody waits for the plan, they are registered at once: then what
   * was read of them is of use to others.
   *
   * @param allowed the folders that may be adopted now
   */
  async probe(adoption: Adoption, probe: Probe, allowed: readonly string[]): Promise<void> {
    const { layout } = adoption;
    const batch = await this.#keys.after(adoption.id, adoption.at, PROBED_AT_ONCE[layout]);
    const listed = batch.filter(({ state }) => state === 'listed');
    const looked = await lookIntoAll(
      batch.filter(({ state, ordinal }) => state === 'listed' || (state === 'present' && ordinal >= 0n)),
      LOOKS[layout],
      async (key): Promise<Looked<StoredKey>> => ({
        key,
        found: key.state === 'present' ? '' : await this.#lookInto(key, probe),
      }),
    );
    const write = (beginnings: Beginnings): Promise<void> =>
      this.#step(adoption, async (own, tx) => {
        const repository = new AdoptionKeyRepository(tx.rows);
        const { keys, sequences, gaps } = await plan(own, looked, repository);
        const looks = keys.filter(({ state }) => state !== 'present');
        const done = own.starts ? await this.#register(tx, own, looks, { sequences, allowed, beginnings }) : looks;
        await repository.update(done);
        await repository.insert(own.id, gaps);
        for (const sequence of sequences) await repository.updateSequence(own.id, sequence);
        const counts = changed(own.counts, listed, [...done, ...gaps]);
        if (batch.length > 0) return { ...own, counts, at: batch.at(-1) };
        const whole = counts.planned === 0 ? 'done' : 'adopting';
        return { ...own, counts, at: undefined, state: own.starts ? whole : 'planned' };
      });
    const beginnings = beginningsOf(looked);
    try {
      await write(beginnings);
    } catch (error) {
      const isOfTables = error instanceof LeaseLost || (error instanceof AppError && error.status >= 500);
      if (beginnings.size === 0 || isOfTables) throw error;
      this.#parts.logger.warn({ err: error }, 'what was read of some keys cannot be used: they are read again');
      await write(new Map());
    }
  }

  async #lookInto(key: AdoptionKey, probe: Probe): Promise<Looked<StoredKey>['found']> {
    try {
      return await probe(key);
    } catch (error) {
      return reasonOf(error, key.key, this.#parts.logger);
    }
  }

  /**
   * Registers the next keys.
   *
   * @param allowed the folders that may be adopted now
   */
  async adopt(adoption: Adoption, allowed: readonly string[]): Promise<void> {
    const batch = await this.#keys.after(adoption.id, adoption.at, ADOPTED_AT_ONCE[adoption.layout]);
    const planned = batch.filter(({ state }) => state === 'planned');
    await this.#step(adoption, async (own, tx) => {
      const repository = new AdoptionKeyRepository(tx.rows);
      const numbers = own.layout === 'files' ? [] : planned.map(({ ordinal }) => placeOf(ordinal).sequence);
      const sequences = await repository.sequences(own.id, [...new Set(numbers)]);
      const done = await this.#register(tx, own, planned, { sequences, allowed });
      await repository.update(done);
      const counts = changed(own.counts, planned, done);
      if (batch.length > 0) return { ...own, counts, at: batch.at(-1) };
      return { ...own, counts, at: undefined, state: 'done' };
    });
  }

  /** Registers those of the keys that are planned. @returns all of them, as they are then */
  async #register(
    tx: StoreTransaction,
    adoption: Adoption,
    keys: readonly StoredKey[],
    { sequences, allowed, beginnings }: Registered,
  ): Promise<StoredKey[]> {
    const checked = keys.map((key): StoredKey => {
      if (key.state !== 'planned' || isAllowed(key.key, allowed)) return key;
      return { ...key, state: 'refused', reason: 'it may not be adopted any more' };
    });
    const wanted = await withImported(adoption, checked, new AdoptionKeyRepository(tx.rows));
    return this.#parts.registration.register(tx, adoption, wanted, sequences, beginnings);
  }

  /** Forgets the plan and the report; what was adopted stays. @returns whether that is done */
  async remove(adoption: Adoption): Promise<boolean> {
    return this.#parts.store.transaction(
      async (tx) => {
        await this.#parts.mustBeOurs(tx);
        return new AdoptionRepository(tx.rows).remove(adoption.id);
      },
      { background: true },
    );
  }

  async fail(adoption: Adoption, error: string): Promise<void> {
    await this.#step(adoption, (own) => Promise.resolve({ ...own, state: 'failed', error }));
  }

  /** Writes nothing where a request had the adoption removed since it was read. */
  async #step(adoption: Adoption, work: (own: Adoption, tx: StoreTransaction) => Promise<Adoption>): Promise<void> {
    await this.#parts.store.transaction(
      async (tx) => {
        await this.#parts.mustBeOurs(tx);
        const repository = new AdoptionRepository(tx.rows);
        const own = await repository.find(adoption.id);
        if (own?.state !== adoption.state) return;
        await repository.save(await work(own, tx));
      },
      { background: true },
    );
  }
}

const beginningsOf = (looked: readonly Looked<StoredKey>[]): Beginnings =>
  new Map(
    looked.flatMap(({ key: { key }, found }) =>
      typeof found === 'string' || found.beginning === undefined ? [] : [[key, found.beginning] as const],
    ),
  );

async function plan(
  adoption: Adoption,
  looked: readonly Looked<StoredKey>[],
  repository: AdoptionKeyReader,
): Promise<{ keys: StoredKey[]; sequences: Sequence[]; gaps: AdoptionKey[] }> {
  if (adoption.layout === 'files') return { keys: looked.map((each) => planFile(each).key), sequences: [], gaps: [] };
  const numbers = new Set(looked.map(({ key }) => placeOf(key.ordinal).sequence));
  const known = await repository.sequences(adoption.id, [...numbers]);
  const sequences = new Map(known.map((sequence) => [sequence.number, sequence]));
  const keys: StoredKey[] = [];
  const gaps: AdoptionKey[] = [];
  for (const each of looked) {
    const sequence = sequences.get(placeOf(each.key.ordinal).sequence);
    if (sequence === undefined) throw new Error(`adoption ${adoption.id} lacks the sequence of ${each.key.key}`);
    const planned = planNext(adoption, sequence, each);
    keys.push(planned.key);
    if (planned.sequence !== undefined) sequences.set(sequence.number, planned.sequence);
    if (planned.gap !== undefined) gaps.push(planned.gap);
  }
  return { keys, sequences: [...sequences.values()], gaps };
}

/** Since the keys were listed an import may have made objects of some, with ids of its own, or another adoption of frames. */
async function withImported(
  { storageId, layout }: Adoption,
  keys: readonly StoredKey[],
  repository: AdoptionKeyReader,
): Promise<StoredKey[]> {
  const planned = keys.filter(({ state }) => state === 'planned');
  const objects = await repository.adopted(
    [storageId],
    planned.map(({ key }) => key),
  );
  return keys.map((each): StoredKey => {
    const id = objects.get(each.key);
    // Playlists may share a file; a frame that is an object was adopted by another adoption.
    const isOurs = layout !== 'frames' && id === adoptedId({ storageId, storagePath: each.key });
    if (each.state !== 'planned' || id === undefined || isOurs) return each;
    return { ...each, state: 'present', reason: presentAs(id) };
  });
}
