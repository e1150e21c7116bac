import { constants } from 'node:fs';
import { access, mkdir, open, readdir, realpath, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { randomUUID } from 'node:crypto';
import { AppError } from '../shared/errors.ts';

/** Holds uploads until they are whole. Storage paths cannot lead here: their segments never start with a dot. */
const UPLOADS = '.uploads';
/** An upload that was not written to for this long belongs to a process that is gone. */
const STALE_UPLOAD_MS = 3_600_000;
/** How often a folder may vanish under an upload (its last object was deleted) before that is an error. */
const PUBLISH_ATTEMPTS = 10;
const MAX_KNOWN_FOLDERS = 10_000;

// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const UNSAFE_SEGMENT = /^$|^\.|[\u0000-\u001f\u007f\\]/;

/** Error codes for a file that is missing, or is no plain file. */
export const NO_SUCH_OBJECT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

/** A folder of files by storage path: new files appear in it whole and durably, and no path leaves it. */
export class ObjectFolder {
  #root: string;
  /** Folders whose own entries, up to the root, are known to be on disk. */
  readonly #durableFolders = new Set<string>();

  constructor(directory: string) {
    this.#root = resolve(directory);
  }

  /** Makes the folder, and removes unfinished uploads of a crashed process. */
  async prepare(): Promise<void> {
    await mkdir(join(this.#root, UPLOADS), { recursive: true });
    this.#root = await realpath(this.#root);
    const staleBefore = Date.now() - STALE_UPLOAD_MS;
    for (const name of await readdir(join(this.#root, UPLOADS))) {
      const file = join(this.#root, UPLOADS, name);
      // Another process may start, and clean up, at the same time.
      const found = await stat(file).catch(() => undefined);
      if (found !== undefined && found.mtimeMs < staleBefore) await rm(file, { force: true });
    }
  }

  async checkAccess(): Promise<void> {
    await access(join(this.#root, UPLOADS), constants.R_OK | constants.W_OK | constants.X_OK);
  }

  /** The file of a storage path. Throws `not_found` for a path that does not stay in this folder. */
  async fileOf(storagePath: string): Promise<string> {
    const file = this.#join(storagePath);
    const folder = dirname(file);
    // A symbolic link on the way could lead anywhere.
    if ((await realpath(folder)) !== folder) throw unsafePath();
    return file;
  }

  /** The folder of a storage path of folders alone; empty for the root. Throws `not_found` for one that leaves it. */
  folderOf(path: string): string {
    return path === '' ? this.#root : this.#join(path);
  }

  /** A file to write an object to before it is published, in the same file system. Throws for a path that leaves it. */
  newUpload(storagePath: string): string {
    this.#join(storagePath);
    return join(this.#root, UPLOADS, randomUUID());
  }

  /** Moves a written and synced upload to its path, durably; replaces what is there. */
  async publish(upload: string, storagePath: string): Promise<void> {
    const folder = dirname(this.#join(storagePath));
    let isNewFolder = false;
    for (let attempt = 1; ; attempt++) {
      try {
        if ((await mkdir(folder, { recursive: true })) !== undefined) isNewFolder = true;
        await rename(upload, await this.fileOf(storagePath));
        break;
      } catch (error) {
        // The folder was removed between the two calls, because its last object was deleted.
        if (codeOf(error) !== 'ENOENT' || attempt === PUBLISH_ATTEMPTS) throw error;
      }
    }
    await this.#syncFolders(folder, isNewFolder);
  }

  async discard(upload: string): Promise<void> {
    await rm(upload, { force: true });
  }

  /** Removes the file of a path, if there is one. Its folders stay until `removeEmptyFolders`. */
  async remove(storagePath: string): Promise<void> {
    try {
      await unlink(await this.fileOf(storagePath));
    } catch (error) {
      if (!NO_SUCH_OBJECT.has(codeOf(error))) throw error;
    }
  }

  /** Makes the removals of these paths durable, and removes the folders that they left empty. */
  async removeEmptyFolders(storagePaths: Iterable<string>): Promise<void> {
    const folders = new Set<string>();
    for (const path of storagePaths) folders.add(dirname(this.#join(path)));
    for (const folder of folders) {
      let remaining = folder;
      while (remaining !== this.#root && (await this.#removeIfEmpty(remaining))) remaining = dirname(remaining);
      await syncFolder(remaining);
    }
  }

  #join(storagePath: string): string {
    const segments = storagePath.split('/');
    if (segments.some((segment) => UNSAFE_SEGMENT.test(segment))) throw unsafePath();
    return this.#root + sep + segments.join(sep);
  }

  /** True when the folder is gone. */
  async #removeIfEmpty(folder: string): Promise<boolean> {
    this.#durableFolders.delete(folder);
    try {
      await rmdir(folder);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT') return true;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
      throw error;
    }
  }

  async #syncFolders(folder: string, isNew: boolean): Promise<void> {
    await syncFolder(folder);
    if (!isNew && this.#durableFolders.has(folder)) return;
    for (let parent = folder; parent !== this.#root;) {
      parent = dirname(parent);
      await syncFolder(parent);
    }
    if (this.#durableFolders.size >= MAX_KNOWN_FOLDERS) this.#durableFolders.clear();
    this.#durableFolders.add(folder);
  }
}

/** The code of a file system's error, like `ENOENT`; empty for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Makes the entries of a folder durable. A folder that is gone has none. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function unsafePath(): AppError {
  return new AppError('not_found', 'There is no media object at this path.');
}

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
