import type { Logger } from 'pino';
import type { MediaStore } from '../../media/media-store.ts';
import { uuidOf } from '../../shared/uuid.ts';
import { adoptedId } from '../../tams/objects/object-location.ts';
import type { Adoption, AdoptionKey, Sequence } from './adoption.ts';
import { folderOf, isAllowed, numberedOf, ordinalOf, presentAs, refusalOf, refusedOrdinal } from './adoption-rules.ts';
import { lookIntoAll } from './looks.ts';
import { type PlaylistFile, readPlaylist } from './playlist.ts';
import type { Adoptable } from './probes.ts';
import { reasonOf, Refused } from './refused.ts';

/** Each segment that needs it is looked into together with it. */
const INIT_MAX_BYTES = 2 ** 20;
/** A page of playlists ends with the one with which it has so many keys: a page is kept in memory, and one transaction. */
const KEYS_ENOUGH = 10_000;
/** Requests for the sizes of a playlist's files at a time. */
const HEADS = 16;
/** Their names are kept in memory while keys are listed. */
const SEQUENCES_MAX = 100_000;

interface Listed {
  readonly key: string;
  readonly size: number;
}

/** A page of keys as rows, and the sequences that begin with it. */
export interface ListedPage {
  readonly keys: readonly AdoptionKey[];
  readonly sequences: readonly Sequence[];
  /** Undefined: it is the last page. */
  readonly next: string | undefined;
}

/** Lists the keys of an adoption, page by page, and says where in which flow each belongs. */
export class KeyListing {
  readonly #adoption: Adoption;
  readonly #store: MediaStore;
  readonly #allowed: readonly string[];
  readonly #logger: Logger;
  readonly #numbers: Map<string, number>;
  #count: number;

  /** @param sequences those that were found before */
  constructor(adoption: Adoption, { store, allowed }: Adoptable, sequences: readonly Sequence[], logger: Logger) {
    this.#adoption = adoption;
    this.#store = store;
    this.#allowed = allowed;
    this.#logger = logger;
    this.#numbers = new Map(sequences.map(({ name, number }) => [name, number]));
    const { bytes: _, ...counts } = adoption.counts;
    this.#count = Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param adopted the ids of the objects that these keys are already
   * @throws Refused where there are too many flows
   */
  async page(
    after: string | undefined,
    adopted: (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<ListedPage> {
    const { prefix, layout } = this.#adoption;
    const { objects, next } = await this.#store.list(folderOf(prefix), after === undefined ? {} : { after });
    // Some tools make an empty object for a folder.
    const listed = objects.filter(({ path }) => !path.endsWith('/')).map(({ path: key, size }) => ({ key, size }));
    const sequences: Sequence[] = [];
    const keys: AdoptionKey[] = [];
    const own = layout === 'playlists' ? [] : listed;
    const present = own.length === 0 ? new Map<string, string>() : await adopted(own.map(({ key }) => key));
    for (const each of own) keys.push(this.#place(each, present.get(each.key), sequences));
    if (layout === 'playlists') {
      for (const { key } of listed.filter((each) => /\.m3u8?$/i.test(each.key))) {
        for (const each of await this.#segmentsOf(key, sequences, adopted)) keys.push(each);
        if (keys.length >= KEYS_ENOUGH) return { keys, sequences, next: key };
      }
    }
    return { keys, sequences, next };
  }

  #place({ key, size }: Listed, objectId: string | undefined, sequences: Sequence[]): AdoptionKey {
    const index = this.#count++;
    const refusal = refusalOf(key) ?? (size === 0 ? 'the object is empty' : undefined);
    const { layout } = this.#adoption;
    const row = settled(key, size, index, refusal, objectId);
    // A frame that is there already is none that is missing.
    if (row !== undefined && (row.state !== 'present' || layout !== 'frames')) return row;
    if (layout === 'files') return newKey(key, size, BigInt(index));
    const numbered = numberedOf(key, layout);
    if (typeof numbered === 'string') {
      if (row !== undefined) return row;
      return { ...newKey(key, size, refusedOrdinal(index)), state: 'refused', reason: numbered };
    }
    const ordinal = ordinalOf(this.#numberOf(numbered.name, sequences), numbered.number);
    return row === undefined ? newKey(key, size, ordinal) : { ...row, ordinal };
  }

  #numberOf(name: string, sequences: Sequence[]): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number >= SEQUENCES_MAX) {
      throw new Refused(`there are more than ${SEQUENCES_MAX} sequences; adopt folders of it, one after the other`);
    }
    this.#numbers.set(name, number);
    sequences.push(newSequence(this.#adoption, number, name));
    return number;
  }

  /** The files of a playlist, in its order; a playlist that is none is refused itself. */
  async #segmentsOf(
    playlist: string,
    sequences: Sequence[],
    adopted: (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<AdoptionKey[]> {
    let files: readonly PlaylistFile[];
    try {
      files = await readPlaylist(this.#store, playlist);
    } catch (error) {
      const reason = reasonOf(error, playlist, this.#logger);
      return [{ ...newKey(playlist, 0, refusedOrdinal(this.#count++)), state: 'refused', reason }];
    }
    const inits = [...new Set(files.map(({ initKey }) => initKey))].filter((key) => key !== undefined);
    const present = await adopted([...files.map(({ key }) => key), ...inits]);
    const number = this.#numberOf(playlist, sequences);
    const sizesOf = (asked: readonly PlaylistFile[]): Promise<(number | string)[]> =>
      lookIntoAll(asked, HEADS, (file) => this.#sizeOf(file, playlist));
    const initSizes = await sizesOf(inits.map((key) => ({ key })));
    const noInit = new Map(
      inits.map((key, index) => [key, this.#initProblem(key, initSizes[index], present.get(key))]),
    );
    const sizes = await sizesOf(files);
    return files.map(({ key, initKey }, position) => {
      const index = this.#count++;
      const size = sizes[position];
      const refusal = typeof size === 'string' ? size : noInit.get(initKey ?? '');
      const bytes = typeof size === 'number' ? size : 0;
      const row = settled(key, bytes, index, refusal, present.get(key));
      return row ?? { ...newKey(key, bytes, ordinalOf(number, position)), initKey };
    });
  }

  /** Why an initialisation segment cannot be adopted, and so none of those that need it. */
  #initProblem(key: string, size: number | string | undefined, objectId: string | undefined): string | undefined {
    const { storageId } = this.#adoption;
    if (objectId !== undefined && objectId !== adoptedId({ storageId, storagePath: key })) {
      return `its initialisation segment ${key} is the object ${objectId}`;
    }
    if (typeof size === 'string') return `its initialisation segment ${key}: ${size}`;
    return Number(size) <= INIT_MAX_BYTES
      ? undefined
      : `its initialisation segment ${key} has ${size} bytes; ${INIT_MAX_BYTES} are the most`;
  }

  /** The size of a playlist's file, or why it cannot be adopted. */
  async #sizeOf({ key, end }: PlaylistFile, playlist: string): Promise<number | string> {
    if (!isAllowed(key, this.#allowed)) return `${playlist} names it, and it may not be adopted`;
    const refusal = refusalOf(key);
    if (refusal !== undefined) return refusal;
    try {
      const size = (await this.#store.head(key))?.size;
      if (size === undefined) return `${playlist} names it, and there is no object of this key`;
      if (size === 0) return 'the object is empty';
      if (end === undefined || end === size) return size;
      return end > size
        ? `it is cut off: ${playlist} names ${end} bytes of it, and it has ${size}`
        : `${playlist} names ${end} of its ${size} bytes, and it can only be adopted as a whole; ingest it instead`;
    } catch (error) {
      return reasonOf(error, key, this.#logger);
    }
  }
}

/** The row of a key that nothing more is done about. */
function settled(
  key: string,
  size: number,
  index: number,
  refusal: string | undefined,
  objectId?: string,
): AdoptionKey | undefined {
  const row = newKey(key, size, refusedOrdinal(index));
  if (refusal !== undefined) return { ...row, state: 'refused', reason: refusal };
  return objectId === undefined ? undefined : { ...row, state: 'present', reason: presentAs(objectId) };
}

export const newKey = (key: string, size: number, ordinal: bigint): AdoptionKey => ({
  key,
  size,
  initKey: undefined,
  ordinal,
  state: 'listed',
  reason: undefined,
  flowId: undefined,
  startNs: undefined,
  endNs: undefined,
  offsetNs: undefined,
  flows: undefined,
});

/** Frames that are adopted later are of the same flow: their numbers say where they lie. */
export function newSequence({ id, layout, storageId }: Adoption, number: number, name: string): Sequence {
  const flowId = uuidOf(layout === 'frames' ? `adopted frames ${storageId} ${name}` : `adoption ${id} ${name}`);
  return { number, name, flowId, flows: undefined, coding: undefined, endNs: undefined, offsetNs: 0n, last: undefined };
}
