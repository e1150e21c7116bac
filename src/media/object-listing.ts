import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_SUCH_OBJECT, codeOf } from './object-folder.ts';

interface Entry {
  /** Name, with a slash at the end for a folder: so entries sort as whole paths do. */
  readonly key: string;
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * The storage paths below `folder` in byte order: those that start with `prefix` and come after `after`. `base` is the
 * storage path of the folder with a slash at its end, or empty for the root. Folders that cannot hold any are not read.
 */
export async function* listPaths(
  folder: string,
  base: string,
  prefix: string,
  after: string,
): AsyncGenerator<{ path: string; file: string }> {
  for (const { key, name, isFolder } of await entriesOf(folder)) {
    const path = base + key;
    const file = join(folder, name);
    if (isFolder) {
      const mayMatch = path.startsWith(prefix) || prefix.startsWith(path);
      const mayComeAfter = path > after || after.startsWith(path);
      if (mayMatch && mayComeAfter) yield* listPaths(file, path, prefix, after);
    } else if (path.startsWith(prefix) && path > after) {
      yield { path, file };
    }
  }
}

async function entriesOf(folder: string): Promise<Entry[]> {
  try {
    const entries: Entry[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { name } = entry;
      const isFolder = entry.isDirectory();
      // Names with a leading dot are the store's own; anything but files and folders was not made by it.
      if (name.startsWith('.') || !(isFolder || entry.isFile())) continue;
      entries.push({ key: isFolder ? `${name}/` : name, name, isFolder });
    }
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  } catch (error) {
    // The folder has been removed since its parent was read, or the prefix names none.
    if (NO_SUCH_OBJECT.has(codeOf(error))) return [];
    throw error;
  }
}
