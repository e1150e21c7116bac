import { TableError } from '../../table-error.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Tables of the engine's own, which nobody sees or names: those of locks. */
export const LOCK_TABLE = '_locks';

/**
 * Checks the name of a table or column. Names travel in paths, which the cluster's other clients
 * escape in another way than it reads them; plain ones are safe everywhere.
 *
 * @throws TableError `invalid` for anything but a plain identifier, and for names the engine keeps for itself.
 */
export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new TableError('invalid', `${JSON.stringify(name)} is no valid name: use letters, digits and underscores.`);
  }
  if (name === LOCK_TABLE) throw new TableError('invalid', `The name ${name} is reserved.`);
}
