import { createHash } from 'node:crypto';
import type { IndexDefinition } from '../../engine.ts';
import { TableError } from '../../table-error.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** PostgreSQL cuts longer names off, so that two could become one. */
const NAME_BYTES = 63;
const HASH_DIGITS = 12;

/** The engine's own table: its rows stand for keys that transactions lock. It also marks a schema as one of ours. */
export const LOCK_TABLE = '_locks';

/** Columns that every table of PostgreSQL has. */
const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', '_rowid_']);

/**
 * A name in double quotes, so that it may be a keyword of SQL. Names cannot be bound as values.
 *
 * @throws TableError `invalid` for anything but a plain identifier, and for names that are taken.
 */
export function quoted(name: string): string {
  if (!NAME.test(name) || name.length > NAME_BYTES) {
    throw new TableError(
      'invalid',
      `${JSON.stringify(name)} is no valid name: use up to ${NAME_BYTES} letters, digits and underscores.`,
    );
  }
  if (name === LOCK_TABLE || SYSTEM_COLUMNS.has(name)) throw new TableError('invalid', `The name ${name} is reserved.`);
  return `"${name}"`;
}

/** Derived from what is indexed, so that an index that exists is known by its name. */
export function indexName(table: string, index: IndexDefinition): string {
  const name = `${table}__${index.columns.join('__')}__${index.unique === true ? 'unique' : 'index'}`;
  if (name.length <= NAME_BYTES) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  return `${name.slice(0, NAME_BYTES - HASH_DIGITS - 1)}_${hash}`;
}

/** The index of a table's words: where it is, the table can be searched with `match`. */
export const fullTextIndex = (table: string): string => `${table}__words`;
