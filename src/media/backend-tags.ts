import { Type } from '../shared/type-builder.ts';
import type { Static } from 'typebox';
import { schemaLibrary } from '../shared/schema-library.ts';
import type { TextSyntax } from '../config/text-syntax.ts';

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
