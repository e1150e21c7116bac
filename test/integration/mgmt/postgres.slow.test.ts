import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp } from '../../../mgmt/backup/backup.ts';
import { restore } from '../../../mgmt/backup/restore.ts';
import { SILENT } from '../../../mgmt/progress.ts';
import { withEngine } from '../../../mgmt/tables/open-tables.ts';
import { loadConfig } from '../../../src/settings.ts';
import { AUDIT_LOG } from '../../../src/features/auth/auth-tables.ts';
import { OBJECTS } from '../../../src/tams/objects/object-tables.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator } from '../../support/vast-emulator/index.ts';
import { vastEnv } from '../../support/vastdb/vast-env.ts';
import { findings } from '../../support/verify-after.ts';
import { describeCommandsBeside, statusOf } from './support/commands-suite.ts';
import { fillTables, onTables } from './support/filled-tables.ts';
import { runMgmt } from './support/run-mgmt.ts';
import { tableDigests } from './support/table-digests.ts';

const SECRET_KEY = 'the secret of all replicas in these tests';
const OBJECT_ROWS = 6000;

describe.skipIf(POSTGRES_MISSING)(`mgmt with PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let folder: string;
  let postgres: PostgresServer;
  let place: Record<string, string>;
  let server: TestServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tams-mgmt-postgres-'));
    postgres = await startPostgres();
    place = await newPlace();
    server = await startTestServer({ inProcess: 'one process', dataDir: at('data'), env: place });
  });
  afterAll(async () => {
    await server.close();
    await postgres.dispose();
    await rm(folder, { recursive: true });
  });

  const at = (name: string): string => join(folder, name);

  /** The environment of a server on tables that are not there yet. */
  const newPlace = async (): Promise<Record<string, string>> => ({
    DATA_DIR: at('data'),
    TABLE_ENGINE: 'postgres',
    DATABASE_URL: await postgres.database(),
    DATABASE_POOL_SIZE: '4',
    SECRET_KEY,
  });

  describeCommandsBeside('postgres', () => place);

  it('recreates a table once the server has stopped, and finds nothing to say of the rest', async () => {
    const stopped = await newPlace();
    await (await startTestServer({ dataDir: at('data'), env: stopped })).close();
    expect(await runMgmt(['recreate', AUDIT_LOG.name, '--yes'], stopped)).toMatchObject({ code: 0, err: '' });
    expect(await statusOf(stopped, AUDIT_LOG.name)).toMatchObject({ rows: 0, state: 'current' });
    expect(await findings(loadConfig(stopped))).toEqual([]);
    expect((await runMgmt(['version'], stopped)).out).toMatch(/engine: postgres\nengine_version: \d+\.\d+/);
  });

  it('migrates from and to every engine, with every row', async () => {
    const emulator = await startVastEmulator({ schema: 'tams' });
    try {
      await fillTables(at('embedded'), OBJECT_ROWS);
      const [first, second] = [await newPlace(), await newPlace()];
      const embedded = { DATA_DIR: at('embedded'), TABLE_ENGINE: 'sqlite', SECRET_KEY };
      const route: Record<string, string>[] = [
        embedded,
        first,
        { DATA_DIR: at('data'), ...vastEnv(emulator, 'tams'), SECRET_KEY },
        second,
        { ...embedded, DATA_DIR: at('back') },
      ];
      const digests = await tableDigests(embedded);
      for (const [index, target] of route.slice(1).entries()) {
        const file = at(`target-${index}.env`);
        await writeFile(
          file,
          Object.entries(target)
            .map(([name, value]) => `${name}='${value}'\n`)
            .join(''),
        );
        const to = target['TABLE_ENGINE'] ?? '';
        const args = ['migrate', '--to', to, '--target-env', file];
        expect(await runMgmt(args, route[index] ?? {}), `to ${to}`).toMatchObject({ code: 0, err: '' });
        expect(await tableDigests(target)).toEqual(digests);
        const same = await runMgmt(args, target);
        expect(same).toMatchObject({ code: 2, err: expect.stringMatching(/^The target is the source/) as string });
      }
    } finally {
      await emulator.close();
    }
  });

  it('writes a backup as of one moment while others write, and restores it', async () => {
    const [busy, restored, small] = [await newPlace(), await newPlace(), { DATA_DIR: at('small') }];
    await fillTables(small.DATA_DIR, OBJECT_ROWS);
    await backUp(loadConfig(small), { to: at('seed'), kind: 'arrow', listMedia: false }, SILENT);
    await restore(loadConfig(busy), { from: at('seed'), replace: false }, SILENT);
    const before = await tableDigests(busy);
    expect(before).toEqual(await tableDigests(small));

    // Rows of two tables that come and go together: a backup has both, or neither.
    let running = true;
    let written = 0;
    const writing = onTables(busy, async ({ manager }) => {
      for (; running; written += 1) {
        await manager.transaction(async (tx) => {
          await tx.insertArrays(
            OBJECTS.name,
            ['id', 'first_flow', 'referenced', 'reclaiming'],
            [[`pair-${written}`, 'f', true, false]],
          );
          await tx.insertArrays(AUDIT_LOG.name, ['at_ms', 'event', 'count'], [[BigInt(written), 'pair', 1n]]);
        });
      }
    });
    await expect.poll(() => written).toBeGreaterThan(10);
    const tables = await backUp(loadConfig(busy), { to: at('backup'), kind: 'arrow', listMedia: false }, SILENT);
    running = false;
    await writing;
    const more = (table: string): number =>
      (tables.find(({ name }) => name === table)?.rows ?? NaN) - (before[table]?.rows ?? NaN);
    expect(more(OBJECTS.name)).toBeGreaterThan(10);
    expect(more(AUDIT_LOG.name)).toBe(more(OBJECTS.name));

    await restore(loadConfig(restored), { from: at('backup'), replace: false }, SILENT);
    const count = await withEngine(({ engine }) => engine.reader().count(OBJECTS.name), restored);
    expect(count).toBe(OBJECT_ROWS + more(OBJECTS.name));
    const again = restore(loadConfig(restored), { from: at('backup'), replace: false }, SILENT);
    await expect(again).rejects.toThrow(/^There are rows already, in .*objects/);
    const asFile = await runMgmt(['backup', at('never'), '--as', 'database'], restored);
    expect(asFile.err).toBe('The tables are not in the embedded engine: back them up with --as arrow.\n');
    await expect(restore(loadConfig(place), { from: at('backup'), replace: true }, SILENT)).rejects.toThrow(
      /^The tables are in use by the server on /,
    );
  });
});
