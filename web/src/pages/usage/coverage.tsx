import { dataOf, pageOf, server, tams } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { shownDuration } from '../../parts/shown.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { usage as texts } from '../../texts/usage.ts';
import { boundsOf, secondsOf } from './shown.ts';

const FLOWS = 200;
const GAPS = 200;
const [WIDTH, HEIGHT] = [1000, 28];

/** How much of a flow is there, and where it has gaps. */
export function Coverage({ flowId, onFlow }: { readonly flowId: string; readonly onFlow: (id: string) => void }) {
  const flows = useLoaded('flows', () => pageOf(tams.GET('/flows', { params: { query: { limit: FLOWS } } })));
  const analysis = useLoaded(`coverage ${flowId}`, async () =>
    flowId === ''
      ? undefined
      : dataOf(
          server.GET('/analytics/flows/{flowId}/timeline', { params: { path: { flowId }, query: { limit: GAPS } } }),
        ),
  );
  const items = flows.data?.items ?? [];
  const isListed = items.some(({ id }) => id === flowId);
  return (
    <section>
      <h2>{texts.coverage}</h2>
      <div class="row">
        <label for="coverage-flow">{texts.flow}</label>
        <select id="coverage-flow" value={flowId} onChange={({ currentTarget }) => onFlow(currentTarget.value)}>
          <option value="">{texts.choose}</option>
          {!isListed && flowId !== '' && <option value={flowId}>{flowId}</option>}
          {items.map(({ id, label }) => (
            <option key={id} value={id}>
              {label === undefined || label === '' ? id : label}
            </option>
          ))}
        </select>
      </div>
      {analysis.error !== undefined && <ErrorNote error={analysis.error} retry={analysis.retry} />}
      {flowId !== '' && analysis.data === undefined && analysis.error === undefined && <Skeleton lines={3} />}
      {analysis.data !== undefined && <Gaps analysis={analysis.data} />}
    </section>
  );
}

function Gaps({ analysis }: { readonly analysis: components['schemas']['TimelineAnalysis'] }) {
  const { timerange, coverage, covered, gaps, overlaps } = analysis;
  if (timerange === null) return <p>{texts.noContent}</p>;
  const [start, end] = boundsOf(timerange);
  const scale = WIDTH / Math.max(end - start, Number.EPSILON);
  const ranges = gaps.first.map((gap) => ({ gap, bounds: boundsOf(gap) }));
  return (
    <figure class="plot">
      <figcaption>{texts.gapsTitle}</figcaption>
      <svg class="strip" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar" x={0} y={0} width={WIDTH} height={HEIGHT} />
        {ranges.map(({ gap, bounds: [from, to] }) => (
          <rect
            key={gap}
            class="gap"
            x={(from - start) * scale}
            y={0}
            width={Math.max(1, (to - from) * scale)}
            height={HEIGHT}
          />
        ))}
      </svg>
      <p>
        {texts.covered(((coverage ?? 0) * 100).toFixed(2), shownDuration(secondsOf(covered)))}
        {'; '}
        {texts.gaps(gaps.count, shownDuration(secondsOf(gaps.duration)))}
        {'; '}
        {texts.overlaps(overlaps.count, shownDuration(secondsOf(overlaps.duration)))}
      </p>
      {ranges.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.gap}</th>
              <th scope="col">{texts.lasts}</th>
            </tr>
          </thead>
          <tbody>
            {ranges.map(({ gap, bounds: [from, to] }) => (
              <tr key={gap}>
                <td class="mono">{gap}</td>
                <td>{shownDuration(to - from)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </figure>
  );
}
