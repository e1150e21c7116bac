import type { JsonText } from '../../shared/paging.ts';
import { withProperties } from '../../shared/json-text.ts';
import { withShownTimes } from '../../shared/time/shown-times.ts';
import type { SourceRelations } from './source-relations.ts';
import type { SourceDocument } from './source-repository.ts';

const TIMES = ['created', 'updated'];

/** A source as answers show it, with its inferred collections. */
export function showSource(source: SourceDocument, relations: SourceRelations = {}): JsonText {
  return withProperties(withShownTimes(source.document, TIMES), JSON.stringify(relations).slice(1, -1));
}
