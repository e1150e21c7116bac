import { parameter, type EmulatorAnswer, type EmulatorRequest } from '../http/emulator-request.ts';
import { badRequest } from '../http/protocol-error.ts';
import { LIMITS } from '../settings.ts';
import { readFields, schemaStream } from '../wire/arrow-messages.ts';
import type { ArrowField } from '../wire/arrow-types.ts';
import { FlatTable } from '../wire/flatbuffers.ts';
import { requireStorable } from './column-types.ts';
import { listPage } from './listing.ts';
import type { Operations } from './operation.ts';
import { onTable } from './places.ts';

const column: Operations = {
  GET: {
    name: 'column.list',
    run: (request, store) =>
      onTable(request, store, (table, transaction) =>
        fieldList(
          request,
          table.columns(transaction).map(({ field }) => field),
        ),
      ),
  },
  POST: {
    name: 'column.add',
    run: (request, store, { version }) =>
      onTable(request, store, (table, transaction) => {
        for (const field of readFields(request.body)) {
          requireStorable(field, version);
          table.addColumn(transaction, field);
        }
        return {};
      }),
  },
  PUT: {
    name: 'column.rename',
    run: (request, store) =>
      onTable(request, store, (table, transaction) => {
        FlatTable.root(request.body).text(0);
        const from = parameter(request, 'tabular-column-name');
        table.renameColumn(transaction, from, parameter(request, 'tabular-new-column-name'));
        return {};
      }),
  },
  DELETE: {
    name: 'column.drop',
    run: (request, store) =>
      onTable(request, store, (table, transaction) => {
        for (const { name } of readFields(request.body)) {
          if (table.sortingKey.includes(name)) throw badRequest(`${name} is in the sorting key`);
          table.dropColumn(transaction, name);
        }
        return {};
      }),
  },
};

const sortedColumns: Operations = {
  GET: {
    name: 'sorted-columns.list',
    run: (request, store) =>
      onTable(request, store, (table, transaction) => {
        if (table.sortingKey.length === 0) throw badRequest('Listing sorted columns without elysium enabled');
        return fieldList(
          request,
          table.sortingKey.map((name) => table.column(transaction, name).field),
        );
      }),
  },
};

export const columnOperations: Readonly<Record<string, Operations>> = { column, 'sorted-columns': sortedColumns };

/** A page of fields as an Arrow stream without rows. */
export function fieldList(request: EmulatorRequest, fields: readonly ArrowField[]): EmulatorAnswer {
  const { items, headers } = listPage(request, fields, ({ name }) => name);
  const body = schemaStream(items);
  if (body.length > LIMITS.columnListBytes) throw badRequest(`list column result size ${body.length} is too long`);
  return { headers, body };
}
