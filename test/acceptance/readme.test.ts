import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ServerFolder } from './support/server-folder.ts';

const run = promisify(execFile);

/** The fenced shell commands of a section, as one script. */
function commandsOf(markdown: string, heading: string): string {
  const section = markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/```bash\n(.*?)```/gs)].map(([, commands]) => commands).join('\n');
}

test("the README's first calls work as they stand, and end with the bytes that were uploaded", async () => {
  const commands = commandsOf(await readFile('README.md', 'utf8'), 'First calls');
  expect(commands).toContain('curl');
  const { server } = await (await ServerFolder.make()).start();
  const script = `set -euo pipefail\n${commands}`;
  const { stdout } = await run('bash', ['-c', script], { env: { ...process.env, TAMS: server.baseUrl } });
  expect(stdout).toContain('"timerange":"[0:0_10:0)"');
  expect(stdout.trimEnd().endsWith('ten seconds of something')).toBe(true);
});
