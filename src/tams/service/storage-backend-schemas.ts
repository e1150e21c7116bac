import Type from 'typebox';
import { Uuid } from '../../http/schemas/common.ts';

const storeType = Type.Enum(['http_object_store'], { type: 'string' });

/** The backend's properties in URLs of verbose storage (TAMS 7.0, `schemas/storage-backend.json`). */
export const storageBackendProperties = {
  store_type: Type.Optional(storeType),
  provider: Type.Optional(Type.String()),
  region: Type.Optional(Type.String()),
  availability_zone: Type.Optional(Type.String()),
  store_product: Type.Optional(Type.String()),
};

/** TAMS 7.0, `schemas/storage-backends-list.json`, one of the list. */
export const StorageBackendSchema = Type.Object(
  {
    id: Uuid,
    label: Type.Optional(Type.String()),
    store_type: storeType,
    provider: Type.String(),
    region: Type.Optional(Type.String()),
    availability_zone: Type.Optional(Type.String()),
    store_product: Type.String(),
    default_storage: Type.Optional(Type.Boolean({ description: 'Used when a request names no backend.' })),
  },
  { title: 'StorageBackend' },
);
