import { describe, expect, it } from 'vitest';
import { availableMib, divide } from '../../../src/config/memory-budget.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** As Node.js says it where no cgroup limits the process. */
const UNLIMITED = 2 ** 64;

describe('the memory that the server may take', () => {
  it.each([
    ['the limit of the container', 2 * GIB, 16 * GIB, 2048],
    ['that of a small one', 300 * MIB, 16 * GIB, 300],
    ['at least what a process needs', 64 * MIB, 16 * GIB, 256],
    ['a quarter of a machine', UNLIMITED, 4 * GIB, 1024],
    ['the same where no limit is known', 0, 4 * GIB, 1024],
    ['no more than 2 GiB of a large one', UNLIMITED, 512 * GIB, 2048],
  ])('is %s', (_rule, limit, machine, mib) => {
    expect(availableMib(limit, machine)).toBe(mib);
  });
});

describe('the division', () => {
  it('gives each part its share', () => {
    const expected = {
      process: 2048,
      tables: 64,
      pages: 16,
      flows: 16,
      urls: 20,
      bodies: 32,
      playlists: 32,
      events: 16,
    };
    expect(divide(2048)).toEqual({ ...expected, analyses: 512 });
  });

  it('leaves most of it to what has no bound of its own', () => {
    for (const mib of [256, 768, 2048, 65_536, 1_048_576]) {
      const { process, ...parts } = divide(mib);
      const shared = Object.values(parts).reduce((sum, part) => sum + part, 0);
      expect(shared).toBeLessThan(process * 0.36);
      expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(1);
    }
  });

  it('gives no part more than it can use', () => {
    expect(divide(1_048_576)).toMatchObject({ tables: 1024, pages: 256, events: 64 });
  });

  it('is among the workers first', () => {
    expect(divide(4096, 2)).toEqual(divide(2048));
  });
});
