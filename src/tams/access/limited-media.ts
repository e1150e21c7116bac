import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { giveAccess } from './access-classes.ts';
import type { Access } from './access.ts';

/** The storage backends that the tag `auth_classes` gives a right on (AppNote 0016); without the tag it is given. */
export class LimitedMedia implements MediaStoreRegistry {
  readonly #stores: readonly MediaStore[];
  readonly default: MediaStore | undefined;

  /** @param classes that give the right; undefined: it is given on all. */
  constructor(media: MediaStoreRegistry, { classes }: Pick<Access, 'classes'>) {
    this.#stores = media.all().filter(({ backend }) => classes === undefined || giveAccess(backend.tags, classes));
    this.default = this.#stores.find((store) => store === media.default);
  }

  get(storageId: string): MediaStore | undefined {
    return this.#stores.find(({ backend }) => backend.id === storageId);
  }

  all(): readonly MediaStore[] {
    return this.#stores;
  }
}
