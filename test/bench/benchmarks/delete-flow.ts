import { setTimeout as pause } from 'node:timers/promises';
import { type Benchmark, measure } from '../support/benchmark.ts';
import { flowId, timerange } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const READERS = 8;
const READS_PER_SECOND = 400;
const WINDOW = 100;
const TARGET = 2;
const POLL_MS = 50;

/**
 * Readers of windows at a steady rate, while a flow of 500,000 segments is deleted, against the same
 * readers before. Each round deletes a flow of its own; what is read is never deleted. No
 * pages are kept, so that every read reads the tables.
 */
export const deleteFlow: Benchmark = {
  name: 'delete-flow',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const segments = scale.quick ? 10_000 : 500_000;
    const spec = { flows: scale.rounds + 1, segmentsPerFlow: segments, allocatedPerFlow: 0, storageId: STORAGE_ID };
    return datasets.changed(spec, async (dataDir) => {
      const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile, PAGE_CACHE_MIB: '0' });
      const requests = windows(scale.rounds, segments);
      const readersP99 = async (): Promise<number> => {
        const load = {
          baseUrl: server.baseUrl,
          requests,
          connections: READERS,
          ratePerSecond: READS_PER_SECOND,
          until: { ms: scale.roundMs },
        };
        return (await measure(context, load, 200)).latencyMs.p99;
      };
      try {
        await readersP99();
        const rounds: { without: number; during: number; seconds: number }[] = [];
        for (let round = 0; round < scale.rounds; round++) {
          const without = await readersP99();
          const started = performance.now();
          const deletion = await beginDeletion(server.baseUrl, flowId(round));
          const during = await readersP99();
          if (await isDone(deletion)) context.log('a deletion ended before its readers did: the figure is too good');
          while (!(await isDone(deletion))) await pause(POLL_MS);
          rounds.push({ without, during, seconds: (performance.now() - started) / 1000 });
        }
        const ratio = median(rounds.map(({ without, during }) => during / without));
        const of = (key: 'without' | 'during' | 'seconds'): number => median(rounds.map((round) => round[key]));
        return [
          {
            what: `delete of a flow with ${segments.toLocaleString('en')} segments: p99 of readers against without`,
            reached: ratio.toFixed(2),
            target: `<= ${TARGET.toFixed(1)}`,
            met: ratio <= TARGET,
            medians:
              `${of('during').toFixed(2)} against ${of('without').toFixed(2)} ms at ${READS_PER_SECOND} reads/s; ` +
              `deleted in ${of('seconds').toFixed(1)} s`,
          },
        ];
      } finally {
        await server.close();
      }
    });
  },
};

function windows(flow: number, segments: number): LoadRequest[] {
  const count = 200;
  return Array.from({ length: count }, (_, index) => {
    const first = Math.floor(((segments - WINDOW) * index) / count);
    return {
      method: 'GET',
      path: `/flows/${flowId(flow)}/segments?timerange=${timerange(first, WINDOW)}&limit=${WINDOW}`,
    };
  });
}

/** Returns the URL of the deletion request. */
async function beginDeletion(baseUrl: string, flow: string): Promise<string> {
  const response = await fetch(`${baseUrl}/flows/${flow}`, { method: 'DELETE' });
  const location = response.headers.get('location');
  if (response.status !== 202 || location === null) throw new Error(`DELETE was answered with ${response.status}`);
  return location;
}

async function isDone(deletion: string): Promise<boolean> {
  const request = (await (await fetch(deletion)).json()) as { status: string };
  if (request.status === 'error') throw new Error('the deletion request failed');
  return request.status === 'done';
}
