import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../src/vastdb/engine.ts';
import type { SuiteContext } from './engine-suite/context.ts';
import { describeLocks } from './engine-suite/locks.ts';
import { describePredicates } from './engine-suite/predicates.ts';
import { describeRows } from './engine-suite/rows.ts';
import { describeScans } from './engine-suite/scans.ts';
import { describeSchema } from './engine-suite/schema.ts';
import { describeSelect } from './engine-suite/select.ts';
import { describeTransactions } from './engine-suite/transactions.ts';

/**
 * The tests that every engine passes. They know the port and its capability flags only: what an
 * engine has no capability for, it must refuse.
 */
export function describeEngine(
  name: string,
  open: () => Promise<{ engine: TableEngine; dispose(): Promise<void> }>,
): void {
  describe(`the engine ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>> | undefined;
    let tables = 0;

    const context: SuiteContext = {
      engine() {
        if (opened === undefined) throw new Error('the engine is not open yet');
        return opened.engine;
      },
      tableName: () => `suite_table_${++tables}`,
    };

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.dispose();
    });

    it('is healthy', async () => {
      await expect(context.engine().health()).resolves.toBeUndefined();
    });

    describeSchema(context);
    describeRows(context);
    describeSelect(context);
    describeScans(context);
    describePredicates(context);
    describeTransactions(context);
    describeLocks(context);
  });
}
