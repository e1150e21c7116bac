import { parameter, type EmulatorAnswer } from '../http/emulator-request.ts';
import { badRequest, notFound, notImplemented } from '../http/protocol-error.ts';
import type { EmulatorSettings } from '../settings.ts';
import type { Projection, Table } from '../store/table.ts';
import type { Transaction } from '../store/transaction.ts';
import { flatBuffer, FlatTable } from '../wire/flatbuffers.ts';
import { fieldList } from './columns.ts';
import { listPage } from './listing.ts';
import { objectDetails } from './object-details.ts';
import type { Operation, Operations } from './operation.ts';
import { onTable } from './places.ts';

const COLUMN_SORTED = 1;
const ALL_SYNCED = 100n;
/** What a cell is said to take: sizes are not kept. */
const CELL_BYTES = 8n;

/** Semi-sorted projections. They are kept as definitions: queries answer the same with and without them. */
const projection: Operations = {
  GET: {
    name: 'projection.list',
    run: supported((request, store) =>
      onTable(request, store, (table, transaction) => {
        const { items, headers } = listPage(request, table.projections(transaction), ({ name }) => name);
        const rows = table.rows.count(transaction);
        const details = items.map(({ name, id }) => objectDetails({ name, handle: String(id), rows }));
        const [, ...path] = request.path;
        return { headers, body: flatBuffer([store.bucket, path.slice(0, -1).join('/'), path.at(-1) ?? '', details]) };
      }),
    ),
  },
  POST: {
    name: 'projection.create',
    run: supported((request, store) =>
      onTable(request, store, (table, transaction) => {
        const columns = FlatTable.root(request.body)
          .tables(0)
          .map((column) => ({ name: column.text(0) ?? '', sorted: column.int8(1) === COLUMN_SORTED }));
        if (!columns.some(({ sorted }) => sorted)) throw badRequest('a projection needs a sorted column');
        table.addProjection(transaction, parameter(request, 'name'), columns);
        return {};
      }),
    ),
  },
  PUT: {
    name: 'projection.rename',
    run: supported((request, store) =>
      onTable(request, store, (table, transaction) => {
        const { name, columns } = find(table, transaction, parameter(request, 'name'));
        const to = FlatTable.root(request.body).text(0);
        if (to === null || to === '') return {};
        table.addProjection(transaction, to, columns);
        table.dropProjection(transaction, name);
        return {};
      }),
    ),
  },
  DELETE: {
    name: 'projection.drop',
    run: supported((request, store) =>
      onTable(request, store, (table, transaction) => {
        table.dropProjection(transaction, parameter(request, 'name'));
        return {};
      }),
    ),
  },
};

const projectionColumns: Operations = {
  GET: {
    name: 'projection.columns',
    run: supported((request, store) =>
      onTable(request, store, (table, transaction) => {
        const { columns } = find(table, transaction, parameter(request, 'name'));
        return fieldList(
          request,
          columns.map(({ name, sorted }) => {
            const { field } = table.column(transaction, name);
            return field.clone({
              metadata: new Map([['VAST:projection-column-type', sorted ? 'Sorted' : 'Unsorted']]),
            });
          }),
        );
      }),
    ),
  },
};

const projectionStats: Operations = {
  GET: {
    name: 'projection.stats',
    run: supported((request, store) =>
      onTable(request, store, (table, transaction) => {
        const { columns } = find(table, transaction, parameter(request, 'name'));
        const rows = BigInt(table.rows.count(transaction));
        return { body: flatBuffer([rows, rows * BigInt(columns.length) * CELL_BYTES, 0n, ALL_SYNCED]) };
      }),
    ),
  },
};

export const projectionOperations: Readonly<Record<string, Operations>> = {
  projection,
  'projection-columns': projectionColumns,
  'projection-stats': projectionStats,
};

/** @throws ProtocolError 404 */
export function find(table: Table, transaction: Transaction, name: string): Projection {
  const found = table.projections(transaction).find((other) => other.name === name);
  if (found === undefined) throw notFound('Projection', name);
  return found;
}

function supported(run: Operation['run']): Operation['run'] {
  return (request, store, settings: EmulatorSettings): EmulatorAnswer => {
    if (!settings.projections) throw notImplemented('projections');
    return run(request, store, settings);
  };
}
