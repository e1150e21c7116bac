import { type ExrInspector, type InspectedExr, inspectUpload } from './exr-inspector.ts';
import type { ExrPlaces } from './exr-places.ts';

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

  /** Stores nothing. `name` is the file's name, which gives the frame number. */
  upload(bytes: Uint8Array, name: string): Promise<InspectedExr> {
    return inspectUpload(bytes, name);
  }
}
