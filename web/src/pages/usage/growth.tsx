import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { parseTimestamp } from '../../../../src/shared/time/timestamp.ts';
import { dataOf, server } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { TimePlot } from '../../plots/bar-plot.tsx';
import { usage as texts } from '../../texts/usage.ts';
import { boundsOf } from './shown.ts';

type IngestRate = components['schemas']['IngestRate'];

const BARS = 500;
/** The most that the server answers at once. */
const MOST = 10_000;
/** The end is looked for in wide buckets first: each is then divided into fewer than `MOST`. */
const LOOKS = ['1000d', '1d'];

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

function RatePlot({ title, rate }: { readonly title: string; readonly rate: IngestRate }) {
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

/** Counts in the buckets that were last, at most 500; `more`: there are earlier ones. */
async function lastBuckets(of: 'flows' | 'segments', bucket: string): Promise<IngestRate> {
  const ask = (width: string, limit: number, timerange?: string): Promise<IngestRate> => {
    const query = { of, bucket: width, limit, ...(timerange !== undefined && { timerange }) };
    return dataOf(server.GET('/analytics/ingest-rate', { params: { query } }));
  };
  const first = await ask(bucket, BARS);
  if (!first.more) return first;
  let last: string | undefined;
  for (const width of [...LOOKS, bucket]) last = (await ask(width, MOST, last)).buckets.at(-1)?.timerange ?? last;
  const endNs = TimeRange.parse(last ?? '_').endNs ?? 0n;
  const startNs = endNs - BigInt(BARS) * parseTimestamp(first.bucket);
  return { ...(await ask(bucket, BARS, TimeRange.fromNs(startNs, endNs).toString())), more: true };
}
