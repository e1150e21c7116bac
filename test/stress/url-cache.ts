import { SigV4Presigner } from '../../src/media/presigner.ts';
import { UrlCache } from '../../src/media/url-cache.ts';
import type { Random } from './support/random.ts';
import type { StressReport } from './support/stress-report.ts';

const MAX_ENTRIES = 5_000;
const PATHS = 100_000;
/** Paths that are asked for in every round, as those of flows that people work on. */
const HOT_PATHS = 200;
const BATCH = 2_000;
const GRID_S = 300;

/** Signs many more URLs than the cache holds, while the clock runs through windows of signing. */
export function stressUrlCache(random: Random, seconds: number, report: StressReport): void {
  let nowMs = Date.UTC(2025, 0, 1);
  const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-of-nobody' };
  const presigner = new SigV4Presigner({
    endpoint: 'https://s3.example.com',
    region: 'eu-west-1',
    bucket: 'media',
    forcePathStyle: true,
    credentials: () => keys,
    expiresS: 3600,
    gridS: GRID_S,
    clock: () => nowMs,
  });
  const cache = new UrlCache(MAX_ENTRIES);
  const url = (path: string): string => {
    const epoch = presigner.state().epoch;
    const kept = cache.get(epoch, path);
    if (kept !== undefined) return kept;
    const signed = presigner.presign('GET', path);
    cache.set(epoch, path, signed);
    return signed;
  };
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const started = performance.now();
    for (let i = 0; i < BATCH; i++) {
      const path = `flow/${random.chance(0.3) ? random.int(0, HOT_PATHS) : random.int(0, PATHS)}`;
      const first = url(path);
      if (i % 100 === 0) {
        report.check('a kept URL is the one that signing makes', first === presigner.presign('GET', path), () => first);
      }
    }
    report.record(`sign or find ${BATCH} URLs`, performance.now() - started);
    const { entries } = cache.counts();
    report.check('the cache of URLs is bounded', entries <= MAX_ENTRIES, () => `${entries} URLs are kept`);
    if (random.chance(0.02)) nowMs += GRID_S * 1000;
  }
  const { hits, misses } = cache.counts();
  report.fact(`cache of URLs: ${hits.toLocaleString('en')} hits, ${misses.toLocaleString('en')} misses`);
}
