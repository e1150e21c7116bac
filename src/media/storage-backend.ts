import type { Static } from 'typebox';
import { Type } from '../shared/type-builder.ts';
import { schemaLibrary } from '../shared/schema-library.ts';
import type { TextSyntax } from '../config/text-syntax.ts';

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

/** Tags of a storage backend (TAMS 8.2, `schemas/tags.json`). They come from the configuration. */
export const BackendTags = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));
export type BackendTags = Static<typeof BackendTags>;

export const BACKEND_TAGS: TextSyntax<BackendTags> = {
  parse: (json) => {
    try {
      const tags: unknown = JSON.parse(json);
      return schemaLibrary().Check(BackendTags, tags) ? tags : undefined;
    } catch {
      return undefined;
    }
  },
  takes: 'a JSON object whose values are strings or lists of strings, such as {"auth_classes":["news"]}',
};
