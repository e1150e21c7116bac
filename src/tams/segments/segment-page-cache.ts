import { LRUCache } from 'lru-cache';
import type { CursorPosition } from '../../shared/paging.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';

/** One page of `GET /flows/{flowId}/segments`. */
export interface SegmentPage {
  /** A JSON array, in UTF-8; empty if none was printed. */
  readonly body: Buffer;
  readonly count: number;
  readonly next?: CursorPosition;
  /** The hull of its segments. */
  readonly timerange: TimeRange;
}

/** The inputs of a page. While both are the same, so is the page. */
interface Made {
  readonly version: bigint;
  /** The state of the tables in which the flow was last found to have this version; undefined where they cannot tell. */
  dataVersion: number | undefined;
  /** Number of the signing window: within one, signed URLs are the same. */
  readonly window: number;
}

/** Cost of an entry besides its body. */
const ENTRY_OVERHEAD_BYTES = 1_024;

/**
 * Pages as they were sent, for as long as they would come out the same: players of one programme ask
 * for the same windows. A page is never served stale: a change of segments, by any process, gives the flow a new version,
 * which is read for every request unless nothing at all was committed since.
 */
export class SegmentPageCache {
  readonly #pages: LRUCache<string, SegmentPage & Made> | undefined;
  readonly #windowMs: number;
  #hits = 0;
  #misses = 0;

  /** Without a signing grid no two pages have the same URLs, and nothing is kept. */
  constructor(options: { maxBytes: number; signingGridS: number }) {
    this.#windowMs = options.signingGridS * 1000;
    if (options.maxBytes === 0 || options.signingGridS <= 1) return;
    this.#pages = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ body }, key) => body.length + key.length + ENTRY_OVERHEAD_BYTES,
    });
  }

  /** A page that needs no look at its flow: nothing was committed since the last one. */
  current(key: string, dataVersion: number | undefined): SegmentPage | undefined {
    if (dataVersion === undefined) return undefined;
    const page = this.#pages?.get(key);
    if (page?.dataVersion !== dataVersion || page.window !== this.window()) return undefined;
    this.#hits++;
    return page;
  }

  /** @param dataVersion from before `version` was read */
  get(key: string, version: bigint, dataVersion: number | undefined): SegmentPage | undefined {
    const page = this.#pages?.get(key);
    if (page?.version !== version || page.window !== this.window()) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    page.dataVersion = dataVersion;
    return page;
  }

  /** Counts since the start; `entries` and `bytes` are the present ones. */
  counts(): { hits: number; misses: number; entries: number; bytes: number } {
    const { size: entries = 0, calculatedSize: bytes = 0 } = this.#pages ?? {};
    return { hits: this.#hits, misses: this.#misses, entries, bytes };
  }

  /**
   * The inputs in `made` were read before the segments were, and before URLs were signed: a page may be newer than that, never
   * older.
   */
  set(key: string, page: SegmentPage, made: Made): void {
    this.#pages?.set(key, { ...page, ...made });
  }

  /** The number of the present signing window. */
  window(): number {
    return Math.floor(Date.now() / this.#windowMs);
  }
}

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
