import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset } from '../rules/asset.ts';
import { AppError } from '../../../shared/errors.ts';
import { presentAsset } from './asset-service.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { QueueControl } from '../repositories/queue-control.ts';

/** Decisions of people about assets that could not be indexed. */
export class TriageService {
  readonly #database: SearchDatabase;
  readonly #control: QueueControl;

  constructor(database: SearchDatabase, control: QueueControl) {
    this.#database = database;
    this.#control = control;
  }

  quarantined(page: PageRequest): Promise<Page<Asset>> {
    return this.#database.listAssets({ triageState: 'quarantined' }, page);
  }

  /** Repeats the failed jobs of the asset. */
  async retry(assetId: string): Promise<Asset> {
    await this.#quarantined(assetId);
    if ((await this.#control.requeueAsset(assetId)) > 0) return presentAsset(this.#database, assetId);
    const problem = `No job of the asset ${assetId} was given up, so there is none to repeat; put its transcript, or skip it.`;
    throw new AppError('invalid_request', problem);
  }

  /** Leaves the asset as it is, without a transcript. */
  async skip(assetId: string): Promise<Asset> {
    await this.#quarantined(assetId);
    return this.#database.updateAssetStatus(assetId, { triageState: 'skipped', status: 'skipped' });
  }

  async #quarantined(assetId: string): Promise<void> {
    const { triageState } = await presentAsset(this.#database, assetId);
    if (triageState === 'quarantined') return;
    throw new AppError('not_found', `The asset ${assetId} is not in quarantine.`);
  }
}
