import Type from 'typebox';
import { ContentFormat } from '../documents/format-schema.ts';
import { CollectionItem } from '../flows/collection-schemas.ts';
import { DateTime, Tags, Uuid } from '../../http/schemas/common.ts';

/** TAMS 7.0, `schemas/source.json`. */
export const SourceSchema = Type.Object(
  {
    id: Uuid,
    format: ContentFormat,
    label: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    created_by: Type.Optional(Type.String()),
    updated_by: Type.Optional(Type.String()),
    created: Type.Optional(DateTime),
    updated: Type.Optional(DateTime),
    tags: Type.Optional(Tags),
    source_collection: Type.Optional(
      Type.Array(CollectionItem, { description: 'Inferred from the collections of its flows.' }),
    ),
    collected_by: Type.Optional(Type.Array(Uuid, { description: 'The sources that collect this one.' })),
  },
  { title: 'Source' },
);
