import Type from 'typebox';
import { Dictionary, Integer, Uuid } from '../../http/schemas/common.ts';

/** TAMS 7.0, `schemas/{flow-storage-post,flow-storage,http-request}.json`. */

export const StorageRequestSchema = Type.Object(
  {
    limit: Type.Optional(Integer({ description: 'How many objects to allocate.' })),
    object_ids: Type.Optional(
      Type.Array(Type.String(), { description: 'The ids to allocate, all of them new. Not together with `limit`.' }),
    ),
    storage_id: Type.Optional(Uuid),
  },
  { title: 'StorageRequest', examples: [{ limit: 1 }] },
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

export const StorageAllocation = Type.Object(
  { media_objects: Type.Array(Type.Object({ object_id: Type.String(), put_url: UploadRequestSchema })) },
  { title: 'StorageAllocation' },
);
