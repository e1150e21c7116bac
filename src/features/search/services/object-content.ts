import type { ObjectInfo } from '../../../media/media-store.ts';
import { AppError } from '../../../shared/errors.ts';
import { isSidecar, mediumTypeOf, type Sidecar, sidecarsOf, stemOf } from './media-kinds.ts';
import type { ObjectStorage } from '../repositories/object-storage.ts';

/** A medium as it lies in its store now, with the transcripts beside it. */
export interface ObjectContent {
  readonly sizeBytes: number;
  readonly mediumType: string;
  /** ETag of the medium alone. */
  readonly objectEtag: string;
  /** ETag of the medium and the transcripts beside it; it identifies the version. */
  readonly etag: string;
  /** The preferred first. */
  readonly sidecars: readonly FoundSidecar[];
}

export interface FoundSidecar extends Sidecar {
  readonly etag: string;
}

/** Reads the present state of objects: notifications may be late or out of order. */
export class ObjectContents {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** Undefined if there is no such object, `'other'` if it cannot hold speech. One request, and one per sidecar. */
  async look(bucket: string, key: string): Promise<ObjectContent | 'other' | undefined> {
    const info = await this.#find(bucket, key);
    if (info === undefined) return undefined;
    const mediumType = mediumTypeOf(key, info.contentType);
    if (mediumType === undefined) return 'other';
    const candidates = await Promise.all(
      sidecarsOf(key).map(async (sidecar) => ({ ...sidecar, etag: (await this.#find(bucket, sidecar.key))?.etag })),
    );
    const sidecars = candidates.flatMap(({ etag, ...sidecar }) => (etag === undefined ? [] : [{ ...sidecar, etag }]));
    const { length } = stemOf(key);
    const etag = [info.etag, ...sidecars.map((sidecar) => `${sidecar.key.slice(length)}:${sidecar.etag}`)].join('+');
    return { sizeBytes: info.size, mediumType, objectEtag: info.etag, etag, sidecars };
  }

  /** Keys that a transcript may belong to: `clip` and `clip.mp4` for `clip.vtt`. */
  async mediaBeside(bucket: string, sidecarKey: string): Promise<string[]> {
    const stem = stemOf(sidecarKey);
    const media = [stem];
    let after: string | undefined;
    do {
      const options = after === undefined ? {} : { after };
      // An event with an impossible key must not fail the others of its request.
      const page = await unlessNotFound(this.#storage.list(bucket, `${stem}.`, options));
      if (page === undefined) return [];
      for (const { path } of page.objects) {
        const isBeside = stemOf(path) === stem && !isSidecar(path) && mediumTypeOf(path, undefined) !== undefined;
        if (isBeside) media.push(path);
      }
      after = page.next;
    } while (after !== undefined);
    return media;
  }

  #find(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    return unlessNotFound(this.#storage.metadata(bucket, key));
  }
}

function unlessNotFound<T>(promise: Promise<T>): Promise<T | undefined> {
  return promise.catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return undefined;
    throw error;
  });
}
