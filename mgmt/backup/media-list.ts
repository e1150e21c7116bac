import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { openMediaStores } from '../../src/composition/media.ts';
import type { Config } from '../../src/config.ts';

/** The files of local media stores. One line a file, relative to the data directory where it lies there: what `rsync --files-from` takes. */
export async function writeMediaList(config: Config, file: string): Promise<void> {
  const media = openMediaStores(config, 'unused', undefined);
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    for (const backend of config.media.backends) {
      if (backend.type !== 'local') continue;
      const folder = backend.path.startsWith(`${config.dataDir}/`)
        ? backend.path.slice(config.dataDir.length + 1)
        : backend.path;
      let after: string | undefined;
      do {
        const page = await media.get(backend.id)?.list('', after === undefined ? {} : { after });
        const lines = (page?.objects ?? []).map(({ path }) => `${folder}/${path}\n`);
        if (!stream.write(lines.join(''))) await once(stream, 'drain');
        after = page?.next;
      } while (after !== undefined);
    }
  } finally {
    stream.end();
    await once(stream, 'close');
    await media.close();
  }
}
