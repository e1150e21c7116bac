import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../../', import.meta.url));
/** Prints at the end whether the stripper of types was loaded, and the folder that threads would keep compiled code in. */
const PROBE = `data:text/javascript,process.on('exit', () => console.error(
  process.moduleLoadList.some((name) => name.includes('amaro')), process.env.NODE_COMPILE_CACHE))`;

async function start(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: project, env: { PATH: process.env['PATH'], ...env } };
  return (await run(process.execPath, ['--import', PROBE, file, ...args], options)).stderr.trim();
}

it('a program that was started before strips no types', async () => {
  await start('mgmt/main.js', ['cert', '--help']);
  expect(await start('mgmt/main.js', ['cert', '--help'])).toMatch(/^false .*node_modules.\.cache.node-compile$/);
  // The probe sees it where it is loaded.
  expect(await start('src/shared/retry.ts', [], { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatch(/^true/);
});

it('an operator chooses another folder of compiled code, for threads too', async () => {
  const other = { NODE_COMPILE_CACHE: '/elsewhere', NODE_DISABLE_COMPILE_CACHE: '1' };
  expect(await start('src/shared/compile-cache.js', [], other)).toBe('false /elsewhere');
});
