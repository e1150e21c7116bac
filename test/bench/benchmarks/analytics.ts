import { monitorEventLoopDelay } from 'node:perf_hooks';
import { call } from '../../support/http-client.ts';
import { startTestServer } from '../../support/test-server.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import { largeDataset } from '../support/large-dataset.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { median } from '../support/statistics.ts';

const SEGMENTS = 1_000_000;
const TIMELINE_MS = 3_000;
const BLOCKED_MS = 50;
const CATALOG_MS = 200;

/**
 * The analysis of a long timeline, and how long the thread that serves requests stands still meanwhile; and the catalog
 * of a large store. The server runs in this process, so that its event loop can be watched.
 */
export const analytics: Benchmark = {
  name: 'analytics',
  async run({ scale, datasets }) {
    const segmentsPerFlow = scale.quick ? SEGMENTS / 100 : SEGMENTS;
    const long = { flows: 1, segmentsPerFlow, allocatedPerFlow: 0, storageId: STORAGE_ID };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const timed = async (dataDir: string, path: string): Promise<number> => {
      const env = { TABLE_ENGINE: 'sqlite', LOG_LEVEL: 'error' };
      // Of the objects of the large store some were allocated and are never used, which is damage to who verifies it.
      const server = await startTestServer({ dataDir, env, isDamaged: true });
      try {
        const times: number[] = [];
        // From before the first one, which starts the process that computes, and fills caches.
        delay.enable();
        for (let round = 0; round <= scale.rounds; round++) {
          const started = performance.now();
          const { status } = await call(server.baseUrl, 'GET', path);
          if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
          if (round > 0) times.push(performance.now() - started);
        }
        return median(times);
      } finally {
        delay.disable();
        await server.close();
      }
    };
    const timeline = await timed(await datasets.shared(long), `/analytics/flows/${flowId(0)}/timeline`);
    const blocked = delay.max / 1e6;
    const catalog = await timed(await datasets.shared(largeDataset(scale)), '/analytics/catalog');
    const row = (what: string, ms: number, target: number) => ({
      what,
      reached: `${ms.toFixed(0)} ms`,
      target: `< ${target} ms`,
      met: ms < target,
      medians: `${ms.toFixed(1)} ms`,
    });
    return [
      row(`timeline of a flow with ${segmentsPerFlow.toLocaleString('en')} segments`, timeline, TIMELINE_MS),
      row('the longest stop of the main thread meanwhile', blocked, BLOCKED_MS),
      row('catalog of a large store', catalog, CATALOG_MS),
    ];
  },
};
