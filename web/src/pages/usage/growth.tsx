import type { components } from '../../api/schema.d.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { TimePlot } from '../../plots/bar-plot.tsx';
import { usage as texts } from '../../texts/usage.ts';
import { lastBuckets } from './last-buckets.ts';
import { boundsOf } from './shown.ts';

/** Flows by when they were made, and segments by where they lie. */
export function Growth({ bucket, onBucket }: { readonly bucket: string; readonly onBucket: (bucket: string) => void }) {
  const { data, error, retry } = useLoaded(`growth ${bucket}`, () =>
    Promise.all((['flows', 'segments'] as const).map((of) => lastBuckets(of, bucket))),
  );
  const [flows, segments] = data ?? [];
  return (
    <section>
      <div class="row">
        <label for="growth-bucket">{texts.every}</label>
        <select id="growth-bucket" value={bucket} onChange={({ currentTarget }) => onBucket(currentTarget.value)}>
          {Object.entries(texts.buckets).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {error !== undefined && <ErrorNote error={error} retry={retry} />}
      {data === undefined && error === undefined && <Skeleton lines={6} />}
      <div class="plots">
        {flows !== undefined && <RatePlot title={texts.growth} rate={flows} />}
        {segments !== undefined && <RatePlot title={texts.content} rate={segments} />}
      </div>
    </section>
  );
}

function RatePlot({ title, rate }: { readonly title: string; readonly rate: components['schemas']['IngestRate'] }) {
  return (
    <div>
      <TimePlot
        title={title}
        columns={[texts.time, texts.count]}
        bars={rate.buckets.map(({ timerange, count }) => {
          const [from, to] = boundsOf(timerange);
          return { label: shownStart(from), value: count, shown: String(count), from, to };
        })}
      />
      {rate.more && <p class="muted">{texts.more}</p>}
    </div>
  );
}

/** From 1990 on it is a date: a timeline before that begins at an arbitrary 0. */
function shownStart(seconds: number): string {
  if (seconds >= 631_152_000) return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return `${seconds} s`;
}
