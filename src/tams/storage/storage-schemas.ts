import type { TProperties } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { Dictionary, Integer, Uuid } from '../../http/schemas/common.ts';
import type { StorageRequest } from './storage-service.ts';

/** TAMS, `schemas/{flow-storage-post,flow-storage,http-request}.json`. Versions add properties of their own. */

export const storageRequest = (more: TProperties) =>
  Type.Unsafe<StorageRequest>(
    Type.Object(
      {
        limit: Type.Optional(Integer({ description: 'How many objects to allocate.' })),
        object_ids: Type.Optional(
          Type.Array(Type.String(), {
            description: 'The ids to allocate, all of them new. Not together with `limit`.',
          }),
        ),
        storage_id: Type.Optional(Uuid),
        ...more,
      },
      { title: 'StorageRequest', examples: [{ limit: 1 }] },
    ),
  );

const UploadRequestSchema = Type.Object(
  {
    url: Type.String(),
    body: Type.Optional(Type.String()),
    'content-type': Type.Optional(Type.String()),
    headers: Type.Optional(Dictionary(Type.String())),
  },
  { title: 'UploadRequest', description: 'The request that uploads an object.' },
);

export const storageAllocation = (more: TProperties) =>
  Type.Object(
    {
      media_objects: Type.Array(Type.Object({ object_id: Type.String(), put_url: UploadRequestSchema, ...more })),
    },
    { title: 'StorageAllocation' },
  );
