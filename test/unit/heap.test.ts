import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const HEAP = new URL('../../src/heap.js', import.meta.url).href;

/** In a process of its own: the module sets flags of V8. */
const SCRIPT = `
  import { constants, PerformanceObserver } from 'node:perf_hooks';
  import { collectGarbage } from '${HEAP}';
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) console.log('collected, gc is ' + typeof globalThis.gc);
    }
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
  collectGarbage();
`;

describe('the heap after the start', () => {
  it('is collected as a whole, and no code has the function for it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', SCRIPT]);
    expect(stdout).toBe('collected, gc is undefined\n');
  });
});
