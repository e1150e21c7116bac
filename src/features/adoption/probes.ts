import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import type { BackendConfig } from '../../media/storage-backend-settings.ts';
import { AppError } from '../../shared/errors.ts';
import { uuidOf } from '../../shared/uuid.ts';
import { classesOf } from '../../tams/access/access-classes.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { Adoption } from './adoption.ts';
import { isAllowed } from './adoption-rules.ts';
import { frameProbe } from './frame-probe.ts';
import { mediaProbe } from './media-probe.ts';
import type { Probe } from './probe.ts';

/** A store that keys may be adopted in, and the folders that they lie in. */
export interface Adoptable {
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

  /** @throws AppError as `storeOf`, and `adoption_refused` where the folder, the classes or the deletion are not allowed */
  mustAllow(adoption: Pick<Adoption, 'storageId' | 'prefix' | 'tags' | 'deleteBytes'>): Adoptable {
    const { storageId, prefix, tags, deleteBytes } = adoption;
    const adoptable = this.storeOf(adoption);
    const { store, allowed } = adoptable;
    if (!isAllowed(prefix, allowed)) {
      const problem = `does not lie in a folder that may be adopted: ${allowed.join(', ')}`;
      throw refusal('prefix', `${JSON.stringify(prefix)} ${problem}`);
    }
    checkClasses(tags, store.backend.tags);
    const [, other] = this.ofBucket(storageId);
    if (deleteBytes && other !== undefined) {
      const problem = `storage backend ${other} has the same bucket, and may have objects of the same keys`;
      throw refusal('delete_bytes', `${problem}; leave it out`);
    }
    return adoptable;
  }

  /** The backends in whose bucket a key is the same bytes, this one first. */
  ofBucket(storageId: string): string[] {
    const own = this.#backends.find(({ id }) => id === storageId);
    const others = this.#backends.filter(
      (each) =>
        own?.type === 's3' && each.type === 's3' && each.bucket === own.bucket && each.endpoint === own.endpoint,
    );
    return [storageId, ...others.map(({ id }) => id).filter((id) => id !== storageId)];
  }

  of(adoption: Pick<Adoption, 'id' | 'storageId' | 'layout'>): Probe {
    const { store } = this.storeOf(adoption);
    if (adoption.layout === 'frames') return frameProbe(store);
    return mediaProbe(store, (key, name) => uuidOf(`adoption ${adoption.id} ${key} ${name}`));
  }
}

export const refusal = (field: string, problem: string): AppError =>
  new AppError('adoption_refused', `body/${field}: ${problem}`, { field });

/** A flow must not show the content of a storage backend to principals who may not see that backend. */
function checkClasses(tags: Tags, backend: Tags | undefined): void {
  const allowed = classesOf(backend);
  if (allowed === undefined) return;
  const own = classesOf(tags);
  if (own?.every((name) => allowed.includes(name)) === true) return;
  const problem = `the storage backend is for the classes ${allowed.join(', ')}; give the flows a tag auth_classes of these`;
  throw refusal('tags', problem);
}
