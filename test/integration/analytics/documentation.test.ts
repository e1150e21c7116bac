import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/* The commands of docs/analytics.md, run as they stand there, answer what stands below them. */

const text = await readFile(new URL('../../../docs/analytics.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```console\n\$ (.+)\n```\n\n```json\n([\s\S]+?)```/g)].map(
  ([, command = '', answer = '']) => ({ command, answer }),
);
const exports = [...text.matchAll(/^\$ (curl .* -o .*)$/gm)].map(([, command = '']) => command);

let server: TestServer;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'tams-docs-'));
  env = { TAMS: server.baseUrl, PATH: process.env['PATH'] ?? '' };
  const [, setup = 'exit 1'] = /```bash\n([\s\S]+?)```/.exec(text) ?? [];
  env['FLOW'] = (await run(`set -e\n${setup}\necho "$FLOW"`)).trim();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const run = async (command: string): Promise<string> =>
  (await promisify(execFile)('sh', ['-c', command], { cwd: folder, env })).stdout;

describe('docs/analytics.md', () => {
  it.each(examples)('$command', async ({ command, answer }) => {
    expect(JSON.parse(await run(command))).toEqual(JSON.parse(answer));
  });

  it.each(exports)('%s', async (command) => {
    await run(command);
    const { size } = await stat(join(folder, command.split(' ').at(-1) ?? ''));
    expect(size).toBeGreaterThan(100);
  });

  it('the statement, over the file that was exported', async () => {
    const [, sql = ''] = /```sql\n([\s\S]+?)```/.exec(text) ?? [];
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    onTestFinished(() => {
      connection.disconnectSync();
      instance.closeSync();
    });
    const file = join(folder, 'segments.parquet');
    const reader = await connection.runAndReadAll(sql.replace('segments.parquet', file));
    expect(reader.getRows()).toEqual([[env['FLOW'], 4n, 8]]);
  });

  it('has examples', () => {
    expect([examples.length, exports.length]).toEqual([4, 2]);
  });
});
