import { transactionId, type EmulatorRequest } from '../http/emulator-request.ts';
import { badRequest, notFound } from '../http/protocol-error.ts';
import type { Operation, Operations } from './operation.ts';

/** `/?transaction`. A GET without an id is the handshake: what matters of its answer is the `Server` header. */
export const transactionOperations: Operations = {
  POST: {
    name: 'transaction.begin',
    run: (_request, store) => ({ headers: { 'tabular-txid': store.begin() } }),
  },
  PUT: {
    name: 'transaction.commit',
    run: (request, store) => {
      store.commit(requiredId(request));
      return {};
    },
  },
  DELETE: {
    name: 'transaction.rollback',
    run: (request, store) => {
      store.rollback(requiredId(request));
      return {};
    },
  },
  GET: {
    name: 'transaction.get',
    isTabular: false,
    run: (request, store) => {
      const id = transactionId(request);
      if (id !== undefined) store.find(id);
      return {};
    },
  },
};

/** `HEAD /bucket`. */
export const bucketCheck: Operation = {
  name: 'bucket.check',
  isTabular: false,
  run: ({ path }, store) => {
    if (path[0] !== store.bucket) throw notFound('Bucket', path[0] ?? '');
    return {};
  },
};

function requiredId(request: EmulatorRequest): string {
  const id = transactionId(request);
  if (id === undefined) throw badRequest('tabular-txid is missing');
  return id;
}
