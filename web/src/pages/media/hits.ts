import { dataOf, server } from '../../api/client.ts';
import { readSpan } from '../../timeline/lanes.ts';
import type { Subject } from '../../timeline/timeline-data.ts';
import type { TimelineModel } from '../../timeline/timeline-model.ts';

/** The most that a search answers at once. */
const HITS = 100;

/** Puts the hits of a search on the timeline of the flow, or of the flows of the source. */
export async function loadHits(model: TimelineModel, { kind, id }: Subject, words: string): Promise<void> {
  const of = kind === 'flow' ? { flow_id: id } : { source_id: id };
  try {
    const { hits } = await dataOf(server.GET('/search', { params: { query: { q: words, limit: HITS, ...of } } }));
    model.hits.value = hits.flatMap(({ flow, text }) => {
      const span = flow === undefined ? undefined : readSpan(flow.timerange);
      return span === undefined ? [] : [{ ...span, text }];
    });
  } catch {
    // The media search may be switched off: then nothing was found.
    model.hits.value = [];
  }
}
