import type { ColumnDefinition, IndexDefinition, TableDefinition } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { declaredType } from './column-types.ts';
import { quoted } from './identifiers.ts';

/**
 * The statement that creates the table. A table with a sort key is kept in the
 * key's own B-tree, so that the rows of a range lie together; others are kept by SQLite's row number.
 *
 * @throws TableError `invalid` for names and definitions that cannot be.
 */
export function createTableText(definition: TableDefinition): string {
  const { name, columns, sortKey = [] } = definition;
  if (columns.length === 0) throw new TableError('invalid', `The table ${name} needs a column.`);
  const parts = columns.map((column) => columnText(column, column.required === true));
  if (sortKey.length > 0) {
    checkColumns(definition, sortKey);
    const vector = columns.find((column) => column.type === 'vector' && sortKey.includes(column.name));
    if (vector !== undefined) throw new TableError('invalid', `${name}.${vector.name}: a vector cannot be a sort key.`);
    parts.push(`PRIMARY KEY (${sortKey.map(quoted).join(', ')})`);
  }
  return `CREATE TABLE ${quoted(name)} (${parts.join(', ')})${sortKey.length > 0 ? ' WITHOUT ROWID' : ''}`;
}

/** The statements that create those of the definition's indexes that are missing. */
export function createIndexTexts(definition: TableDefinition): string[] {
  return (definition.indexes ?? []).map((index) => {
    checkColumns(definition, index.columns);
    return (
      `CREATE ${index.unique === true ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${quoted(indexName(definition.name, index))} ` +
      `ON ${quoted(definition.name)} (${index.columns.map(quoted).join(', ')})` +
      (index.sparse === true ? ` WHERE ${quoted(index.columns[0] ?? '')} IS NOT NULL` : '')
    );
  });
}

/** The statement that adds a column, nullable whatever its definition says: present rows have no value for it. */
export function addColumnText(table: string, column: ColumnDefinition): string {
  return `ALTER TABLE ${quoted(table)} ADD COLUMN ${columnText(column, false)}`;
}

export function dropTableText(table: string): string {
  return `DROP TABLE IF EXISTS ${quoted(table)}`;
}

function columnText(column: ColumnDefinition, required: boolean): string {
  return `${quoted(column.name)} ${declaredType(column)}${required ? ' NOT NULL' : ''}`;
}

/** Derived from what is indexed, so that an index that exists is known by its name. */
export function indexName(table: string, index: IndexDefinition): string {
  return `${table}__${index.columns.join('__')}__${index.unique === true ? 'unique' : 'index'}`;
}

function checkColumns(definition: TableDefinition, names: readonly string[]): void {
  if (names.length === 0) throw new TableError('invalid', `An index of ${definition.name} names no column.`);
  for (const name of names) {
    if (!definition.columns.some((column) => column.name === name)) {
      throw new TableError('invalid', `The table ${definition.name} has no column ${JSON.stringify(name)} to index.`);
    }
  }
}
