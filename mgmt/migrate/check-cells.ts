import type { Cell } from '../../src/vastdb/engine.ts';
import { cellBytes } from '../../src/vastdb/mutation/cell-sizes.ts';
import type { Progress } from '../progress.ts';
import type { OpenedTables } from '../tables/open-tables.ts';
import type { CopiedTable } from '../tables/table-sum.ts';

/** More are not named: who has so many needs another way. */
const NAMED_AT_MOST = 20;
const KEY_CHARACTERS = 100;

/**
 * Reads the whole source, which takes a part of the time that copying takes.
 *
 * @throws where cells are too large for the target, with the rows that they are in: now, and not after hours of copying.
 */
export async function checkCells(
  { manager, definitions }: OpenedTables,
  tables: readonly CopiedTable[],
  maxBytes: number,
  progress: Progress,
): Promise<void> {
  const found: string[] = [];
  for (const { name, columns } of tables) {
    progress.start(`check ${name}`, (await manager.stats(name)).rows);
    const key = definitions.find((table) => table.name === name)?.indexes?.find(({ unique }) => unique)?.columns ?? [];
    for await (const batch of manager.reader('background').scan({ table: name, columns })) {
      for (const [index, cells] of batch.columns.entries()) {
        for (let row = 0; row < batch.rowCount; row++) {
          const bytes = cellBytes(cells[row] ?? null, maxBytes);
          if (bytes <= maxBytes) continue;
          const keys = key.map((column) => keyText(column, batch.columns[columns.indexOf(column)]?.[row] ?? null));
          found.push(`${name}.${columns[index]} of the row with ${keys.join(', ') || 'no key'}: ${bytes} bytes`);
        }
      }
      progress.advance(batch.rowCount);
    }
  }
  if (found.length === 0) return;
  const more = found.length > NAMED_AT_MOST ? [`and ${found.length - NAMED_AT_MOST} more`] : [];
  throw new Error(
    [
      `Nothing was copied: the target takes cells of at most ${maxBytes} bytes. Make these shorter by the API, or delete them:`,
      ...found.slice(0, NAMED_AT_MOST),
      ...more,
    ].join('\n'),
  );
}

const keyText = (column: string, cell: Cell): string => `${column} ${String(cell).slice(0, KEY_CHARACTERS)}`;
