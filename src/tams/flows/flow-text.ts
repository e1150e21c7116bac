import type { JsonText } from '../../shared/paging.ts';
import { wholeSeconds, withShownTimes } from '../../shared/time/shown-times.ts';
import type { FlowDocument } from './flow-state.ts';

const TIMES = ['created', 'metadata_updated'];
const COLLECTED_BY_NONE = '[]';

export const showFlowDocument = (document: JsonText): JsonText => withShownTimes(document, TIMES);

/**
 * A flow as answers show it: its document, with the properties that change with every segment, and the inferred ones.
 */
export function showFlow({ document, segmentsUpdated, collectedBy }: FlowDocument): JsonText {
  let added = segmentsUpdated === null ? '' : `"segments_updated":"${wholeSeconds(segmentsUpdated)}"`;
  if (collectedBy !== COLLECTED_BY_NONE) added += `${added === '' ? '' : ','}"collected_by":${collectedBy}`;
  return withShownTimes(document, TIMES, added);
}
