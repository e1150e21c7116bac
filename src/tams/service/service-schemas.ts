import type { TProperties } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { Uuid } from '../../http/schemas/common.ts';

/** TAMS, `schemas/{service,service-post,event-stream-common}.json`. Versions add properties of their own. */

export const serviceSchema = (more: TProperties) =>
  Type.Object(
    {
      name: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
      type: Type.String({ description: 'Starts with `urn:x-tams:service`.' }),
      api_version: Type.String({ pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$' }),
      service_version: Type.Optional(Type.String()),
      event_stream_mechanisms: Type.Optional(
        Type.Array(
          Type.Object(
            { name: Type.String(), docs: Type.Optional(Type.String()), config: Type.Optional(Type.Object({})) },
            { title: 'EventStreamMechanism' },
          ),
        ),
      ),
      ...more,
    },
    { title: 'Service' },
  );

export const ServiceUpdateSchema = Type.Object(
  { name: Type.Optional(Type.String()), description: Type.Optional(Type.String()) },
  { title: 'ServiceUpdate', examples: [{ name: 'News', description: 'What the newsroom records' }] },
);

const storeType = Type.Enum(['http_object_store'], { type: 'string' });

/** The backend's properties in URLs of verbose storage (TAMS 7.0, `schemas/storage-backend.json`). */
export const storageBackendProperties = {
  store_type: Type.Optional(storeType),
  provider: Type.Optional(Type.String()),
  region: Type.Optional(Type.String()),
  availability_zone: Type.Optional(Type.String()),
  store_product: Type.Optional(Type.String()),
};

/** TAMS, `schemas/storage-backends-list.json`, one of the list. Versions add properties of their own. */
export const storageBackendSchema = (more: TProperties) =>
  Type.Object(
    {
      id: Uuid,
      label: Type.Optional(Type.String()),
      store_type: storeType,
      provider: Type.String(),
      region: Type.Optional(Type.String()),
      availability_zone: Type.Optional(Type.String()),
      store_product: Type.String(),
      default_storage: Type.Optional(Type.Boolean({ description: 'Used when a request names no backend.' })),
      ...more,
    },
    { title: 'StorageBackend' },
  );
