import type { TimelineModel } from '../../timeline/timeline-model.ts';
import { contentOf, isLive, lookAfterMs } from './growth.ts';
import type { MediaData } from './media-data.ts';

/**
 * Follows flows that grow: looks at their documents, and asks for the timeline only when their segments have changed. It
 * rests while the page is hidden, and looks at once when it is seen again. @returns how to end it
 */
export function followGrowth(data: MediaData, model: TimelineModel, width: () => number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  // The first look asks for the timeline, too: it may be older than the documents.
  let shown: string | undefined;
  const look = async (): Promise<void> => {
    await data.load();
    const content = contentOf(data.flows.peek());
    if (content !== shown) await model.reload(width());
    shown = content;
    wait();
  };
  const wait = (): void => {
    clearTimeout(timer);
    const flows = data.flows.peek();
    model.isLive.value = isLive(flows, Date.now());
    const after = lookAfterMs(flows, Date.now());
    if (!ended && after !== undefined && !document.hidden) timer = setTimeout(() => void look(), after);
  };
  const seen = (): void => {
    clearTimeout(timer);
    if (!document.hidden && lookAfterMs(data.flows.peek(), Date.now()) !== undefined) void look();
  };
  document.addEventListener('visibilitychange', seen);
  wait();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}
