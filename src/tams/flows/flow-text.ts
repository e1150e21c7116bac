import type { JsonText } from '../../shared/paging.ts';
import type { FlowDocument } from '../store.ts';
import { wholeSeconds, withShownTimes } from '../documents/shown-times.ts';

const TIMES = ['created', 'metadata_updated'];
const COLLECTED_BY_NONE = '[]';

export const showFlowDocument = (document: JsonText): JsonText => withShownTimes(document, TIMES);

/** A flow as it is shown: with what is not part of its document, what changes with every segment and what is inferred. */
export function showFlow({ document, segmentsUpdated, collectedBy }: FlowDocument): JsonText {
  let added = segmentsUpdated === null ? '' : `"segments_updated":"${wholeSeconds(segmentsUpdated)}"`;
  if (collectedBy !== COLLECTED_BY_NONE) added += `${added === '' ? '' : ','}"collected_by":${collectedBy}`;
  return withShownTimes(document, TIMES, added);
}
