import type { TSchema } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { ContentFormat } from '../documents/format.ts';
import { DateTime, Uuid } from '../../http/schemas/common.ts';

/** A source (TAMS, `schemas/source.json`). @param parts the parts in which versions of TAMS differ */
export const sourceSchema = ({ tags, collectionItem }: { tags: TSchema; collectionItem: TSchema }) =>
  Type.Object(
    {
      id: Uuid,
      format: ContentFormat,
      label: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
      created_by: Type.Optional(Type.String()),
      updated_by: Type.Optional(Type.String()),
      created: Type.Optional(DateTime),
      updated: Type.Optional(DateTime),
      tags: Type.Optional(tags),
      source_collection: Type.Optional(
        Type.Array(collectionItem, { description: 'Inferred from the collections of its flows.' }),
      ),
      collected_by: Type.Optional(Type.Array(Uuid, { description: 'The sources that collect this one.' })),
    },
    { title: 'Source' },
  );
