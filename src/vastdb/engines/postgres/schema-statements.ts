import type { ColumnDefinition, IndexDefinition, TableDefinition } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { commentOf, declarationOf } from './column-types.ts';
import { fullTextTexts } from './full-text.ts';
import { fullTextIndex, indexName, quoted } from './names.ts';

/**
 * Characters of a long text that are indexed. An index entry must fit into a third of a page, 2,704 bytes; three such
 * texts of the widest characters do.
 */
const INDEXED_CHARACTERS = 200;

/**
 * Half of each page is left for new versions of its rows. A version beside the one before needs no new entries in the
 * indexes, which are most of the cost of an update.
 */
const ROOM_FOR_UPDATES = ' WITH (fillfactor = 50)';

/**
 * The statements that create the table. Without a sort key a row is known by a number of the engine's.
 *
 * @throws TableError `invalid` for names and definitions that cannot be.
 */
export function createTableTexts(schema: string, definition: TableDefinition): string[] {
  const { name, columns, sortKey = [], oftenUpdated = false } = definition;
  if (columns.length === 0) throw new TableError('invalid', `The table ${name} needs a column.`);
  const table = `${schema}.${quoted(name)}`;
  const parts = columns.map((column) => columnText(column, column.required === true));
  if (sortKey.length > 0) {
    const keyColumns = columnsOf(definition, sortKey);
    const vector = keyColumns.find(({ type }) => type === 'vector');
    if (vector !== undefined) throw new TableError('invalid', `${name}.${vector.name}: a vector cannot be a sort key.`);
    parts.push(`PRIMARY KEY (${sortKey.map(quoted).join(', ')})`);
  } else {
    parts.push('"_rowid_" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY');
  }
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${parts.join(', ')})${oftenUpdated ? ROOM_FOR_UPDATES : ''}`,
    ...columns.flatMap((column) => commentTexts(table, column)),
  ];
}

/** The statements that create those of the definition's indexes that are missing, by name. */
export function createIndexTexts(schema: string, definition: TableDefinition): Map<string, readonly string[]> {
  const texts = (definition.indexes ?? []).map((index): [string, string[]] => {
    const name = indexName(definition.name, index);
    const terms = columnsOf(definition, index.columns).map((column) => termText(index, column));
    const unique = index.unique === true ? 'UNIQUE ' : '';
    const on = `${schema}.${quoted(definition.name)} (${terms.join(', ')})`;
    const where = index.sparse === true ? ` WHERE ${quoted(index.columns[0] ?? '')} IS NOT NULL` : '';
    return [name, [`CREATE ${unique}INDEX IF NOT EXISTS ${quoted(name)} ON ${on}${where}`]];
  });
  if (definition.fullText !== undefined) {
    texts.push([fullTextIndex(definition.name), fullTextTexts(schema, definition, definition.fullText)]);
  }
  return new Map(texts);
}

function termText(index: IndexDefinition, column: ColumnDefinition): string {
  if (index.equalityOnly?.includes(column.name) === true && column.type === 'string') {
    return `left(${quoted(column.name)}, ${INDEXED_CHARACTERS})`;
  }
  // As selects order, or the index would not serve them.
  return `${quoted(column.name)}${column.required === true ? '' : ' NULLS FIRST'}`;
}

/** The statements that add a column, nullable whatever its definition says: present rows have no value for it. */
export function addColumnTexts(schema: string, table: string, column: ColumnDefinition): string[] {
  const name = `${schema}.${quoted(table)}`;
  return [`ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${columnText(column, false)}`, ...commentTexts(name, column)];
}

export const dropTableText = (schema: string, table: string): string =>
  `DROP TABLE IF EXISTS ${schema}.${quoted(table)}`;

function columnText(column: ColumnDefinition, required: boolean): string {
  return `${quoted(column.name)} ${declarationOf(column)}${required ? ' NOT NULL' : ''}`;
}

function commentTexts(table: string, column: ColumnDefinition): string[] {
  const comment = commentOf(column);
  return comment === undefined ? [] : [`COMMENT ON COLUMN ${table}.${quoted(column.name)} IS '${comment}'`];
}

function columnsOf(definition: TableDefinition, names: readonly string[]): ColumnDefinition[] {
  if (names.length === 0) throw new TableError('invalid', `An index of ${definition.name} names no column.`);
  return names.map((name) => {
    const column = definition.columns.find((each) => each.name === name);
    if (column !== undefined) return column;
    throw new TableError('invalid', `The table ${definition.name} has no column ${JSON.stringify(name)} to index.`);
  });
}
