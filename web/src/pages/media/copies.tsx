import { useSignal } from '@preact/signals';
import { serverRoot } from '../../address.ts';
import { TAMS_URL } from '../../api/client.ts';
import { media as texts } from '../../texts/media.ts';
import { spanText } from '../../timeline/lanes.ts';
import type { Subject } from '../../timeline/timeline-data.ts';
import type { TimelineModel } from '../../timeline/timeline-model.ts';

const COPIED_MS = 1_500;

type Copy = keyof typeof texts.copies;

/** What is marked, or everything, in the forms that tools take. */
export function copyText(copy: Copy, { kind, id }: Subject, timerange: string): string {
  const range = timerange === '_' ? '' : `?${new URLSearchParams({ timerange }).toString()}`;
  switch (copy) {
    case 'timerange':
      return timerange;
    case 'playlist':
      return `${serverRoot}playback/${kind}s/${id}.m3u8${range}`;
    case 'otio':
      return `${serverRoot}playback/${kind}s/${id}.otio${range}`;
    case 'curl':
      return kind === 'flow'
        ? `curl '${TAMS_URL}/flows/${id}/segments${range}'`
        : `curl '${TAMS_URL}/flows?source_id=${id}'`;
  }
}

export function Copies({ subject, model }: { readonly subject: Subject; readonly model: TimelineModel }) {
  const done = useSignal<Copy | undefined>(undefined);
  const copy = async (what: Copy): Promise<void> => {
    const marked = model.marked() ?? model.data.extent.value;
    await navigator.clipboard.writeText(copyText(what, subject, marked === undefined ? '_' : spanText(marked)));
    done.value = what;
    setTimeout(() => (done.value = undefined), COPIED_MS);
  };
  return (
    <div class="copies" role="group" aria-label={texts.copy}>
      <span class="muted">{texts.copy}</span>
      {(Object.keys(texts.copies) as Copy[]).map((what) => (
        <button key={what} type="button" onClick={() => void copy(what)}>
          {done.value === what ? texts.copied : texts.copies[what]}
        </button>
      ))}
      <span class="hidden" role="status">
        {done.value !== undefined && texts.copied}
      </span>
    </div>
  );
}
