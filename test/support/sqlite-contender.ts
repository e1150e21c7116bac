import { once } from 'node:events';
import { openSqliteEngine } from '../../src/vastdb/engines/sqlite/sqlite-engine.ts';

/**
 * One of several processes that write to one directory at once: creates the tables, then increments
 * the shared counter and inserts rows of its own, one of each per transaction, in both lanes.
 * Arguments: directory, name of this process, transactions. It says that it is ready, and begins when
 * its standard input ends, so that all of them begin together.
 */
const [directory = '', name = '', count = '0'] = process.argv.slice(2);
const engine = await openSqliteEngine({ directory, synchronous: 'full', cacheMib: 8 });
await engine.createTable({
  name: 'counter',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  sortKey: ['id'],
});
await engine.createTable({
  name: 'taken',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'value', type: 'int64' },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['value'], unique: true },
  ],
});
await engine.addColumns('taken', [{ name: 'process', type: 'string' }]);

process.stdout.write('ready\n');
process.stdin.resume();
await once(process.stdin, 'end');

let left = Number(count);
async function contend(lane: 'interactive' | 'background'): Promise<void> {
  while (left > 0) {
    const number = left--;
    await engine.transaction(
      async (tx) => {
        const where = { op: 'eq', column: 'id', value: 'shared' } as const;
        const { rows, rowIds } = await tx.select({ table: 'counter', columns: ['value'], where, rowIds: true });
        const value = BigInt(String(rows[0]?.[0] ?? 0n)) + 1n;
        if (rowIds.length === 0) await tx.insert('counter', ['id', 'value'], [['shared', value]]);
        else await tx.update('counter', rowIds, ['value'], [[value]]);
        await tx.insert('taken', ['id', 'value', 'process'], [[`${name} ${number}`, value, name]]);
      },
      { lane },
    );
    // Reads of this process go on meanwhile, and see its own commits.
    const own = { op: 'eq', column: 'id', value: `${name} ${number}` } as const;
    if ((await engine.reader().count('taken', own)) !== 1) throw new Error(`${name} ${number} was lost`);
  }
}

await Promise.all([contend('interactive'), contend('interactive'), contend('background')]);
await engine.close();
