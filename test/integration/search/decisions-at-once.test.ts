import { afterEach, beforeEach, expect, it } from 'vitest';
import { AssetService } from '../../../src/features/search/services/asset-service.ts';
import { TriageService } from '../../../src/features/search/services/search-services.ts';
import { QueueControl } from '../../../src/features/search/repositories/queue-control.ts';
import type { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';
import { describeOnEngines, type SearchWorld } from '../../support/search/search-world.ts';

describeOnEngines('a decision about an asset, beside a change of it', (open) => {
  let world: SearchWorld;
  let assetId: string;
  beforeEach(async () => {
    world = await open();
    ({ id: assetId } = await world.database.upsertAsset({ bucket: 'b', key: 'k' }));
    await world.database.updateAssetStatus(assetId, { triageState: 'quarantined', status: 'failed' });
  });
  afterEach(() => world.dispose());

  /** The database, where something happens once: after the asset is read, or before a transaction that reads it. */
  function interrupted(change: () => Promise<unknown>): SearchDatabase {
    let happens = change;
    const once = async (): Promise<void> => {
      const now = happens;
      happens = () => Promise.resolve();
      await now();
    };
    return new Proxy<SearchDatabase>(world.database, {
      get: (target, name) => {
        if (name === 'getAsset') {
          return async (id: string) => {
            const asset = await target.getAsset(id);
            await once();
            return asset;
          };
        }
        if (name === 'execute') {
          return async (...[work]: Parameters<SearchDatabase['execute']>) => {
            await once();
            return target.execute(work);
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  it('skips none that was published meanwhile', async () => {
    const { id } = await world.database.createVersion({ assetId, etag: 'e' });
    const database = interrupted(async () => {
      await world.database.updateVersionStatus(id, { status: 'indexed' });
      await world.database.setCurrentVersion(assetId, id);
    });
    const triage = new TriageService(database, new QueueControl(world.manager));
    await expect(triage.skip(assetId)).rejects.toMatchObject({ code: 'not_found' });
    expect(await world.database.getAsset(assetId)).toMatchObject({ status: 'indexed', triageState: 'none' });
  });

  it('brings none back that was removed meanwhile', async () => {
    const assets = new AssetService(
      interrupted(() => world.database.tombstoneAsset(assetId)),
      { state: () => Promise.resolve(undefined) },
      () => Promise.resolve(false),
    );
    await expect(assets.setLink(assetId, null)).rejects.toMatchObject({ code: 'not_found' });
    expect((await world.database.getAsset(assetId))?.tombstonedMs).not.toBeNull();
  });
});
