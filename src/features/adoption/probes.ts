import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import type { BackendConfig } from '../../media/storage-backend-settings.ts';
import { AppError } from '../../shared/errors.ts';
import { uuidOf } from '../../shared/uuid.ts';
import type { Adoption } from './adoption.ts';
import { frameProbe } from './frame-probe.ts';
import { mediaProbe } from './media-probe.ts';
import type { Probe } from './probe.ts';

/** A store that keys may be adopted in, and the folders that they lie in. */
interface Adoptable {
  readonly store: MediaStore;
  readonly allowed: readonly string[];
}

/** Where keys may be adopted, and how they are looked into. */
export class Probes {
  readonly #media: MediaStoreRegistry;
  readonly #backends: readonly BackendConfig[];

  constructor(media: MediaStoreRegistry, backends: readonly BackendConfig[]) {
    this.#media = media;
    this.#backends = backends;
  }

  /** @throws AppError `unknown_storage_backend`, or `adoption_refused` where nothing may be adopted */
  storeOf({ storageId }: Pick<Adoption, 'storageId'>): Adoptable {
    const store = this.#media.get(storageId);
    const backend = this.#backends.find(({ id }) => id === storageId);
    if (store === undefined || backend === undefined) {
      const problem = `body/storage_id: there is no storage backend ${storageId}; see /service/storage-backends`;
      throw new AppError('unknown_storage_backend', problem, { field: 'storage_id' });
    }
    if (backend.type !== 's3')
      throw refusal('storage_id', `storage backend ${storageId} is a folder, and no S3 bucket`);
    if (backend.adoptPrefixes.length > 0) return { store, allowed: backend.adoptPrefixes };
    const setting = 'S3_ADOPT_PREFIXES, or adopt_prefixes in STORAGE_BACKENDS_FILE,';
    throw refusal('storage_id', `nothing of storage backend ${storageId} may be adopted; ${setting} names the folders`);
  }

  of(adoption: Pick<Adoption, 'id' | 'storageId' | 'layout'>): Probe {
    const { store } = this.storeOf(adoption);
    if (adoption.layout === 'frames') return frameProbe(store);
    return mediaProbe(store, (key, name) => uuidOf(`adoption ${adoption.id} ${key} ${name}`));
  }
}

export const refusal = (field: string, problem: string): AppError =>
  new AppError('adoption_refused', `body/${field}: ${problem}`, { field });
