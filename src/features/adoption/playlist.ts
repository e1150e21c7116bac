import type { MediaStore } from '../../media/media-store.ts';
import type { Parser } from 'm3u8-parser';
import { AppError } from '../../shared/errors.ts';
import { Refused } from './refused.ts';

type InitSegment = Readonly<NonNullable<Parser['manifest']['segments'][number]['map']>>;

const PLAYLIST_MAX_BYTES = 16 * 2 ** 20;

/** A file of a playlist. */
export interface PlaylistFile {
  readonly key: string;
  /** Where the parts end that the playlist names, which begin at 0; undefined where it names all of it. */
  readonly end?: number;
  /** The file of the initialisation segment that it needs, where that is another. */
  readonly initKey?: string;
}

/**
 * The files of a media playlist (RFC 8216) that lie in the same bucket as it, in its order; none for a multivariant
 * playlist, which only names others. Segments that are parts of a file, one behind the other, are that file.
 *
 * @throws Refused for a playlist that cannot be adopted
 */
export async function readPlaylist(store: MediaStore, key: string): Promise<readonly PlaylistFile[]> {
  const { body, size } = await store.get(key);
  if (size > PLAYLIST_MAX_BYTES) {
    body.destroy();
    throw new Refused(`the playlist has ${size} bytes; ${PLAYLIST_MAX_BYTES} are the most`);
  }
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  } catch (cause) {
    throw new AppError('media_store_unavailable', 'The media store broke off while a playlist was read.', { cause });
  }
  const { Parser: PlaylistParser } = await import('m3u8-parser');
  const parser = new PlaylistParser();
  parser.push(Buffer.concat(chunks).toString('utf8'));
  parser.end();
  const { manifest } = parser;
  if ((manifest.playlists ?? []).length > 0) return [];
  if (manifest.endList !== true) throw new Refused('the playlist is live (no EXT-X-ENDLIST), or is none at all');
  const files: PlaylistFile[] = [];
  const named = new Set<string>();
  for (const { uri, map, byterange, key: encryption } of manifest.segments) {
    if (encryption !== undefined && encryption.method !== 'NONE') throw new Refused('its segments are encrypted');
    const file = keyOf(uri, key);
    const wasNamed = named.has(file);
    named.add(file);
    const last = files.at(-1);
    const goesOn = byterange !== undefined && last?.key === file;
    const start = goesOn ? last.end : initBytes(map, file, key, byterange !== undefined);
    if (byterange === undefined) {
      const initKey = map === undefined ? file : keyOf(map.uri, key);
      files.push({ key: file, ...(initKey !== file && { initKey }) });
      continue;
    }
    const { length, offset = start } = byterange;
    if (offset === undefined || offset !== start || (!goesOn && wasNamed)) {
      const problem = `its segments are parts of ${file} that do not follow one another (EXT-X-BYTERANGE)`;
      throw new Refused(`${problem}; ingest it instead`);
    }
    if (goesOn) files.pop();
    files.push({ key: file, end: offset + length });
  }
  return files;
}

/** The bytes at the beginning of a file that initialise its segments. @throws Refused where they are not there */
function initBytes(map: InitSegment | undefined, file: string, playlist: string, isPart: boolean): number {
  if (map === undefined) return 0;
  const isOwn = keyOf(map.uri, playlist) === file;
  if (!isOwn && !isPart && map.byterange === undefined) return 0;
  const { length, offset } = map.byterange ?? {};
  if (isOwn && length !== undefined && (offset ?? 0) === 0) return length;
  throw new Refused(
    'its segments need an initialisation segment that is a part of another file (EXT-X-MAP); ingest it instead',
  );
}

/** @throws Refused where it leads out of the bucket */
function keyOf(uri: string, playlist: string): string {
  const base = new URL(`bucket:///${playlist.split('/').map(encodeURIComponent).join('/')}`);
  const url = URL.parse(uri, base.href);
  if (url?.protocol !== 'bucket:' || url.search !== '')
    throw new Refused(`its segment ${JSON.stringify(uri)} is not in this bucket`);
  try {
    return decodeURIComponent(url.pathname.slice(1));
  } catch {
    throw new Refused(`its segment ${JSON.stringify(uri)} is no URL: a URL has %25 for a percent sign`);
  }
}
