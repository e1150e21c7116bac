import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const HEAP = new URL('../../src/heap.js', import.meta.url).href;

/** In a process of its own: the module sets flags of V8. */
const SCRIPT = `
  import { collectGarbage } from '${HEAP}';
  collectGarbage();
  console.log('gc is ' + typeof globalThis.gc);
`;

describe('the heap after the start', () => {
  it('is collected as a whole, and no code has the function for it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--trace-gc',
      '--input-type=module',
      '--eval',
      SCRIPT,
    ]);
    expect(stdout).toContain('Mark-Compact');
    expect(stdout).toContain('gc is undefined');
  });
});
