import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset, AssetFilter, AssetInput, TamsLink } from '../rules/asset.ts';
import { AppError } from '../../../shared/errors.ts';
import { assetNotFound } from '../repositories/assets.ts';
import type { SearchReads } from '../repositories/operations.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { FlowReader } from '../../../tams/flows/flow-repository.ts';

/** A link in a request; the source is that of the flow. */
export type LinkInput = Pick<TamsLink, 'flowId' | 'offsetNs'>;

/** `link: null` removes the asset from its flow; without `link` it stays. */
interface AssetUpsert extends Omit<AssetInput, 'link'> {
  readonly link?: LinkInput | null;
}

/** Whether a bucket and key are those of an object that the principal may not see. */
export type IsHidden = (bucket: string, key: string) => Promise<boolean>;

export class AssetService {
  readonly #database: SearchDatabase;
  readonly #flows: Pick<FlowReader, 'state'>;
  readonly #isHidden: IsHidden;

  constructor(database: SearchDatabase, flows: Pick<FlowReader, 'state'>, isHidden: IsHidden) {
    this.#database = database;
    this.#flows = flows;
    this.#isHidden = isHidden;
  }

  list(filter: AssetFilter, page: PageRequest): Promise<Page<Asset>> {
    return this.#database.listAssets(filter, page);
  }

  get(assetId: string): Promise<Asset> {
    return presentAsset(this.#database, assetId);
  }

  async upsert({ link, ...input }: AssetUpsert): Promise<Asset> {
    // Linked to a flow of the principal, it would show its transcript there.
    if (await this.#isHidden(input.bucket, input.key)) {
      throw new AppError('outside_own_classes', 'The object of this bucket and key is of flows that you may not see.');
    }
    const linked = link === undefined ? {} : { link: await this.#resolve(link, 'body/link/flow_id') };
    return this.#database.upsertAsset({ ...input, ...linked });
  }

  /** Sets the asset's place on a flow; null removes it from its flow. */
  async setLink(assetId: string, link: LinkInput | null): Promise<Asset> {
    await this.get(assetId);
    const resolved = await this.#resolve(link, 'body/flow_id');
    return this.#database.execute(async (tx) => {
      // Read again: an upsert would bring back an asset that was removed meanwhile.
      const { bucket, key } = await presentAsset(tx, assetId);
      return tx.upsertAsset({ bucket, key, link: resolved });
    });
  }

  /** Removes it from all searches. */
  async remove(assetId: string): Promise<void> {
    await this.get(assetId);
    await this.#database.tombstoneAsset(assetId);
  }

  async #resolve(link: LinkInput | null, field: string): Promise<TamsLink | null> {
    if (link === null) return null;
    const flow = await this.#flows.state(link.flowId);
    if (flow === undefined) throw new AppError('invalid_request', `There is no flow ${link.flowId}.`, { field });
    return { ...link, flowLife: flow.life, sourceId: flow.sourceId };
  }
}

/** The asset, unless its object is gone. Throws AppError `not_found`. */
export async function presentAsset(reads: SearchReads, assetId: string): Promise<Asset> {
  const asset = await reads.getAsset(assetId);
  if (asset === undefined || asset.tombstonedMs !== null) throw assetNotFound(assetId);
  return asset;
}
