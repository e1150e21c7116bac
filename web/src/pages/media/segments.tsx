import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { pageOf, tams } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { media as texts } from '../../texts/media.ts';
import { readSpan, spanText } from '../../timeline/lanes.ts';
import type { TimelineModel } from '../../timeline/timeline-model.ts';

type Segment = components['schemas']['Segment'];

const PAGE = 50;

/** Segments of a flow from the position on, a page at a time, with their objects and where those lie. */
export function Segments({ flowId, model }: { readonly flowId: string; readonly model: TimelineModel }) {
  const rows = useSignal<readonly Segment[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const isOpen = useSignal(false);
  const isBusy = useSignal(false);
  /** The timerange of the rows: a cursor goes on in the timerange that it began with. */
  const range = useRef<string | undefined>(undefined);
  const load = async (page: string | undefined): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    const view = model.view.peek();
    if (page === undefined) range.current = view && spanText(view);
    const query = {
      limit: PAGE,
      presigned: false,
      ...(range.current !== undefined && { timerange: range.current }),
      ...(page !== undefined && { page }),
    };
    try {
      const found = await pageOf(tams.GET('/flows/{flowId}/segments', { params: { path: { flowId }, query } }));
      rows.value = page === undefined ? found.items : [...rows.value, ...found.items];
      next.value = found.next;
      error.value = undefined;
    } catch (cause) {
      error.value = cause;
    }
    isBusy.value = false;
  };
  useEffect(() => {
    if (isOpen.value) void load(undefined);
  }, [flowId, isOpen.value]);
  return (
    <details class="block" onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>
        {texts.segments} <span class="muted">{texts.fromHere}</span>
      </summary>
      {error.value !== undefined && <ErrorNote error={error.value} retry={() => void load(undefined)} />}
      {rows.value.length === 0 ? (
        <p class="muted">{texts.noSegments}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>{texts.timerange}</th>
              <th>{texts.object}</th>
              <th class="number">{texts.samples}</th>
              <th>{texts.instances}</th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map(({ timerange, object_id, sample_count, get_urls = [] }) => (
              <tr key={timerange}>
                <td>
                  <button
                    type="button"
                    class="plain mono"
                    onClick={() => model.seek(readSpan(timerange)?.startNs ?? 0n)}
                  >
                    {timerange}
                  </button>
                </td>
                <td class="mono">{object_id}</td>
                <td class="number">{sample_count}</td>
                <td>{get_urls.map(({ label, store_type: type }) => label ?? type ?? '-').join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next.value !== undefined && (
        <button type="button" disabled={isBusy.value} onClick={() => void load(next.value)}>
          {texts.more}
        </button>
      )}
    </details>
  );
}
