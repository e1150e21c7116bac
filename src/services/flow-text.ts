import type { JsonText } from '../domain/paging.ts';
import type { FlowDocument } from '../domain/store.ts';
import { withProperties } from './json-text.ts';

const COLLECTED_BY_NONE = '[]';

/** A flow as it is shown: with what is not part of its document, what changes with every segment and what is inferred. */
export function showFlow({ document, segmentsUpdated, collectedBy }: FlowDocument): JsonText {
  let added = segmentsUpdated === null ? '' : `"segments_updated":"${segmentsUpdated}"`;
  if (collectedBy !== COLLECTED_BY_NONE) added += `${added === '' ? '' : ','}"collected_by":${collectedBy}`;
  return withProperties(document, added);
}
