import { mkdtemp, open, rm } from 'node:fs/promises';
import { arch, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

const SYNCS = 50;
const PAGE_BYTES = 4096;
const GIB = 2 ** 30;

/** The machine in one line: what a reader needs in order to compare figures. */
export async function describeMachine(): Promise<string> {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / GIB);
  const sync = await syncMilliseconds();
  return (
    `${processors.length} cores (${model}, ${arch()}), ${memory} GiB, ${platform()} ${release()}, ` +
    `Node.js ${process.version.slice(1)}; writing 4 KiB with fsync takes ${sync.toFixed(2)} ms`
  );
}

/** What a durable write costs here at least: the median of some. */
async function syncMilliseconds(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'tams-bench-sync-'));
  const file = await open(join(directory, 'file'), 'w');
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const durations: number[] = [];
  try {
    for (let write = 0; write < SYNCS; write++) {
      const started = performance.now();
      await file.write(page);
      await file.datasync();
      durations.push(performance.now() - started);
    }
  } finally {
    await file.close();
    await rm(directory, { recursive: true });
  }
  return median(durations);
}
