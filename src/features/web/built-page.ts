import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page as `npm run web` leaves it. */
export interface BuiltPage {
  readonly folder: string;
  /** index.html, which every address of the page answers with. */
  readonly index: string;
  /** Paths of the files beside it, with slashes; compressed copies are not among them. */
  readonly files: ReadonlySet<string>;
}

const FOLDER = new URL('../../../web/dist', import.meta.url).pathname;

/**
 * Reads the built page; undefined where there is none.
 *
 * @param path of the public URL, without a slash at its end: what the page lies under besides its own `/ui/`
 */
export function readBuiltPage(path: string): BuiltPage | undefined {
  let html: string;
  try {
    html = readFileSync(join(FOLDER, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const names = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name) && entry.name !== 'index.html')
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(FOLDER.length + 1)
        .replaceAll('\\', '/'),
    );
  return { folder: FOLDER, index: html.replace('<base href="/', `<base href="${path}/`), files: new Set(names) };
}
