import { describe, expect, it } from 'vitest';
import type { Lane, TableTransaction } from '../../../src/vastdb/engine.ts';
import { allRows, createTable, insert, type SuiteContext, untilCommitted } from './context.ts';

const lanes: readonly Lane[] = ['interactive', 'background'];
const CONTENDERS = 12;

/** What rests on the absence of a row, or on rows that a transaction only reads. */
export function describeLocks(context: SuiteContext): void {
  const table = () => createTable(context, [{ name: 'id', type: 'string' }]);

  describe.each(lanes)('locks of the %s lane', (lane) => {
    it('let one of many insert a row that was not there', async () => {
      const name = await table();
      const insertOnce = async (tx: TableTransaction): Promise<boolean> => {
        await tx.lock([`${name}:only`]);
        if ((await tx.count(name, { op: 'eq', column: 'id', value: 'only' })) > 0) return false;
        await tx.insert(name, ['id'], [['only']]);
        return true;
      };
      const inserted = await Promise.all(
        Array.from({ length: CONTENDERS }, () => untilCommitted(context, insertOnce, { lane })),
      );
      expect(inserted.filter(Boolean)).toHaveLength(1);
      expect(await allRows(context, name, ['id'])).toEqual([['only']]);
    });

    it('work whenever they are taken, and if only one of many keys is shared', async () => {
      const name = await table();
      const insertOnce = async (tx: TableTransaction, own: number): Promise<void> => {
        const present = await tx.count(name);
        if (present === 0) await tx.insert(name, ['id'], [[`by ${own}`]]);
        await tx.lock([`${name}:own:${own}`, `${name}:shared`, `${name}:shared`]);
      };
      await Promise.all(
        Array.from({ length: CONTENDERS }, (_, own) => untilCommitted(context, (tx) => insertOnce(tx, own), { lane })),
      );
      expect(await allRows(context, name, ['id'])).toHaveLength(1);
    });

    it('keep a row that others only read from being the last', async () => {
      const name = await table();
      const ids = Array.from({ length: CONTENDERS }, (_, index) => `row ${index}`);
      await insert(
        context,
        name,
        ['id'],
        ids.map((id) => [id]),
      );
      // Each deletes a row of its own, unless it is the last: nothing that they write collides.
      const leaveOne = async (tx: TableTransaction, id: string): Promise<void> => {
        await tx.lock([`${name}:last`]);
        const { rows, rowIds } = await tx.select({ table: name, columns: ['id'], rowIds: true });
        if (rows.length === 1) return;
        await tx.delete(
          name,
          rowIds.filter((_, index) => rows[index]?.[0] === id),
        );
      };
      await Promise.all(ids.map((id) => untilCommitted(context, (tx) => leaveOne(tx, id), { lane })));
      expect(await allRows(context, name, ['id'])).toHaveLength(1);
    });
  });

  it('without keys do nothing', async () => {
    const name = await table();
    await context.engine().transaction(async (tx) => {
      await tx.lock([]);
      await tx.insert(name, ['id'], [['a']]);
    });
    expect(await allRows(context, name, ['id'])).toEqual([['a']]);
  });
}
