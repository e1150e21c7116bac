import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** The line of a process that fails to start with an error, which is given as code. */
function told(error: string): string {
  const file = (path: string) => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
  const code = `
    import { failToStart } from ${file('processes/messages.ts')};
    import { AppError } from ${file('shared/errors.ts')};
    import { ConfigError } from ${file('config/environment.ts')};
    failToStart(${error});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
  expect(status).toBe(1);
  return stderr;
}

it('a process that cannot start says why, in words for operators', () => {
  const cause = "new Error('PostgreSQL: terminating connection')";
  expect(told(`new AppError('tables_unavailable', 'try again', { cause: ${cause} })`)).toBe(
    'Cannot start: PostgreSQL: terminating connection\n',
  );
  expect(told("new AppError('invalid_request', 'no such thing')")).toBe('Cannot start: no such thing\n');
  expect(told(`new Error('the port is in use', { cause: ${cause} })`)).toBe('Cannot start: the port is in use\n');
  expect(told("new ConfigError('PORT takes a number')")).toBe('Configuration: PORT takes a number\n');
});
