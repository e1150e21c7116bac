import { openSqliteEngine } from '../../src/vastdb/engines/sqlite/sqlite-engine.ts';

/**
 * Inserts groups of rows, several transactions at a time and in both lanes, until it is killed. A
 * group's number is printed after its commit. Arguments: directory, first number, rows per group.
 */
const [directory = '', first = '0', size = '1'] = process.argv.slice(2);
const engine = await openSqliteEngine({ directory, synchronous: 'full', cacheMib: 8 });
await engine.createTable({
  name: 'written',
  columns: [
    { name: 'group_number', type: 'int64', required: true },
    { name: 'position', type: 'int32', required: true },
    { name: 'filler', type: 'string' },
  ],
});

let next = BigInt(first);
const filler = 'x'.repeat(500);

async function write(lane: 'interactive' | 'background'): Promise<never> {
  for (;;) {
    const group = next++;
    const rows = Array.from({ length: Number(size) }, (_, position) => [group, position, filler]);
    await engine.transaction(
      async (tx) => {
        for (const row of rows) await tx.insert('written', ['group_number', 'position', 'filler'], [row]);
      },
      { lane },
    );
    process.stdout.write(`${group}\n`);
  }
}

await Promise.all([...Array.from({ length: 8 }, () => write('interactive')), write('background')]);
