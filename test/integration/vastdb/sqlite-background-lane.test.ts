import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lane, TableEngine, TableTransaction } from '../../../src/vastdb/engine.ts';
import { rejection } from '../../support/engine-suite/context.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';

let temporary: TemporaryEngine;
let engine: TableEngine;
beforeEach(async () => {
  temporary = await openTemporaryEngine();
  ({ engine } = temporary);
  await engine.createTable({
    name: 't',
    columns: [
      { name: 'id', type: 'string', required: true },
      { name: 'size', type: 'int64' },
    ],
    sortKey: ['id'],
  });
});
afterEach(() => temporary.dispose());

const insert = (tx: TableTransaction, id: string): Promise<void> => tx.insert('t', ['id', 'size'], [[id, 1n]]);

async function ids(): Promise<unknown[]> {
  const orderBy = [{ column: 'id', direction: 'asc' }] as const;
  return (await engine.reader().select({ table: 't', columns: ['id'], orderBy })).rows.flat();
}

describe.each(['interactive', 'background'] as const)('statements that go out together (%s)', (lane) => {
  it('run in their order, each seeing those before', async () => {
    const counts = await engine.transaction(
      async (tx) => {
        const [, before, , after] = await Promise.all([insert(tx, 'a'), tx.count('t'), insert(tx, 'b'), tx.count('t')]);
        return [before, after];
      },
      { lane },
    );
    expect(counts).toEqual([1, 2]);
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('are all undone when one of them fails, those that were begun after it too', async () => {
    await engine.transaction((tx) => insert(tx, 'taken'));
    const failed = engine.transaction(
      async (tx) => {
        const chain = async (): Promise<void> => {
          await insert(tx, 'c');
          await insert(tx, 'd');
          await insert(tx, 'e');
        };
        // Two of them fail: the second failure must not go about as an unhandled rejection.
        await Promise.all([insert(tx, 'a'), insert(tx, 'taken'), chain(), insert(tx, 'taken'), insert(tx, 'b')]);
      },
      { lane },
    );
    await rejection(failed, 'duplicate');
    await engine.transaction((tx) => insert(tx, 'later'), { lane });
    expect(await ids()).toEqual(['later', 'taken']);
  });
});

describe('background transactions', () => {
  const write = (id: string, lane: Lane, order: string[]): Promise<unknown> =>
    engine.transaction(
      async (tx) => {
        await insert(tx, id);
        order.push(id);
      },
      { lane },
    );

  it('that wait go after requests that came later', async () => {
    const order: string[] = [];
    const backgrounds = [write('first', 'background', order), write('second', 'background', order)];
    await Promise.all([...backgrounds, write('request', 'interactive', order)]);
    expect(order).toEqual(['first', 'request', 'second']);
  });

  it('that wait are done before the engine closes', async () => {
    const order: string[] = [];
    const names = ['first', 'second', 'third'];
    // The thread runs, and the log has just been looked at: nothing else holds up the end.
    await write('before', 'background', []);
    await Promise.all([...names.map((name) => write(name, 'background', order)), engine.close()]);
    expect(order).toEqual(names);
  });
});
