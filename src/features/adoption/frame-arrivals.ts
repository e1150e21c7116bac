import type { Logger } from 'pino';
import type { ObjectPlace } from '../../formats/s3-notification.ts';
import type { ObjectTaker } from '../feature.ts';
import type { Adoption, AdoptionKey, Sequence } from './adoption.ts';
import { type AdoptionKeyReader, AdoptionKeyRepository } from './adoption-key-repository.ts';
import { type AdoptionReader, AdoptionRepository } from './adoption-repository.ts';
import { changed, isAllowed, numberedOf, ordinalOf, refusalOf } from './adoption-rules.ts';
import { newKey, newSequence } from './key-listing.ts';
import { planNext } from './key-planning.ts';
import type { KeyRegistration } from './key-registration.ts';
import { lookIntoAll } from './looks.ts';
import type { Probed, Probes } from './probes.ts';
import { Gone, reasonOf } from './refused.ts';
import type { StoreTransaction, VastStore } from '../../tams/vast-store.ts';

/** Keys of a transaction, and those that are read at a time. */
const AT_ONCE = 500;
const LOOKS = 16;

interface ArrivalParts {
  readonly store: VastStore;
  readonly adoptions: AdoptionReader;
  readonly keys: AdoptionKeyReader;
  readonly probes: Probes;
  readonly registration: KeyRegistration;
  /** Ids of the storage backends, by the names of their buckets. */
  readonly buckets: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/** Frames that come into folders which an adoption follows (docs/adr/0041-followed-folders.md). */
export class FrameArrivals {
  readonly #parts: ArrivalParts;

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
  }

  /** Keeps what events told of: nothing is looked into yet. @returns whether there is work now */
  async keep(places: readonly ObjectPlace[]): Promise<boolean> {
    const frames = places.filter(({ key }) => /\.exr$/i.test(key));
    if (frames.length === 0) return false;
    const followed = await this.#parts.adoptions.following();
    const arrivals = frames.flatMap(({ bucket, key }) => {
      const adoption = followerOf(followed, this.#parts.buckets[bucket], key);
      return adoption === undefined ? [] : [{ adoptionId: adoption.id, key }];
    });
    if (arrivals.length === 0) return false;
    return this.#parts.store.transaction(async (tx) => {
      // Read again: nothing would ever remove the frames of an adoption that was forgotten meanwhile. There is no lock, which all
      // notifications would wait for: where transactions run side by side, a removal that begins and ends in this one is missed.
      const still = new Set((await new AdoptionRepository(tx.rows).following()).map(({ id }) => id));
      const kept = arrivals.filter(({ adoptionId }) => still.has(adoptionId));
      if (kept.length > 0) await new AdoptionKeyRepository(tx.rows).addArrivals(kept);
      return kept.length > 0;
    });
  }

  /** The adoptions that frames have come for. The frames of an adoption that is not done yet wait until it is. */
  async due(): Promise<Adoption[]> {
    const done = (await this.#parts.adoptions.following()).filter(({ state }) => state === 'done');
    const due: Adoption[] = [];
    for (const adoption of done) if ((await this.#parts.keys.arrivals(adoption.id, 1)).size > 0) due.push(adoption);
    return due;
  }

  /** Adopts some of the frames. @returns whether there may be more */
  async adopt(adoption: Adoption, mustBeOurs: (tx: StoreTransaction) => Promise<void>): Promise<boolean> {
    const { store, keys, registration } = this.#parts;
    const arrivals = await keys.arrivals(adoption.id, AT_ONCE);
    const { rows, sequences } = await this.#plan(adoption, [...new Set(arrivals.values())].sort());
    return store.transaction(
      async (tx) => {
        await mustBeOurs(tx);
        const [adoptions, repository] = [new AdoptionRepository(tx.rows), new AdoptionKeyRepository(tx.rows)];
        const own = await adoptions.find(adoption.id);
        if (own?.state !== 'done') return false;
        const done = await registration.register(tx, own, rows, sequences);
        const before = await repository.replace(own.id, done);
        const counts = changed(own.counts, before, done);
        counts.bytes += done.reduce((sum, { size }) => sum + size, 0) - before.reduce((sum, { size }) => sum + size, 0);
        if (done.length > 0) await adoptions.save({ ...own, counts });
        await repository.removeArrivals([...arrivals.keys()], own.id);
        return arrivals.size === AT_ONCE;
      },
      { background: true },
    );
  }

  /** Those of the keys that are no objects yet, as they are to be adopted or refused; without those that are gone. */
  async #plan(adoption: Adoption, keys: readonly string[]): Promise<{ rows: AdoptionKey[]; sequences: Sequence[] }> {
    const { probes, logger } = this.#parts;
    const present = await this.#parts.keys.adopted(probes.ofBucket(adoption.storageId), keys);
    const lookInto = async (key: string): Promise<Probed | string | undefined> => {
      try {
        // The settings may be others than when the adoption was asked for.
        const { allowed } = probes.mustAllow(adoption);
        return isAllowed(key, allowed) ? await probes.of(adoption)({ key, size: 0 }) : 'it may not be adopted';
      } catch (error) {
        return error instanceof Gone ? undefined : reasonOf(error, key, logger);
      }
    };
    const absent = keys.filter((key) => !present.has(key));
    const looked = await lookIntoAll(absent, LOOKS, async (key) => {
      const numbered = numberedOf(key, 'frames');
      const refusal = typeof numbered === 'string' ? numbered : refusalOf(key);
      return { key, numbered, found: refusal ?? (await lookInto(key)) };
    });
    const sequences = new Map<string, Sequence>();
    const rows = looked.flatMap(({ key, numbered, found }): AdoptionKey[] => {
      if (found === undefined) return [];
      const size = typeof found === 'string' ? 0 : (found.size ?? 0);
      if (typeof numbered === 'string') {
        return [{ ...newKey(key, size, -1n), state: 'refused', reason: numbered }];
      }
      const { name, number } = numbered;
      const row = newKey(key, size, ordinalOf(0, number));
      const planned = planNext(adoption, sequences.get(name) ?? newSequence(adoption, 0, name), { key: row, found });
      // They come in any order: what is not here may be on the timeline.
      if (planned.sequence !== undefined) sequences.set(name, { ...planned.sequence, last: undefined });
      return [planned.key];
    });
    return { rows, sequences: [...sequences.values()] };
  }
}

/** The one that is closest to the key. */
function followerOf(followed: readonly Adoption[], storageId: string | undefined, key: string): Adoption | undefined {
  const own = followed.filter((each) => each.storageId === storageId && isAllowed(key, [each.prefix || '*']));
  return own.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** @param onWork is called when there is something to do */
export const arrivalTaker =
  (arrivals: FrameArrivals, onWork: () => void): ObjectTaker =>
  async (places) => {
    if (await arrivals.keep(places)) onWork();
  };
