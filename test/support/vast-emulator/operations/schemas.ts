import { parameter } from '../http/emulator-request.ts';
import { flatBuffer, FlatTable } from '../wire/flatbuffers.ts';
import { listPage } from './listing.ts';
import { objectDetails } from './object-details.ts';
import type { Operations } from './operation.ts';
import { inTransaction } from './places.ts';

export const schemaOperations: Operations = {
  GET: {
    name: 'schema.list',
    run: (request, store) =>
      inTransaction(request, store, (transaction, path) => {
        const { items, headers } = listPage(request, store.catalogue.schemas(transaction, path), (name) => name);
        const details = items.map((name) => objectDetails({ name, handle: '0' }));
        return { headers, body: flatBuffer([store.bucket, details]) };
      }),
  },
  POST: {
    name: 'schema.create',
    run: (request, store) =>
      inTransaction(request, store, (transaction, path) => {
        FlatTable.root(request.body).text(0);
        store.catalogue.createSchema(transaction, path);
        return {};
      }),
  },
  PUT: {
    name: 'schema.rename',
    run: (request, store) =>
      inTransaction(request, store, (transaction, path) => {
        FlatTable.root(request.body).text(0);
        const to = [...path.slice(0, -1), parameter(request, 'tabular-new-schema-name')];
        store.catalogue.rename(transaction, path, 'schema', to);
        return {};
      }),
  },
  DELETE: {
    name: 'schema.drop',
    run: (request, store) =>
      inTransaction(request, store, (transaction, path) => {
        store.catalogue.dropSchema(transaction, path);
        return {};
      }),
  },
};
