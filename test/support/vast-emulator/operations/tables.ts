import { header, type EmulatorRequest } from '../http/emulator-request.ts';
import { notImplemented, ProtocolError } from '../http/protocol-error.ts';
import { isAtLeast, type EmulatorSettings } from '../settings.ts';
import { readFields } from '../wire/arrow-messages.ts';
import type { ArrowField } from '../wire/arrow-types.ts';
import { flatBuffer, FlatTable } from '../wire/flatbuffers.ts';
import { requireStorable } from './column-types.ts';
import { listPage } from './listing.ts';
import { objectDetails } from './object-details.ts';
import type { Operations } from './operation.ts';
import { inTransaction } from './places.ts';

export const tableOperations: Operations = {
  GET: {
    name: 'table.list',
    run: (request, store) =>
      inTransaction(request, store, (transaction, path) => {
        const tables = store.catalogue.tables(transaction, path);
        const { items, headers } = listPage(request, tables, ({ name }) => name);
        const hasStats = header(request, 'tabular-include-list-stats') === 'True';
        const details = items.map(({ name, object: { id, table } }) =>
          objectDetails({
            name,
            handle: String(id),
            rows: hasStats ? table.rows.count(transaction) : 0,
            isSorted: table.sortingKey.length > 0,
          }),
        );
        return { headers, body: flatBuffer([store.bucket, path.join('/'), details]) };
      }),
  },
  POST: {
    name: 'table.create',
    run: (request, store, settings) =>
      inTransaction(request, store, (transaction, path) => {
        if (header(request, 'tabular-vector-index-column') !== '') throw notImplemented('vector indexes');
        const fields = readFields(request.body);
        for (const field of fields) requireStorable(field, settings.version);
        const key = sortingKey(request, settings, fields);
        store.catalogue.createTable(
          transaction,
          path,
          fields.map((field) => ({ field })),
          key,
        );
        return {};
      }),
  },
  PUT: {
    name: 'table.rename',
    run: (request, store, settings) =>
      inTransaction(request, store, (transaction, path) => {
        FlatTable.root(request.body).text(0);
        const to = request.query.get('tabular-new-table-name');
        if (to !== undefined) store.catalogue.rename(transaction, path, 'table', to.split('/'));
        const table = store.catalogue.table(transaction, to?.split('/') ?? path);
        const key = sortingKey(
          request,
          settings,
          table.columns(transaction).map(({ field }) => field),
        );
        if (key.length > 0) table.addSortingKey(transaction, key);
        return {};
      }),
  },
  DELETE: {
    name: 'table.drop',
    run: (request, store) =>
      inTransaction(request, store, (transaction, path) => {
        store.catalogue.dropTable(transaction, path);
        return {};
      }),
  },
};

/** `tabular-sorted-column-0`, `-1`, ...: places of columns in the schema. */
function sortingKey(request: EmulatorRequest, settings: EmulatorSettings, fields: readonly ArrowField[]): string[] {
  const key: string[] = [];
  for (let index = 0; ; index += 1) {
    const place = header(request, `tabular-sorted-column-${index}`);
    if (place === '') break;
    const field = fields[Number(place)];
    // Clusters are known to answer so, instead of with a 400.
    if (field === undefined) throw new ProtocolError(500, 'InternalError', 'We encountered an internal error');
    key.push(field.name);
  }
  if (key.length > 0 && !(settings.sortedTables && isAtLeast(settings.version, [5, 3]))) {
    throw notImplemented('tables with a sorting key');
  }
  return key;
}
