import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownFolders } from '../../../src/container/container.ts';
import { buildOperation } from '../../../src/container/open-operation.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMediaStores } from '../../../src/media/open-media.ts';
import { createLogger } from '../../../src/operation/logger.ts';
import { ALONE } from '../../../src/operation/siblings.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';
import { diskSources, readinessSources } from '../../../src/operation/metrics/server-sources.ts';
import { loadConfig } from '../../../src/settings.ts';
import { type Probe, Readiness } from '../../../src/operation/readiness.ts';

const values = async (sources: ReturnType<typeof diskSources>): Promise<Record<string, number>> => {
  const samples = await Promise.all(
    sources.map(async (source) => ({ name: source.name, samples: await source.read() })),
  );
  return Object.fromEntries(
    samples.flatMap(({ name, samples: each }) => each.map(({ value, labels }) => [labels?.['check'] ?? name, value])),
  );
};

describe('readinessSources', () => {
  it('says which probe fails, and does not wait for one that hangs', async () => {
    const hanging: Probe = { name: 'media', check: () => new Promise(() => undefined) };
    const probes: Probe[] = [
      { name: 'engine', check: async () => Promise.reject(new Error('gone')) },
      hanging,
      { name: 'workers', check: async () => undefined },
    ];
    const failing = new Set<string>();
    const onChange = (probe: string, failure?: string): void => {
      if (failure !== undefined) failing.add(probe);
    };
    const readiness = new Readiness(probes, { onChange, timeoutMs: 3_000 });
    const names = probes.map(({ name }) => name);
    expect(await values(readinessSources(readiness, names, failing))).toEqual({ engine: 0, media: 1, workers: 1 });
    // Else the hanging one would have failed by now, too.
    await readiness.check();
    expect(await values(readinessSources(readiness, names, failing))).toEqual({ engine: 0, media: 0, workers: 1 });
  });
});

describe('diskSources', () => {
  it('measures the disk of DATA_DIR', async () => {
    const read = await values(diskSources(tmpdir(), 64 * 2 ** 20));
    const { blocks, bsize } = await statfs(tmpdir());
    expect(read['tams_data_dir_size_bytes']).toBe(blocks * bsize);
    expect(read['tams_data_dir_free_bytes']).toBeGreaterThan(0);
    expect(read['tams_data_dir_free_bytes']).toBeLessThan(blocks * bsize);
    expect(read['tams_data_dir_reserve_bytes']).toBe(Math.min(64 * 2 ** 20, (blocks * bsize) / 4));
  });
});

describe('the report of health', () => {
  it('does not wait for a reading that hangs, and says which does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tams-health-'));
    const config = loadConfig({ DATA_DIR: folder });
    const manager = await openTestTables(folder, VAST_STORE_TABLES);
    const media = await openMediaStores(config, 'of no use here', undefined);
    onTestFinished(async () => {
      await media.close();
      await manager.close();
      await dropTables(folder);
      await rm(folder, { recursive: true });
    });
    const hanging = {
      name: 'tams_hanging',
      help: 'Hangs.',
      type: 'gauge',
      read: () => new Promise<never>(() => undefined),
    } as const;
    const watched = { version: 'test', manager, media, workers: () => [], sources: [hanging], memory: [] };
    const logger = createLogger('silent');
    const operation = buildOperation(config, { ...watched, siblings: ALONE, usesDisk: false }, undefined, logger);
    const backlog = { hanging: { error: 'it took more than 2000 ms' } };
    expect(await operation.health()).toMatchObject({ version: 'test', backlog });
  });
});

describe('the folders of a server', () => {
  it('are those of embedded tables and of local media', () => {
    expect(ownFolders(loadConfig({ DATA_DIR: '/srv/tams' }))).toEqual(['/srv/tams', '/srv/tams/media']);
  });

  it('are none where nothing is kept on this machine', () => {
    const config = loadConfig({
      TABLE_ENGINE: 'vast',
      VAST_ENDPOINTS: 'https://10.0.0.1',
      VAST_ACCESS_KEY: 'key',
      VAST_SECRET_KEY: 'secret',
      VAST_BUCKET: 'tables',
      VAST_SCHEMA: 'tams',
      SECRET_KEY: 'of a length of thirty-two or more',
      MEDIA_STORE: 's3',
      S3_BUCKET: 'media',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
    });
    expect(ownFolders(config)).toEqual([]);
  });
});
