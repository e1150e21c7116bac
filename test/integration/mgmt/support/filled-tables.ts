import { openEngine, openManager, type OpenedTables } from '../../../../mgmt/tables/open-tables.ts';
import { OF_PROCESSES } from '../../../../mgmt/tables/table-sum.ts';
import { loadConfig } from '../../../../src/settings.ts';
import { OBJECTS } from '../../../../src/tams/objects/object-tables.ts';
import type { Cell, ColumnDefinition } from '../../../../src/vastdb/engine.ts';

const BATCH_ROWS = 5000;

/** Runs `work` on the tables of a configuration, without a server; they are made where there are none. */
export async function onTables<T>(env: Record<string, string>, work: (opened: OpenedTables) => Promise<T>): Promise<T> {
  const opened = await openManager(await openEngine(loadConfig(env), true));
  try {
    return await work(opened);
  } finally {
    await opened.manager.close();
  }
}

/** Puts a row into every table of a data directory, and more objects. */
export async function fillTables(dataDir: string, objects: number): Promise<void> {
  await onTables({ DATA_DIR: dataDir }, async ({ manager, definitions }) => {
    await manager.transaction(async (tx) => {
      for (const { name, columns } of definitions) {
        const cells = columns.map(madeUpCell);
        await tx.insertArrays(
          name,
          columns.map((column) => column.name),
          [cells],
        );
      }
    });
    const columns = ['id', 'first_flow', 'referenced', 'reclaiming'];
    for (let start = 1; start < objects; start += BATCH_ROWS) {
      const rows = Array.from({ length: Math.min(BATCH_ROWS, objects - start) }, (_, index) => [
        `object-${start + index}`,
        'flow ä',
        true,
        false,
      ]);
      await manager.transaction((tx) => tx.insertArrays(OBJECTS.name, columns, rows));
    }
  });
}

/** Some value of a column's type. */
export function madeUpCell({ name, type, dimension = 0 }: ColumnDefinition): Cell {
  switch (type) {
    case 'string':
      return `ä ${name}`;
    case 'int64':
      return 9_007_199_254_740_993n;
    case 'int32':
      return -7;
    case 'float64':
      return 0.1;
    case 'bool':
      return true;
    case 'binary':
      return new Uint8Array([0, 255]);
    case 'vector':
      return Float32Array.from({ length: dimension }, (_, index) => index / 7);
  }
}

/** How many rows each table has, but for those whose rows belong to processes. */
export const rowCounts = (dataDir: string): Promise<Record<string, number>> =>
  onTables({ DATA_DIR: dataDir }, async ({ manager }) => {
    const counts = [];
    for (const name of manager.listTables()) {
      if (!OF_PROCESSES.has(name)) counts.push([name, await manager.count(name)] as const);
    }
    return Object.fromEntries(counts);
  });
