import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerProcess } from '../../../demo/server-process.ts';
import { backUp } from '../../../mgmt/backup/backup.ts';
import { restore } from '../../../mgmt/backup/restore.ts';
import { SILENT } from '../../../mgmt/progress.ts';
import { withEngine } from '../../../mgmt/tables/open-tables.ts';
import { loadConfig } from '../../../src/settings.ts';
import { videoFlow } from '../../support/examples.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { findings } from '../../support/verify-after.ts';
import { runMgmt } from './support/run-mgmt.ts';

/** What is there before: `BACKUP_SEGMENTS=1000000` has the load go on through a copy of gigabytes. */
const SEGMENTS = process.env.BACKUP_SEGMENTS ?? '5000';
/** For generating, copying and checking; a million segments take longer. */
const PATIENCE_MS = Math.max(240_000, Number(SEGMENTS));

let folder: string;
let server: ServerProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-backup-'));
  await runMgmt(['generate', '--segments', SEGMENTS, '--seed', '3'], { DATA_DIR: at('data') });
  server = await ServerProcess.start({ dataDir: at('data') });
}, PATIENCE_MS);
afterEach(async () => {
  await server.kill();
  await rm(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const config = (name: string): ReturnType<typeof loadConfig> => loadConfig({ DATA_DIR: at(name) });

/** Clients that make flows and segments, and write down which of them were acknowledged. */
class Load {
  readonly flows: string[] = [];
  readonly #running: Promise<unknown>;
  #stopped = false;

  constructor(client: TamsClient, clients: number) {
    this.#running = Promise.all(Array.from({ length: clients }, () => this.#write(client)));
  }

  stop(): Promise<unknown> {
    this.#stopped = true;
    return this.#running;
  }

  async #write(client: TamsClient): Promise<void> {
    while (!this.#stopped) {
      const flow = videoFlow({ id: crypto.randomUUID(), source_id: crypto.randomUUID() });
      await client.putFlow(flow);
      const { body } = await client.allocate(flow.id, { limit: 20 });
      const segments = body.media_objects.map(({ object_id: id }, index) => ({
        object_id: id,
        timerange: `[${index}:0_${index + 1}:0)`,
      }));
      const { status } = await client.postSegments(flow.id, segments);
      if (status === 201) this.flows.push(flow.id);
    }
  }
}

describe.each(['database', 'arrow'] as const)('a backup as %s, under load', (kind) => {
  it(
    'has every write that was acknowledged before it began, and is whole when it is restored',
    async () => {
      const load = new Load(new TamsClient(server.baseUrl), 4);
      await expect.poll(() => load.flows.length).toBeGreaterThan(10);
      const acknowledged = [...load.flows];
      await backUp(config('data'), { to: at('backup'), kind, listMedia: true }, SILENT);
      const during = load.flows.length - acknowledged.length;
      await load.stop();
      expect(during, 'the load went on meanwhile').toBeGreaterThan(0);
      for (const name of await readdir(at('backup'))) {
        const { mode } = await stat(join(at('backup'), name));
        expect(mode & 0o077, `${name} is for its owner alone`).toBe(0);
      }
      expect((await stat(at('backup'))).mode & 0o777).toBe(0o700);

      await restore(config('restored'), { from: at('backup'), replace: false }, SILENT);
      expect(await findings(config('restored'))).toEqual([]);
      const restored = await ServerProcess.start({ dataDir: at('restored') });
      try {
        const client = new TamsClient(restored.baseUrl);
        for (const id of acknowledged) expect(await client.listSegments(id)).toHaveLength(20);
        const generated = await withEngine(({ engine }) => engine.reader().count('segments'), {
          DATA_DIR: at('restored'),
        });
        expect(generated).toBeGreaterThanOrEqual(Number(SEGMENTS) + 20 * acknowledged.length);
      } finally {
        await restored.kill();
      }
    },
    PATIENCE_MS,
  );
});

it('a folder that is there is not written to', async () => {
  await backUp(config('data'), { to: at('backup'), kind: 'arrow', listMedia: false }, SILENT);
  const { err } = await runMgmt(['backup', at('backup')], { DATA_DIR: at('data') });
  expect(err).toMatch(/backup is there already: name a folder that is to be made/);
  expect((await readdir(folder)).sort()).toEqual(['backup', 'data']);
});
