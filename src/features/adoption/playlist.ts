import type { MediaStore } from '../../media/media-store.ts';
import { Parser } from 'm3u8-parser';
import { AppError } from '../../shared/errors.ts';
import { Refused } from './refused.ts';

const PLAYLIST_MAX_BYTES = 16 * 2 ** 20;

/**
 * The keys of the segments of a media playlist (RFC 8216) that lies in the same bucket as they, in its order; none for a
 * multivariant playlist, which only names others.
 *
 * @throws Refused for a playlist that cannot be adopted
 */
export async function readPlaylist(store: MediaStore, key: string): Promise<readonly string[]> {
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
  const parser = new Parser();
  parser.push(Buffer.concat(chunks).toString('utf8'));
  parser.end();
  const { manifest } = parser;
  if ((manifest.playlists ?? []).length > 0) return [];
  if (manifest.endList !== true) throw new Refused('the playlist is live (no EXT-X-ENDLIST), or is none at all');
  return manifest.segments.map(({ uri, map, byterange, key: encryption }) => {
    if (encryption !== undefined && encryption.method !== 'NONE') throw new Refused('its segments are encrypted');
    if (map !== undefined)
      throw new Refused('its segments need an initialisation segment (EXT-X-MAP); ingest it instead');
    if (byterange !== undefined)
      throw new Refused('its segments are parts of a file (EXT-X-BYTERANGE); ingest it instead');
    return keyOf(uri, key);
  });
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
