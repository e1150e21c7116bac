import { useLocation } from 'preact-iso';
import { addressOf } from '../../address.ts';
import { dataOf, server } from '../../api/client.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { shownDuration, shownSize } from '../../parts/shown.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { useTitle } from '../../parts/use-title.ts';
import { BarPlot } from '../../plots/bar-plot.tsx';
import { usage as texts } from '../../texts/usage.ts';
import { Coverage } from './coverage.tsx';
import { Growth } from './growth.tsx';
import { secondsOf } from './shown.ts';
import './usage.css';

export default function UsagePage() {
  useTitle(texts.title);
  const { query, route } = useLocation();
  const change = (name: string, value: string): void => {
    const next = new URLSearchParams({ ...query, [name]: value });
    if (value === '') next.delete(name);
    route(`${addressOf('usage')}?${next}`, true);
  };
  return (
    <div class="usage">
      <h1>{texts.title}</h1>
      <Stored />
      <Growth bucket={query['bucket'] ?? '1h'} onBucket={(bucket) => change('bucket', bucket)} />
      <Coverage flowId={query['flow'] ?? ''} onFlow={(flow) => change('flow', flow)} />
    </div>
  );
}

/** The stored media, in figures and by format and size. */
function Stored() {
  const { data, error, retry } = useLoaded('stored', () =>
    Promise.all([dataOf(server.GET('/analytics/flow-usage')), dataOf(server.GET('/analytics/storage-usage'))]),
  );
  if (error !== undefined) return <ErrorNote error={error} retry={retry} />;
  if (data === undefined) return <Skeleton lines={6} />;
  const [flows, objects] = data;
  const figures: readonly (readonly [string, string, string?])[] = [
    [texts.flows, String(flows.flows)],
    [texts.segments, String(flows.segments)],
    [texts.duration, shownDuration(secondsOf(flows.duration))],
    [texts.bytes, shownSize(flows.estimated_bytes), noteOf(flows.flows_without_estimate, texts.withoutEstimate)],
    [texts.objects, String(objects.objects)],
    [texts.objectBytes, shownSize(objects.bytes), noteOf(objects.objects_of_unknown_size, texts.unknownSizes)],
  ];
  return (
    <>
      <dl class="figures">
        {figures.map(([name, value, note]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {note !== undefined && <span class="muted">{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <div class="plots">
        <BarPlot
          title={texts.durationByFormat}
          columns={[texts.format, texts.duration]}
          bars={flows.formats.map(({ format, duration }) => {
            const value = secondsOf(duration);
            return { label: nameOf(format), value, shown: shownDuration(value) };
          })}
        />
        <BarPlot
          title={texts.bytesByFormat}
          columns={[texts.format, texts.bytes]}
          bars={flows.formats.map(({ format, estimated_bytes: value }) => ({
            label: nameOf(format),
            value,
            shown: shownSize(value),
          }))}
        />
        <BarPlot
          title={texts.bySize}
          columns={[texts.size, texts.objects]}
          bars={objects.sizes.map(({ from_bytes: from, below_bytes: below, objects: value }) => ({
            label: texts.sizeRange(shownSize(from), below === null ? undefined : shownSize(below)),
            value,
            shown: String(value),
          }))}
        />
      </div>
    </>
  );
}

const noteOf = (count: number, text: (count: number) => string): string | undefined =>
  count === 0 ? undefined : text(count);

const nameOf = (format: string): string => format.split(':').at(-1) ?? format;
