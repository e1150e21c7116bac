import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { openMediaStores } from '../../src/media/open-media.ts';
import type { Config } from '../../src/settings.ts';
import type { MediaStores } from '../../src/media/media-store-registry.ts';

/** The files of local media stores. One line a file, relative to the data directory where it lies there: what `rsync --files-from` takes. */
export async function writeMediaList(config: Config, file: string): Promise<void> {
  const media = await openMediaStores(config, 'unused', undefined);
  try {
    await pipeline(listedFiles(config, media), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } finally {
    await media.close();
  }
}

async function* listedFiles({ dataDir, media: { backends } }: Config, media: MediaStores): AsyncGenerator<string> {
  for (const backend of backends) {
    if (backend.type !== 'local') continue;
    const isInside = backend.path.startsWith(`${dataDir}/`);
    const folder = isInside ? backend.path.slice(dataDir.length + 1) : backend.path;
    let after: string | undefined;
    do {
      const page = await media.get(backend.id)?.list('', after === undefined ? {} : { after });
      yield (page?.objects ?? []).map(({ path }) => `${folder}/${path}\n`).join('');
      after = page?.next;
    } while (after !== undefined);
  }
}
