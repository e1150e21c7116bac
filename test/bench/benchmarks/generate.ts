import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../support/benchmark.ts';

const TARGET_S = 60;

/** How long `mgmt generate` takes, as an operator runs it: with the process, the tables and durable commits. */
export const generate: Benchmark = {
  name: 'generate',
  async run({ scale }) {
    const segments = scale.quick ? 20_000 : 1_000_000;
    const dataDir = await mkdtemp(join(tmpdir(), 'tams-bench-generate-'));
    try {
      const started = performance.now();
      const args = ['mgmt/main.js', 'generate', '--sources', '25', '--flows', '100', '--segments', String(segments)];
      const child = spawn(process.execPath, args, {
        env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`mgmt generate ended with ${code ?? 'a signal'}`);
      const seconds = (performance.now() - started) / 1000;
      return [
        {
          what: `mgmt generate: ${segments.toLocaleString('en')} segments in 100 flows, SQLITE_SYNCHRONOUS=full`,
          reached: `${seconds.toFixed(1)} s`,
          target: `< ${TARGET_S} s`,
          met: seconds < TARGET_S,
          medians: `${Math.round(segments / seconds).toLocaleString('en')} segments/s, one run`,
        },
      ];
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};
