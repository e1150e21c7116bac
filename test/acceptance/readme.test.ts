import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { TamsClient } from '../support/tams-client.ts';
import { dataFlow } from './support/flows.ts';
import { freePort } from './support/free-port.ts';
import { ServerFolder } from './support/server-folder.ts';
import { startShell } from './support/shell.ts';

const run = promisify(execFile);

/** The fenced shell commands of a section, block by block. */
async function commandsOf(file: string, heading: string): Promise<string[]> {
  const markdown = await readFile(file, 'utf8');
  const section = markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/```bash\n(.*?)```/gs)].map(([, commands = '']) => commands);
}

test("the README's first calls work as they stand, and end with the bytes that were uploaded", async () => {
  const commands = (await commandsOf('README.md', 'First calls')).join('\n');
  expect(commands).toContain('curl');
  const { server } = await (await ServerFolder.make()).start();
  const script = `set -euo pipefail\n${commands}`;
  const { stdout } = await run('bash', ['-c', script], { env: { ...process.env, TAMS: server.baseUrl } });
  expect(stdout).toContain('"timerange":"[1:0_2:0)"');
  expect(stdout.trimEnd().endsWith('the same bytes')).toBe(true);
});

test('the emulator of docs/vast-cluster.md and the server against it start as they stand', async () => {
  const [emulator = '', server = '', ...others] = await commandsOf('docs/vast-cluster.md', 'Without a cluster');
  expect(others).toEqual([]);
  const { dataDir } = await ServerFolder.make();
  const port = String(await freePort());
  await startShell(emulator.replaceAll('8070', port), {}, /Start the server against it/);
  const env = { PORT: '0', DATA_DIR: dataDir };
  const [, url = ''] = await startShell(server.replaceAll('8070', port), env, /TAMS .* at (http:[^"\s]+)\//);
  const client = new TamsClient(url);
  const flow = dataFlow();
  expect((await client.putFlow(flow)).status).toBe(201);
  expect((await client.getFlow(flow.id)).body).toMatchObject(flow);
});
