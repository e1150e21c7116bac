import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reads a secret that only the owner may read; makes one where there is none. Two processes that start at once get the same. */
export async function readOrMakeSecret(path: string): Promise<string> {
  const present = await readSecret(path);
  if (present !== undefined) return present;
  await mkdir(dirname(path), { recursive: true });
  // The file appears whole or not at all: linked into place when its bytes are on disk.
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(32).toString('base64url'));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  const made = await readSecret(path);
  if (made === undefined) throw new Error(`the secret in ${path} vanished while it was made`);
  return made;
}

async function readSecret(path: string): Promise<string | undefined> {
  let secret;
  try {
    secret = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (secret === '')
    throw new Error(`${path} is empty: put the secret back into it, or delete it to have a new one made`);
  return secret;
}
