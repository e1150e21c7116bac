import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tableEngineEnv } from '../support/table-engine.ts';
import { ServerFolder } from './support/server-folder.ts';

const run = promisify(execFile);

/** Runs all shell commands of a guide, in order, in one shell. @returns the lines they print. */
async function runGuide(file: string): Promise<string[]> {
  const markdown = await readFile(file, 'utf8');
  const commands = [...markdown.matchAll(/```bash\n(.*?)```/gs)].map(([, block = '']) => block);
  expect(commands.length).toBeGreaterThan(1);
  const folder = await ServerFolder.make();
  const { server } = await folder.start();
  const script = `set -euo pipefail\n${commands.join('\n')}`;
  const own = { PATH: process.env['PATH'], HOME: process.env['HOME'], TAMS: server.baseUrl, DATA_DIR: folder.dataDir };
  const env = { ...own, ...(await tableEngineEnv(folder.dataDir)) };
  const { stdout } = await run('bash', ['-c', script], { env });
  return stdout.trimEnd().split(/\r?\n/);
}

test('the commands of docs/web.md tell how to sign in, and find the page', async () => {
  const printed = (await runGuide('docs/web.md')).join('\n');
  for (const expected of ['{"modes":[],"principal":{', '"scopes":["read","write","delete","admin"]', '/ui/\n1']) {
    expect(printed).toContain(expected);
  }
});

test('the commands of docs/flow-search.md find what it says', async () => {
  const lines = await runGuide('docs/flow-search.md');
  expect(lines[0]).toContain('24 flows and 480 segments');
  expect(lines.slice(1).map(Number)).toEqual([6, 12, 6, 3, 6, 1, 24, 0, 24, 18, 0, 1]);
});

test('the commands of docs/streaming.md stream what it says', async () => {
  const lines = await runGuide('docs/streaming.md');
  expect(lines.map((line) => line.toLowerCase())).toEqual(
    expect.arrayContaining(['content-length: 21244', 'accept-ranges: bytes', '188', '416', '304', 'the same bytes']),
  );
});

test('the commands of docs/search.md find what was said, and in the end nothing of what was removed', async () => {
  const printed = (await runGuide('docs/search.md')).join('\n');
  for (const expected of [
    '"timerange":"[3601:0_3604:500000000)"',
    '"object_id":',
    '"text":"The storm warning was lifted."',
    '<v Bob>The ferries stay in the harbour.',
    '"status":"index_partial"',
    '"type":"keyword","total":0',
  ]) {
    expect(printed).toContain(expected);
  }
});

test('the commands of docs/tams-8.2.md show what it says', async () => {
  const printed = (await runGuide('docs/tams-8.2.md')).join('\n');
  for (const expected of [
    '"api_version":"8.2"',
    '"min_object_timeout":"86400:0"',
    '"tags":{"site":["london","leeds"]}',
    '"london,leeds"',
    '"object_timerange":"[0:0_4:0)"',
    '"init_object":{"object_id":',
    '"referenced_by_flows":["10000000-0000-4000-8000-000000000082"]',
    '"url":"https://cdn.example/media.m4s"',
    '"status":"disabled"',
  ]) {
    expect(printed).toContain(expected);
  }
});

test('the commands of docs/playback.md play what it says', async () => {
  const lines = await runGuide('docs/playback.md');
  const flow = '5a1f0c2e-7f0b-4d3e-9f66-2b9a52cdd0a5';
  expect(lines.filter((line) => line.startsWith(`${flow}/`))).toEqual([
    `${flow}/0_1000000000.ts`,
    `${flow}/1000000000_2000000000.ts`,
    `${flow}/2000000000_3000000000.ts`,
  ]);
  expect(lines).toContain(`../flows/${flow}.m3u8`);
  const cut = ['#EXTINF:0.500000,', '#EXTINF:1.000000,'];
  expect(lines.slice(-6)).toEqual(['1', '1', 'the same bytes', '"OTIO_SCHEMA":"Clip.2"', ...cut]);
});
