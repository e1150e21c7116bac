import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { giveAccess } from './access-classes.ts';
import { accessOf } from './access.ts';
import type { Limits } from './rights.ts';

/** The storage backends that the tag `auth_classes` gives a right on (AppNote 0016); without the tag it is given. */
export class LimitedMedia implements MediaStoreRegistry {
  readonly #stores: readonly MediaStore[];
  readonly default: MediaStore | undefined;

  constructor(media: MediaStoreRegistry, limits: Limits) {
    const classes = accessOf(limits).classes ?? [];
    this.#stores = media.all().filter(({ backend }) => giveAccess(backend.tags, classes));
    this.default = this.#stores.find((store) => store === media.default);
  }

  get(storageId: string): MediaStore | undefined {
    return this.#stores.find(({ backend }) => backend.id === storageId);
  }

  all(): readonly MediaStore[] {
    return this.#stores;
  }
}
