import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { tableDefinitions } from '../../src/container/container.ts';
import { loadConfig } from '../../src/settings.ts';
import type { ColumnDefinition, ColumnType, TableDefinition } from '../../src/vastdb/engine.ts';
import { declarationOf } from '../../src/vastdb/engines/postgres/column-types.ts';
import { declaredType } from '../../src/vastdb/engines/sqlite/column-types.ts';
import { arrowSchema } from '../../src/vastdb/transfer/arrow-file.ts';

export const TABLES_DOCUMENT = 'docs/tables.md';

/** What is above it is written by hand. */
const MARK = '<!-- `npm run tables` makes what follows, of the definitions of the tables. -->\n';

const TYPES: readonly ColumnType[] = ['string', 'int64', 'int32', 'float64', 'bool', 'vector'];
const UNITS: readonly (readonly [names: RegExp, unit: string])[] = [
  [/_ns$/, 'ns'],
  [/_ms$/, 'ms since 1970'],
  [/_[xy]_(min|max|size)$|^(frame_)?(width|height)$|_sampling$/, 'pixels'],
  [/^size(_bytes)?$/, 'bytes'],
];

/** Every table that a server may have. */
export const allTables = (): readonly TableDefinition[] => [
  ...tableDefinitions(loadConfig({ EXR: 'true', SEARCH: 'true', SOFT_DELETE: 'true' }).features),
];

/** The document as it should be checked in: what it says by hand, and the tables as they are defined now. */
export async function tablesDocument(): Promise<string> {
  const [byHand = ''] = readFileSync(TABLES_DOCUMENT, 'utf8').split(MARK);
  const tables = allTables().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const [stable, internal] = [
    tables.filter(({ internal }) => internal !== true),
    tables.filter(({ internal }) => internal === true),
  ];
  const text = [
    `${byHand}${MARK}`,
    '## Types\n\nA vector of n elements has n instead of 384.\n',
    ...rows(['type', 'Arrow, VAST', 'SQLite', 'PostgreSQL'], TYPES.map(typeRow)),
    '\n## Tables to read\n',
    ...stable.flatMap(tableText),
    '\n## Internal tables\n\nAny version may change them.\n',
    ...internal.flatMap(tableText),
  ].join('\n');
  return format(text, { ...(await resolveConfig(TABLES_DOCUMENT)), parser: 'markdown' });
}

function typeRow(type: ColumnType): string[] {
  const column = { name: type, type, ...(type === 'vector' && { dimension: 384 }) };
  const [field = ''] = arrowSchema([column]).fields.map(String);
  return [type, field.replace(`${type}: `, ''), declaredType(column), declarationOf(column)].map(code);
}

function tableText({ name, doc = '', columns, sortKey, internal, docs = {} }: TableDefinition): string[] {
  const order = sortKey === undefined ? '' : ` Sorted by ${sortKey.map(code).join(', ')}, unique as a whole.`;
  const mayChange = (column: string): boolean =>
    typeof internal === 'object' ? internal.includes(column) : internal === true;
  const described = columns.map((column) => [
    code(column.name),
    typeText(column),
    UNITS.find(([names]) => names.test(column.name))?.[1] ?? '',
    internal !== true && mayChange(column.name) ? `(Internal.) ${docs[column.name]}` : (docs[column.name] ?? ''),
  ]);
  return [`\n### ${name}\n\n${doc}${order}\n`, ...rows(['column', 'type', 'unit', 'meaning'], described)];
}

const typeText = ({ type, dimension, required }: ColumnDefinition): string =>
  `${type}${dimension === undefined ? '' : `(${dimension})`}${required === true ? '' : ', or null'}`;

const code = (text: string): string => `\`${text}\``;

const rows = (head: readonly string[], body: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
