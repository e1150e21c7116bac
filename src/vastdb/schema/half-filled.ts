import type { TableEngine } from '../engine.ts';
import { TableError } from '../table-error.ts';

/** Work that fills all tables of an engine in many transactions. If it is interrupted, they are half filled. */
type Filling = 'migration' | 'restore';

/** The mark exists from before the first row is written until all rows were compared. */
export const FILLING_TABLES: Readonly<Record<Filling, string>> = { migration: '_migration', restore: '_restore' };

type Tables = Pick<TableEngine, 'listTables'>;

/** The unfinished work that began to fill these tables; undefined if there is none. */
export async function unfinishedFilling(tables: Tables): Promise<Filling | undefined> {
  const present = await tables.listTables();
  // `Object.keys` does not tell the names that an object has by its type.
  return (Object.keys(FILLING_TABLES) as Filling[]).find((filling) => present.includes(FILLING_TABLES[filling]));
}

/**
 * A server on half-filled tables would answer wrong, and reclaim objects whose segments are still to come.
 *
 * @throws TableError `invalid` where a migration or a restore did not come to its end.
 */
export async function checkFilled(tables: Tables): Promise<void> {
  const filling = await unfinishedFilling(tables);
  if (filling !== undefined) throw new TableError('invalid', unfinishedText(filling));
}

export const unfinishedText = (filling: Filling): string =>
  `These tables are not whole: a ${filling} into them has not come to its end. ` +
  `Run \`mgmt ${filling === 'migration' ? 'migrate' : 'restore'}\` again, or empty them with \`mgmt cleanup --all\`.`;

/** The tables are whole now, or empty. */
export async function endFilling(engine: TableEngine): Promise<void> {
  const present = await engine.listTables();
  for (const name of Object.values(FILLING_TABLES)) if (present.includes(name)) await engine.dropTable(name);
}
