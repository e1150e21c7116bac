import { useSignal } from '@preact/signals';
import { serverRoot } from '../../address.ts';
import { send, TAMS_URL } from '../../api/client.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { media as texts } from '../../texts/media.ts';
import { spanText } from '../../timeline/lanes.ts';
import type { Subject } from '../../timeline/timeline-data.ts';
import type { TimelineModel } from '../../timeline/timeline-model.ts';

const COPIED_MS = 1_500;

type Copy = keyof typeof texts.copies;

/** The marked stretch, or everything, in the forms that tools take. @throws ApiError */
async function copyText(copy: Copy, { kind, id }: Subject, timerange: string): Promise<string> {
  const query = new URLSearchParams({ timerange }).toString();
  const playback = `${serverRoot}playback/${kind}s/${id}`;
  switch (copy) {
    case 'timerange':
      return timerange;
    case 'playlist': {
      // Players send no headers: this URL has a token of its own, for this flow or source alone.
      const answer = await send(new Request(`${playback}/url`, { method: 'POST' }));
      const { url } = (await answer.json()) as { url: string };
      return `${url}?${query}`;
    }
    case 'otio':
      return (await send(new Request(`${playback}.otio?${query}`))).text();
    case 'curl':
      return kind === 'flow'
        ? `curl '${TAMS_URL}/flows/${id}/segments?${query}'`
        : `curl '${TAMS_URL}/flows?source_id=${id}'`;
  }
}

/** Whether the text is on the clipboard now. */
async function isCopied(text: string): Promise<boolean> {
  const { clipboard } = navigator as { readonly clipboard?: Clipboard };
  if (clipboard === undefined) return false;
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

export function Copies({ subject, model }: { readonly subject: Subject; readonly model: TimelineModel }) {
  const done = useSignal<Copy | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  /** The text, where the browser lets the page write to no clipboard, as by plain HTTP. */
  const byHand = useSignal<string | undefined>(undefined);
  const copy = async (what: Copy): Promise<void> => {
    const marked = model.marked() ?? model.data.extent.value;
    try {
      const text = await copyText(what, subject, marked === undefined ? '_' : spanText(marked));
      error.value = undefined;
      byHand.value = (await isCopied(text)) ? undefined : text;
      if (byHand.value !== undefined) return;
      done.value = what;
      setTimeout(() => (done.value = undefined), COPIED_MS);
    } catch (cause) {
      error.value = cause;
    }
  };
  // A timeline of OpenTimelineIO is one of a flow.
  const copies = (Object.keys(texts.copies) as Copy[]).filter((what) => what !== 'otio' || subject.kind === 'flow');
  return (
    <div class="copies" role="group" aria-label={texts.copy}>
      <span class="muted">{texts.copy}</span>
      {copies.map((what) => (
        <button key={what} type="button" onClick={() => void copy(what)}>
          {done.value === what ? texts.copied : texts.copies[what]}
        </button>
      ))}
      <span class="hidden" role="status">
        {done.value !== undefined && texts.copied}
      </span>
      {byHand.value !== undefined && (
        <label class="by-hand">
          {texts.byHand}
          <textarea readOnly rows={3} value={byHand.value} onFocus={({ currentTarget }) => currentTarget.select()} />
        </label>
      )}
      {error.value !== undefined && <ErrorNote error={error.value} />}
    </div>
  );
}
