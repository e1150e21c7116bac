import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { ServiceInfo } from './service-info-repository.ts';
import type { StorageBackend } from '../../media/storage-backend.ts';
import { defined } from '../../shared/defined.ts';
import type { VastStore } from '../vast-store.ts';

export interface ServiceDescription extends ServiceInfo {
  type: string;
  service_version: string;
  event_stream_mechanisms: { name: string }[];
  /** Timestamps: how long an allocation waits for its first segment, and how long a signed URL is good. */
  min_object_timeout: string;
  min_presigned_url_timeout: string;
}

/** In seconds. */
export interface Timeouts {
  readonly object: number;
  readonly presignedUrl: number;
}

const TYPE = 'urn:x-tams:service.vast';
const DEFAULT_NAME = 'VAST TAMS';

/** TAMS, `/service` and `/service/storage-backends`. */
export class ServiceInfoService {
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;
  readonly #version: string;
  readonly #timeouts: Timeouts;

  constructor(store: VastStore, media: MediaStoreRegistry, version: string, timeouts: Timeouts) {
    this.#store = store;
    this.#media = media;
    this.#version = version;
    this.#timeouts = timeouts;
  }

  async get(): Promise<ServiceDescription> {
    return {
      name: DEFAULT_NAME,
      ...(await this.#store.serviceInfo.get()),
      type: TYPE,
      service_version: this.#version,
      event_stream_mechanisms: [{ name: 'webhooks' }],
      min_object_timeout: `${this.#timeouts.object}:0`,
      min_presigned_url_timeout: `${this.#timeouts.presignedUrl}:0`,
    };
  }

  /** Changes the name and the description, where they are given. */
  update({ name, description }: ServiceInfo): Promise<void> {
    const change = defined({ name, description });
    return this.#store.transaction(async (tx) => {
      await tx.serviceInfo.save({ ...(await tx.serviceInfo.get()), ...change });
    });
  }

  storageBackends(): readonly StorageBackend[] {
    return this.#media.all().map(({ backend }) => backend);
  }
}
