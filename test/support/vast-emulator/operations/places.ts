import { transactionId, type EmulatorRequest } from '../http/emulator-request.ts';
import { notFound } from '../http/protocol-error.ts';
import type { Store } from '../store/store.ts';
import type { Table } from '../store/table.ts';
import type { Transaction } from '../store/transaction.ts';

/**
 * Does the work of a request in its transaction.
 *
 * @param work is given the names after the bucket: schemas, and perhaps a table.
 * @throws ProtocolError 404 for another bucket, or a transaction that is not open.
 */
export function inTransaction<Result>(
  request: EmulatorRequest,
  store: Store,
  work: (transaction: Transaction, path: readonly string[]) => Result,
): Result {
  const [bucket = '', ...path] = request.path;
  return store.within(transactionId(request) ?? '0', (transaction) => {
    if (bucket !== store.bucket) throw notFound('Bucket', bucket);
    return work(transaction, path);
  });
}

/** The same for a request that names a table. */
export function onTable<Result>(
  request: EmulatorRequest,
  store: Store,
  work: (table: Table, transaction: Transaction) => Result,
): Result {
  return inTransaction(request, store, (transaction, path) =>
    work(store.catalogue.table(transaction, path), transaction),
  );
}
