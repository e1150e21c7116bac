import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { parseTimestamp } from '../../../../src/shared/time/timestamp.ts';
import { dataOf, server } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';

type IngestRate = components['schemas']['IngestRate'];

const BARS = 500;
/** The most that the server answers at once. */
const MOST = 10_000;
/** The end is looked for in wide buckets first: each is then divided into fewer than `MOST`. */
const LOOKS = ['1000d', '1d'];

/** Counts in the buckets that were last, at most 500; `more`: there are earlier ones. */
export async function lastBuckets(of: 'flows' | 'segments', bucket: string): Promise<IngestRate> {
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
