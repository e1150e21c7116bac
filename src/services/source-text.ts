import type { JsonText } from '../domain/paging.ts';
import type { SourceDocument } from '../domain/store.ts';
import { withProperties } from './json-text.ts';
import type { SourceRelations } from './source-relations.ts';

/** A source as it is shown: with its collections, which are inferred. */
export function showSource(source: SourceDocument, relations: SourceRelations = {}): JsonText {
  return withProperties(source.document, JSON.stringify(relations).slice(1, -1));
}
