import type { DeletionRequest } from './deletion.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { SortOrder } from '../documents/filters.ts';
import { AppError } from '../../shared/errors.ts';
import type { VastStore } from '../vast-store.ts';

/** TAMS, `/flow-delete-requests`. */
export class DeletionRequestService {
  readonly #store: VastStore;

  constructor(store: VastStore) {
    this.#store = store;
  }

  /** Without an order, the oldest first. */
  list(page: PageRequest, order?: SortOrder<'created' | 'expiry'>): Promise<Page<DeletionRequest>> {
    return this.#store.deletionRequests.list(Date.now(), page, order);
  }

  async get(id: string): Promise<DeletionRequest> {
    const request = await this.#store.deletionRequests.find(id, Date.now());
    if (request === undefined) throw new AppError('not_found', 'there is no such deletion request');
    return request;
  }
}
