import type { DeletionRequest } from '../domain/deletion-request.ts';
import type { Store } from '../domain/store.ts';
import { AppError } from '../shared/errors.ts';

/** TAMS 7.0, `/flow-delete-requests`. */
export class DeletionRequestService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list(): Promise<DeletionRequest[]> {
    return this.#store.deletionRequests.list(Date.now());
  }

  async get(id: string): Promise<DeletionRequest> {
    const request = await this.#store.deletionRequests.find(id, Date.now());
    if (request === undefined) throw new AppError('not_found', 'there is no such deletion request');
    return request;
  }
}
