import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatementGate } from '../../../../src/vastdb/engines/statement-gate.ts';

describe('the statements of a transaction', () => {
  it('run alone when they write, side by side when they read, and in their order', async () => {
    let together = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), async (writes) => {
        const gate = new StatementGate();
        const running = new Set<number>();
        let lastWrite = -1;
        const statements = writes.map((isWrite, index) => {
          const statement = async (): Promise<number> => {
            running.add(index);
            for (const other of running) expect(other === index || (!isWrite && writes[other] === false)).toBe(true);
            together = Math.max(together, running.size);
            expect(lastWrite).toBeLessThan(index);
            if (isWrite) lastWrite = index;
            await sleep(index % 3);
            running.delete(index);
            return index;
          };
          return isWrite ? gate.write(statement) : gate.read(statement);
        });
        expect(await Promise.all(statements)).toEqual(writes.map((_, index) => index));
      }),
      { numRuns: 30 },
    );
    expect(together).toBeGreaterThan(1);
  });

  it('go on after one that failed, which only its caller hears of', async () => {
    const gate = new StatementGate();
    const failed = [
      gate.read(() => Promise.reject(new Error('read'))),
      gate.write(() => Promise.reject(new Error('write'))),
    ];
    const well = gate.read(async () => 'well');
    const outcomes = await Promise.allSettled(failed);
    expect(outcomes).toMatchObject([{ reason: { message: 'read' } }, { reason: { message: 'write' } }]);
    expect(await well).toBe('well');
    await gate.idle();
  });

  it('have all ended when the gate is idle', async () => {
    const gate = new StatementGate();
    let ended = 0;
    const statement = async (): Promise<void> => {
      await sleep(5);
      ended += 1;
    };
    void gate.read(statement);
    void gate.write(statement);
    void gate.read(statement);
    await gate.idle();
    expect(ended).toBe(3);
  });
});
