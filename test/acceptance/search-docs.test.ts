import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ServerFolder } from './support/server-folder.ts';

const run = promisify(execFile);

test("the commands of the search's guide work as they stand, and end with nothing to be found", async () => {
  const markdown = await readFile('docs/search.md', 'utf8');
  const blocks = [...markdown.matchAll(/```bash\n(.*?)```/gs)].map(([, commands = '']) => commands);
  expect(blocks.length).toBeGreaterThan(10);
  const { server } = await (await ServerFolder.make()).start();
  // Answers have no line break at their end.
  const script = `set -euo pipefail\n${blocks.join('\necho\n')}`;
  const { stdout } = await run('bash', ['-c', script], { env: { ...process.env, TAMS: server.baseUrl } });
  expect(stdout).toContain('"timerange":"[3601:0_3604:500000000)"');
  expect(stdout).toContain('[{"object_id":');
  expect(stdout).toContain('"text":"The storm warning was lifted."');
  expect(stdout).toContain('<v Bob>The ferries stay in the harbour.');
  expect(stdout).toContain('"type":"keyword","total":0');
});
