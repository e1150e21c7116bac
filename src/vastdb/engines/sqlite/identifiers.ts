import { TableError } from '../../table-error.ts';

const pattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Checks a name that goes into the text of a statement: names cannot be bound as values.
 *
 * @throws TableError `invalid` for anything but a plain identifier, and for names SQLite keeps for itself.
 */
function checkIdentifier(name: string): string {
  if (!pattern.test(name)) {
    throw new TableError('invalid', `${JSON.stringify(name)} is no valid name: use letters, digits and underscores.`);
  }
  const lower = name.toLowerCase();
  if (lower.startsWith('sqlite_') || lower === '_rowid_') {
    throw new TableError('invalid', `The name ${name} is reserved.`);
  }
  return name;
}

/** A checked name in double quotes, so that it may be a keyword of SQL. */
export function quoted(name: string): string {
  return `"${checkIdentifier(name)}"`;
}
