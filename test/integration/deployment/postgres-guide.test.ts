import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withEngine } from '../../../mgmt/tables/open-tables.ts';
import { tableStatuses } from '../../../mgmt/tables/table-status.ts';
import { loadConfig } from '../../../src/settings.ts';
import { videoFlow } from '../../support/examples.ts';
import { OVER_TCP, POSTGRES_MISSING, postgresBinaries, startPostgres } from '../../support/postgres-server.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startTestServer } from '../../support/test-server.ts';
import { findings } from '../../support/verify-after.ts';

const run = promisify(execFile);
const guide = readFileSync('docs/postgres.md', 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide)?.[1] ?? '';

describe.skipIf(POSTGRES_MISSING)(`docs/postgres.md ${POSTGRES_MISSING ?? ''}`, () => {
  it('sets up a database, points the server at it, and takes it along with pg_dump', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tams-postgres-guide-'));
    const postgres = await startPostgres(OVER_TCP);
    onTestFinished(async () => {
      await postgres.dispose();
      await rm(folder, { recursive: true });
    });
    const statements = block('sql')
      .split(/;\n/)
      .filter((text) => text !== '');
    expect(statements).toHaveLength(2);
    for (const statement of statements) await postgres.run(statement);

    const { DATABASE_URL = '', ...others } = parseEnv(block('ini'));
    const url = new URL(DATABASE_URL);
    expect(url.searchParams.get('sslmode')).toBe('verify-full');
    // As the guide has it, but for the host, and for TLS, which the server of the tests has not.
    Object.assign(url, { hostname: '127.0.0.1', port: String(postgres.port), search: '' });
    const env = {
      ...(others as Record<string, string>),
      DATABASE_URL: url.href,
      DATA_DIR: folder,
      SECRET_KEY: 'the secret of all replicas in these tests',
    };
    const server = await startTestServer({ dataDir: folder, env });
    const flow = videoFlow({ id: crypto.randomUUID(), source_id: crypto.randomUUID() });
    await new TamsClient(server.baseUrl).putFlow(flow);
    await server.close();

    const [dump = '', restore = '', ...rest] = block('bash').trim().split('\n');
    expect(rest).toEqual([]);
    const shell = (command: string) =>
      run('bash', ['-c', command], {
        cwd: folder,
        env: { PATH: `${postgresBinaries() ?? ''}:${process.env['PATH'] ?? ''}`, DATABASE_URL: url.href },
      });
    await shell(dump);
    await postgres.run('DROP DATABASE tams');
    await postgres.run(statements[1] ?? '');
    await shell(restore);

    expect(await findings(loadConfig(env))).toEqual([]);
    const statuses = await withEngine(({ engine, definitions }) => tableStatuses(engine, definitions), env);
    expect(statuses.filter(({ state }) => state !== 'current')).toEqual([]);
    const again = await startTestServer({ dataDir: folder, env });
    onTestFinished(() => again.close());
    expect((await new TamsClient(again.baseUrl).getFlow(flow.id)).status).toBe(200);
  });
});
