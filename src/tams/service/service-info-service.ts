import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { ServiceInfo } from './service-info.ts';
import type { StorageBackend } from '../../media/storage-backend.ts';
import type { Store } from '../store.ts';

interface ServiceDescription extends ServiceInfo {
  type: string;
  service_version: string;
  event_stream_mechanisms: { name: string }[];
}

const TYPE = 'urn:x-tams:service.vast';
const DEFAULT_NAME = 'VAST TAMS';

/** TAMS 7.0, `/service` and `/service/storage-backends`. */
export class ServiceInfoService {
  readonly #store: Store;
  readonly #media: MediaStoreRegistry;
  readonly #version: string;

  constructor(store: Store, media: MediaStoreRegistry, version: string) {
    this.#store = store;
    this.#media = media;
    this.#version = version;
  }

  async get(): Promise<ServiceDescription> {
    return {
      name: DEFAULT_NAME,
      ...(await this.#store.serviceInfo.get()),
      type: TYPE,
      service_version: this.#version,
      event_stream_mechanisms: [{ name: 'webhooks' }],
    };
  }

  /** Changes the given properties. */
  update(change: ServiceInfo): Promise<void> {
    return this.#store.transaction(async (tx) => {
      const present = await tx.serviceInfo.get();
      await tx.serviceInfo.save({
        ...present,
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.description === undefined ? {} : { description: change.description }),
      });
    });
  }

  storageBackends(): readonly StorageBackend[] {
    // TAMS 7.0 has no tags of backends.
    return this.#media.all().map(({ backend }) => ({ ...backend, tags: undefined }));
  }
}
