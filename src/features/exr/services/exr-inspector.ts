import type { ExrFileRepository } from '../repositories/exr-file-repository.ts';
import type { ExrPersistence, InspectedFile } from '../rules/exr-file.ts';
import { ExrError, FIRST_READ_BYTES } from '../../../formats/exr/header/exr-error.ts';
import { type ByteSource, memorySource } from '../../../formats/exr/header/byte-source.ts';
import { inspectExr } from '../rules/inspect.ts';
import type { DescribedHeader, ExrInspection } from '../rules/inspection.ts';
import { AppError } from '../../../shared/errors.ts';
import { type ExrPlace, type ExrPlaces, noBytes } from './exr-places.ts';
import { ObjectChanged, openMediaSource } from '../../../media/media-source.ts';

/** An answer: the header, and how it was stored; null if nothing is stored. */
interface InspectedExr extends ExrInspection {
  readonly persistence: ExrPersistence | null;
}

/** Attempts for an object that is written while it is read. */
const ATTEMPTS = 3;

/** Reads headers in place, and stores them. */
export class ExrInspector {
  readonly #files: ExrFileRepository;

  constructor(files: ExrFileRepository) {
    this.#files = files;
  }

  /**
   * Costs one or two reads of a range, and one transaction. Throws `not_found`, `invalid_exr`, and what the media store
   * throws.
   *
   * @param places of one file; if one cannot be read, the next is tried.
   */
  async inspect(places: readonly ExrPlace[]): Promise<InspectedExr> {
    const { file, found } = await this.read(places);
    const persistence = await this.#files.save(file, found, Date.now());
    return { ...found.inspection, persistence };
  }

  /** As `inspect`, and keeps nothing. */
  async read(places: readonly ExrPlace[]): Promise<InspectedFile> {
    let failure: unknown;
    for (const place of places) {
      try {
        return { file: place.ref, found: await this.#read(place) };
      } catch (error) {
        const code = error instanceof AppError ? error.code : undefined;
        // The bytes are the same at every place.
        if (code === 'invalid_exr') throw error;
        // A store that cannot be read may hold a file that the others lack.
        if (failure === undefined || code !== 'not_found') failure = error;
      }
    }
    throw failure;
  }

  async #read(place: ExrPlace): Promise<DescribedHeader> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await readPlace(place);
      } catch (error) {
        if (!(error instanceof ObjectChanged)) throw translateExrFailure(error);
        if (attempt < ATTEMPTS) continue;
        const summary = 'The object is being written all the time; try again when that is done.';
        throw new AppError('media_store_unavailable', summary, { retryAfterS: 1, cause: error });
      }
    }
  }
}

async function readPlace(place: ExrPlace): Promise<DescribedHeader> {
  const opening = openMediaSource(place.store, place.storagePath, FIRST_READ_BYTES);
  const { source, info } = await opening.catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') throw noBytes(place.ref);
    throw error;
  });
  return describePlace(place, source, info.lastModified);
}

/** Reads the header of the file at a place. @throws ExrError, and the errors of the source. */
export async function describePlace(
  { ref, storagePath, bucket }: ExrPlace,
  source: ByteSource,
  lastModified: Date,
): Promise<DescribedHeader> {
  // The frame number comes from the client's id of the object: this server makes the key.
  const location = { path: ref.path, bucket: null, key: null, mtime: lastModified.toISOString() };
  const { inspection, vectors } = await inspectExr(source, location);
  return { inspection: { ...inspection, file: { ...inspection.file, bucket, key: storagePath } }, vectors };
}

/** Translates the error of an unreadable header for clients: the kind, the problem, and its byte. */
function translateExrFailure(error: unknown): unknown {
  if (!(error instanceof ExrError)) return error;
  return new AppError('invalid_exr', `${error.kind}: ${error.message}`, { cause: error });
}

/** Inspects a file that a client names or sends; throws the errors of `ExrPlaces` and `ExrInspector`. */
export class ExrInspectionService {
  readonly #places: ExrPlaces;
  readonly #inspector: ExrInspector;

  constructor(places: ExrPlaces, inspector: ExrInspector) {
    this.#places = places;
    this.#inspector = inspector;
  }

  async object(objectId: string): Promise<InspectedExr> {
    return this.#inspector.inspect(await this.#places.ofObject(objectId));
  }

  async key(bucket: string, key: string): Promise<InspectedExr> {
    return this.#inspector.inspect([this.#places.ofKey(bucket, key)]);
  }

  /**
   * Keeps nothing.
   *
   * @param bytes the header, with or without what follows it
   * @param name the file's name, which gives the frame number
   */
  async upload(bytes: Uint8Array, name: string): Promise<InspectedExr> {
    try {
      const location = { path: name, bucket: null, key: null, mtime: null };
      const { inspection } = await inspectExr(memorySource(bytes), location);
      return { ...inspection, persistence: null };
    } catch (error) {
      throw translateExrFailure(error);
    }
  }
}
