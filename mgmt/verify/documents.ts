import type { Flow } from '../../src/tams/flows/flow.ts';
import type { Source } from '../../src/tams/sources/source.ts';
import { ACCESS_COLUMN } from '../../src/tams/access/access.ts';
import { isSortColumn } from '../../src/tams/documents/sort-keys.ts';
import { METADATA_COLUMNS, metadataCells } from '../../src/tams/flows/flow-row.ts';
import { SOURCE_COLUMNS, sourceCells } from '../../src/tams/sources/source-repository.ts';
import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { SOURCES } from '../../src/tams/sources/source-tables.ts';
import type { Cell, Row } from '../../src/vastdb/engine.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import { eq, isIn } from '../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import { checkRows, type Part } from './row-check.ts';
import { notDeleting } from './segments.ts';

/** The documents of rows, by their ids; without those that are no JSON, which `documents` finds. */
export async function readDocuments<T extends object>(
  reader: ManagedReader,
  table: string,
  where: Predicate,
): Promise<Map<string, T>> {
  const { rows } = await reader.select({ table, columns: ['id', 'document'], where });
  const documents = new Map<string, T>();
  for (const [id, text] of rows as [string, string][]) {
    const document = parsed(text);
    if (document !== undefined) documents.set(id, document as T);
  }
  return documents;
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // The check is there to find this.
    return undefined;
  }
}

interface Entity<T> {
  readonly table: string;
  readonly subject: string;
  readonly columns: readonly string[];
  readonly cellsOf: (entity: T) => readonly Cell[];
  readonly living: (ids: readonly string[]) => Predicate;
}

/** Columns for filters and access must match the row's document. */
function partsOf<T extends object>({ table, subject, columns, cellsOf, living }: Entity<T>): Part[] {
  const derived = columns.filter((name) => name !== 'id' && name !== 'document');
  const wantedOf = (document: Cell): Row | undefined => {
    try {
      const cells = cellsOf(JSON.parse(document as string) as T);
      return Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null]));
    } catch {
      // The check is there to find this.
      return undefined;
    }
  };
  const read = async (reader: ManagedReader, ids: readonly string[]): Promise<[string, Row, Row | undefined][]> => {
    const rows = await reader.selectRows({ table, columns, where: living(ids) });
    return rows.map((row) => [row['id'] as string, row, wantedOf(row['document'] ?? null)]);
  };
  const differing = (row: Row, wanted: Row): string[] =>
    derived.filter((name) => !isAsWanted(name, row[name] ?? null, wanted[name] ?? null));
  return [
    {
      table,
      column: 'id',
      subject,
      look: async (reader, keys) =>
        new Map(
          (await read(reader, keys))
            .filter(([, , wanted]) => wanted === undefined)
            .map(([id]) => [id, 'its document cannot be read; PUT it again, or restore a backup']),
        ),
    },
    {
      table,
      column: 'id',
      subject,
      look: async (reader, keys) => {
        const problems = new Map<string, string>();
        for (const [id, row, wanted] of await read(reader, keys)) {
          const different = wanted === undefined ? [] : differing(row, wanted);
          if (different.length > 0) problems.set(id, `its ${different.join(', ')} differs from its document`);
        }
        return problems;
      },
      repair: {
        does: 'writes what its document says',
        mend: async (tx, keys) => {
          for (const [id, row, wanted = row] of await read(tx, keys)) {
            const changes = Object.fromEntries(derived.map((name) => [name, wanted[name] ?? null]));
            await tx.update(table, eq('id', id), changes);
          }
        },
      },
    },
  ];
}

/** Rows that are older than these columns have none: the server gives them theirs when it starts. */
const isAsWanted = (name: string, cell: Cell, wanted: Cell): boolean =>
  (cell === null && (name === ACCESS_COLUMN || isSortColumn(name))) || wellFormed(cell) === wellFormed(wanted);

/** A cell has no lone surrogates: they are kept in the document alone. */
const wellFormed = (cell: Cell): Cell => (typeof cell === 'string' ? cell.toWellFormed() : cell);

export const documents = checkRows(
  'documents',
  'the searchable columns of flows and sources match their documents',
  ...partsOf<Flow>({
    table: FLOWS.name,
    subject: 'flow',
    columns: METADATA_COLUMNS,
    cellsOf: metadataCells,
    living: notDeleting,
  }),
  ...partsOf<Source>({
    table: SOURCES.name,
    subject: 'source',
    columns: SOURCE_COLUMNS,
    cellsOf: sourceCells,
    living: (ids) => isIn('id', ids),
  }),
);
