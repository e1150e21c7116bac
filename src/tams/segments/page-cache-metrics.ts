import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import type { SegmentPageCache } from './segment-page-cache.ts';

/** Pages of segments that are kept as they were sent. */
export const pageCacheSources = (pages: SegmentPageCache): MetricSource[] => [
  {
    name: 'tams_segment_page_requests_total',
    help: 'Pages of segments that were asked for, by whether they were kept from an earlier request.',
    type: 'counter',
    read: () => {
      const { hits, misses } = pages.counts();
      return [
        { labels: { from: 'cache' }, value: hits },
        { labels: { from: 'tables' }, value: misses },
      ];
    },
  },
  {
    name: 'tams_segment_page_cache_entries',
    help: 'Pages of segments that are kept.',
    type: 'gauge',
    read: () => [{ value: pages.counts().entries }],
  },
];
