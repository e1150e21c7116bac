import type { BackendTags } from './backend-tags.ts';

/** A backend in `GET /service/storage-backends` (TAMS 8.2, `schemas/storage-backend*.json`). */
export interface StorageBackend {
  readonly id: string;
  readonly label?: string;
  readonly store_type: 'http_object_store';
  readonly provider: string;
  readonly region?: string;
  readonly availability_zone?: string;
  readonly store_product: string;
  readonly default_storage?: boolean;
  /** TAMS 7.0 knows none: its answers leave them out. */
  readonly tags?: BackendTags | undefined;
}
