import type { Readable } from 'node:stream';
import type { LocalMedia, ObjectInfo, UploadOptions } from '../../media/media-store.ts';
import type { CursorPosition, PageRequest } from '../../shared/paging.ts';
import type { Store } from '../store.ts';
import { AppError } from '../../shared/errors.ts';

interface ObjectDescription {
  id: string;
  referenced_by_flows: string[];
  first_referenced_by_flow?: string;
}

/** TAMS 7.0, `/objects/{objectId}`. */
export class ObjectService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** An object that no segment ever used is only allocated: not found. */
  async get(objectId: string, page: PageRequest): Promise<{ object: ObjectDescription; next?: CursorPosition }> {
    const found = await this.#store.objects.find(objectId);
    if (found === undefined || !found.referenced) {
      throw new AppError('not_found', 'there is no media object of this id');
    }
    const { items, next } = await this.#store.segments.flowsUsing(objectId, page);
    // Segments of a flow that is being deleted outlive the flow for a while.
    const existing = await this.#store.flows.existing(items);
    const object = {
      id: objectId,
      referenced_by_flows: items.filter((flowId) => existing.has(flowId)),
      ...(found.firstFlow !== undefined && { first_referenced_by_flow: found.firstFlow }),
    };
    return next === undefined ? { object } : { object, next };
  }

  /**
   * Stores the bytes of an existing object. Looks for the object once more when the bytes can be read: reclaim either
   * begins afterwards and finds them, or they are deleted here.
   */
  async upload(media: LocalMedia, storagePath: string, body: Readable, options: UploadOptions): Promise<ObjectInfo> {
    const location = { storageId: media.backend.id, storagePath };
    if ((await this.#store.objects.findAt(location)) === undefined) throw reclaimed();
    const info = await media.put(storagePath, body, options);
    if ((await this.#store.objects.findAt(location)) !== undefined) return info;
    await media.delete(storagePath);
    throw reclaimed();
  }
}

const reclaimed = (): AppError =>
  new AppError('not_found', 'This object was reclaimed, since no segment used it; allocate storage again.');
