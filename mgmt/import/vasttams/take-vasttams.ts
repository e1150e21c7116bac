import type { MediaStores } from '../../../src/media/media-store-registry.ts';
import { openMediaStores } from '../../../src/media/open-media.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { ImportOptions, Take } from '../run-import.ts';
import { importVasttams } from './import-vasttams.ts';
import { checkObjects } from './object-sample.ts';

export interface VasttamsOptions extends ImportOptions {
  readonly backend?: string;
  readonly objectPrefix: string;
  /** How many objects are looked for in the bucket before anything is taken. */
  readonly checkObjects: number;
}

export const takeVasttams =
  (options: VasttamsOptions): Take =>
  async ({ tables }, { manager, config, report, progress }) => {
    const media = await openMediaStores(config, 'unused', undefined);
    try {
      const place = { storageId: storageIdOf(media, options.backend), prefix: options.objectPrefix };
      await checkObjects(tables, media, place, options.checkObjects, report);
      // Nothing here opens the keys of webhooks.
      const store = new VastStore(manager, new SecretBox('', 'webhooks'));
      await importVasttams(tables, { store, manager }, place, report, progress);
    } finally {
      await media.close();
    }
  };

function storageIdOf(media: MediaStores, backend: string | undefined): string {
  const found =
    backend === undefined
      ? media.default?.backend
      : media.backends().find(({ id, label }) => id === backend || label === backend);
  if (found !== undefined) return found.id;
  const names = media.backends().map(({ id, label = id }) => label);
  throw new Error(`--backend: name one of the storage backends ${names.join(', ')}.`);
}
