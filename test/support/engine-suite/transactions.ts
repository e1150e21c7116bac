import { describe, expect, it } from 'vitest';
import type { Cell, Lane, TableTransaction } from '../../../src/vastdb/engine.ts';
import { allRows, createTable, insert, rejection, type SuiteContext, untilCommitted } from './context.ts';

const lanes: readonly Lane[] = ['interactive', 'background'];

export function describeTransactions(context: SuiteContext): void {
  const table = () => createTable(context, [{ name: 'id', type: 'string' }]);
  const ids = async (name: string): Promise<Cell[]> => (await allRows(context, name, ['id'])).flat();

  describe.each(lanes)('transactions of the %s lane', (lane) => {
    it('return what their work returns, and keep what it wrote', async () => {
      const name = await table();
      const result = await context.engine().transaction(
        async (tx) => {
          await tx.insert(name, ['id'], [['a'], ['b']]);
          return tx.count(name);
        },
        { lane },
      );
      expect(result).toBe(2);
      expect(await ids(name)).toEqual(['a', 'b']);
    });

    it('undo everything when their work throws, and pass its error on', async () => {
      const name = await table();
      await insert(context, name, ['id'], [['kept']]);
      const failure = new Error('changed my mind');
      const failed = context.engine().transaction(
        async (tx) => {
          const { rowIds } = await tx.select({ table: name, columns: [], rowIds: true });
          await tx.insert(name, ['id'], [['gone']]);
          await tx.delete(name, rowIds);
          throw failure;
        },
        { lane },
      );
      await expect(failed).rejects.toBe(failure);
      expect(await ids(name)).toEqual(['kept']);
    });

    it('take back a list with a key that is taken, and no more, whatever is written at the same time', async () => {
      if (!context.engine().capabilities.relational) return;
      const keyed = await createTable(context, [{ name: 'id', type: 'string', required: true }], { sortKey: ['id'] });
      const name = await table();
      await insert(context, keyed, ['id'], [['taken']]);
      await context.engine().transaction(
        async (tx) => {
          const writes = await Promise.allSettled([
            tx.insert(keyed, ['id'], [['one'], ['two']]),
            tx.insert(keyed, ['id'], [['first'], ['taken']]),
            tx.insert(name, ['id'], [['a'], ['b']]),
            tx.insert(keyed, ['id'], [['three'], ['four']]),
            tx.insert(keyed, ['id'], [['five']]),
          ]);
          expect(writes.map(({ status }) => status)).toEqual([
            'fulfilled',
            'rejected',
            'fulfilled',
            'fulfilled',
            'fulfilled',
          ]);
        },
        { lane },
      );
      expect(await ids(name)).toEqual(['a', 'b']);
      expect(await ids(keyed)).toEqual(['five', 'four', 'one', 'taken', 'three', 'two']);
    });

    it('undo everything when a statement fails', async () => {
      const name = await table();
      const failed = context.engine().transaction(
        async (tx) => {
          await tx.insert(name, ['id'], [['gone']]);
          await tx.insert(name, ['nowhere'], [['x']]);
        },
        { lane },
      );
      await rejection(failed, 'invalid');
      expect(await ids(name)).toEqual([]);
    });

    it('see their own writes, which nobody else sees before the commit', async () => {
      const name = await table();
      const seen = await context.engine().transaction(
        async (tx) => {
          await tx.insert(name, ['id'], [['a']]);
          const own = await tx.count(name);
          const others = await Promise.all(lanes.map((other) => context.engine().reader(other).count(name)));
          return { own, others };
        },
        { lane },
      );
      expect(seen).toEqual({ own: 1, others: [0, 0] });
      for (const other of lanes) expect(await context.engine().reader(other).count(name)).toBe(1);
    });

    it('refuse to be used when they have ended', async () => {
      const name = await table();
      let kept: TableTransaction | undefined;
      await context.engine().transaction(
        async (tx) => {
          kept = tx;
        },
        { lane },
      );
      if (kept === undefined) throw new Error('the work did not run');
      await rejection(kept.insert(name, ['id'], [['late']]), 'invalid');
      await rejection(kept.select({ table: name, columns: ['id'] }), 'invalid');
      await rejection(kept.count(name), 'invalid');
      await rejection(kept.delete(name, []), 'invalid');
      await rejection(kept.lock(['key']), 'invalid');
      expect(await ids(name)).toEqual([]);
    });
  });

  describe('concurrent transactions', () => {
    it('never lose an increment, from both lanes at once', async () => {
      const name = await createTable(context, [{ name: 'value', type: 'int64' }]);
      await insert(context, name, ['value'], [[0n]]);
      const increment = async (tx: TableTransaction): Promise<void> => {
        const { rows, rowIds } = await tx.select({ table: name, columns: ['value'], rowIds: true });
        await tx.update(name, rowIds, ['value'], [[BigInt(Number(rows[0]?.[0])) + 1n]]);
      };
      await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          untilCommitted(context, increment, { lane: index % 4 === 0 ? 'background' : 'interactive' }),
        ),
      );
      expect(await allRows(context, name, ['value'])).toEqual([[200n]]);
    });

    it('fail alone', async () => {
      const name = await table();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 300 }, (_, index) =>
          context.engine().transaction(async (tx) => {
            await tx.insert(name, ['id'], [[`${index}a`], [`${index}b`]]);
            if (index % 3 === 0) throw new Error(`number ${index}`);
            return index;
          }),
        ),
      );
      const good = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(good).toEqual(Array.from({ length: 300 }, (_, index) => index).filter((index) => index % 3 !== 0));
      expect(outcomes[9]).toMatchObject({ status: 'rejected', reason: { message: 'number 9' } });
      expect(await ids(name)).toEqual(good.flatMap((index) => [`${index}a`, `${index}b`]).sort());
    });

    it('are readable as soon as they are answered', async () => {
      const name = await table();
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const id = `row ${index}`;
          await context.engine().transaction((tx) => tx.insert(name, ['id'], [[id]]));
          expect(await context.engine().reader().count(name, { op: 'eq', column: 'id', value: id })).toBe(1);
        }),
      );
    });
  });
}
