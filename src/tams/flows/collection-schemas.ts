import type { TSchema, TUnsafe } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import type { CollectionItem, FlowCollectionItem } from './flow.ts';
import { Integer, PATTERNS, Uuid } from '../../http/schemas/common.ts';

/** Collections of flows and sources (TAMS, `schemas/{collection-item,flow-collection,container-mapping}.json`). */

export const ContainerMapping = Type.Object(
  {
    track_index: Type.Optional(Integer({ minimum: 0, description: 'Counted over all tracks, from zero.' })),
    format_track_index: Type.Optional(
      Integer({ minimum: 0, description: 'Counted over the tracks of the same format, from zero.' }),
    ),
    audio_track: Type.Optional(
      Type.Object(
        {
          channel_numbers: Type.Optional(Type.Array(Integer({ minimum: 0 }), { minItems: 1 })),
          channel_range: Type.Optional(Type.String({ pattern: PATTERNS.channelRange.pattern })),
        },
        { description: 'Which channels of the container are those of the flow.' },
      ),
    ),
    mp2ts_container: Type.Optional(Type.Object({ pid: Type.Optional(Integer()) })),
    mxf_container: Type.Optional(
      Type.Object({
        package_uid: Type.Optional(Type.String({ pattern: PATTERNS.packageUid.pattern })),
        track_id: Type.Optional(Integer()),
      }),
    ),
    isobmff_container: Type.Optional(Type.Object({ track_id: Type.Optional(Integer()) })),
  },
  { title: 'ContainerMapping', description: 'Where in a container the essence of a flow is found.' },
);

const role = Type.String({ description: 'The role of the member in the collection, for people to read.' });

/** A member, with or without a role. */
export const collectionItem = (role: TSchema) =>
  Type.Object({ id: Uuid, role }, { title: 'CollectionItem' }) as unknown as TUnsafe<CollectionItem>;

export const REQUIRED_ROLE: TSchema = role;
export const OPTIONAL_ROLE: TSchema = Type.Optional(role);

/** Flows that a flow collects. */
export const flowCollection = (role: TSchema) =>
  Type.Array(
    Type.Object(
      { id: Uuid, role, container_mapping: Type.Optional(ContainerMapping) },
      { title: 'FlowCollectionItem' },
    ),
    { title: 'FlowCollection', description: 'The flows that this flow collects; each must exist.' },
  ) as unknown as TUnsafe<FlowCollectionItem[]>;
