import type { MetricSource, TimingSource } from '../operation/metrics/metric-source.ts';
import type { MediaStores } from './media-store-registry.ts';

/** Which numbers stand for the states of a circuit breaker. */
const CIRCUIT_NUMBERS = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Metrics of the media stores and of the signed URLs. */
export function mediaSources(media: MediaStores): (MetricSource | TimingSource)[] {
  const stores = () => [...media.statistics()].map(([storage, statistics]) => ({ storage, ...statistics }));
  const operations = () =>
    stores().flatMap(({ storage, operations: each }) =>
      [...each].map(([operation, summary]) => ({ ...summary, labels: { storage, operation } })),
    );
  return [
    {
      name: 'tams_media_operation_duration_seconds',
      help: 'Operations on media stores, retries and the time that uploads take included.',
      type: 'histogram',
      read: operations,
    },
    {
      name: 'tams_media_operation_failures_total',
      help: 'Operations on media stores that failed.',
      type: 'counter',
      read: () => operations().map(({ labels, failures }) => ({ labels, value: failures })),
    },
    {
      name: 'tams_media_circuit_state',
      help: 'Whether an object store is being left alone: 0 no, 1 it is tried again, 2 yes.',
      type: 'gauge',
      across: 'max',
      read: () =>
        stores().flatMap(({ storage, circuit }) =>
          circuit === undefined ? [] : [{ labels: { storage }, value: CIRCUIT_NUMBERS[circuit] }],
        ),
    },
    {
      name: 'tams_presigned_urls_total',
      help: 'Signed URLs that were handed out: signed for an upload or a download, or kept from an earlier download.',
      type: 'counter',
      read: () =>
        stores().flatMap(({ storage, urls, uploadUrls }) => [
          { labels: { storage, use: 'upload', from: 'signer' }, value: uploadUrls },
          { labels: { storage, use: 'download', from: 'signer' }, value: urls.misses },
          { labels: { storage, use: 'download', from: 'cache' }, value: urls.hits },
        ]),
    },
  ];
}
