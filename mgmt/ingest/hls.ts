import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ByteRange, type Manifest, type ManifestSegment, Parser } from 'm3u8-parser';
import pLimit from 'p-limit';
import { resilientFetch } from '../tams-client/resilient-fetch.ts';
import type { ReadySegment } from './ready-segments.ts';

/** Downloads at a time. */
const PARALLEL = 4;

/** The segments of one rendition, as files in order. */
export interface Rendition {
  readonly name: string;
  readonly segments: readonly ReadySegment[];
}

/**
 * The renditions that a playlist leads to: its own, or of a multivariant one the variant of the highest bandwidth with
 * the default sound that goes with it (RFC 8216). Segments that are no files of their own yet are made so in `folder`.
 *
 * @param input a path or an http(s) URL.
 */
export async function readPlaylist(input: string, folder: string): Promise<Rendition[]> {
  const url = /^https?:/.test(input) ? new URL(input) : pathToFileURL(input);
  const manifest = await parsePlaylist(url);
  const variants = manifest.playlists ?? [];
  if (variants.length === 0) return [{ name: 'main', segments: await localSegments(manifest, url, 'main', folder) }];
  const [best] = variants.toSorted((a, b) => (b.attributes?.BANDWIDTH ?? 0) - (a.attributes?.BANDWIDTH ?? 0));
  const parts = [{ name: 'main', uri: best?.uri ?? '' }];
  const sound = Object.values(manifest.mediaGroups?.AUDIO[best?.attributes?.AUDIO ?? ''] ?? {});
  const soundUri = (sound.find((each) => each.default === true) ?? sound[0])?.uri;
  if (soundUri !== undefined) parts.push({ name: 'sound', uri: soundUri });
  const renditions: Rendition[] = [];
  for (const { name, uri } of parts) {
    const at = new URL(uri, url);
    renditions.push({ name, segments: await localSegments(await parsePlaylist(at), at, name, folder) });
  }
  return renditions;
}

async function parsePlaylist(url: URL): Promise<Manifest> {
  const parser = new Parser();
  parser.push((await readBytes(url)).toString('utf8'));
  parser.end();
  const { manifest } = parser;
  const isLive = manifest.endList !== true && (manifest.playlists ?? []).length === 0;
  if (isLive) throw new Error(`${url.pathname} is a live playlist (no EXT-X-ENDLIST), or none at all.`);
  return manifest;
}

async function localSegments(manifest: Manifest, base: URL, name: string, folder: string): Promise<ReadySegment[]> {
  const limit = pLimit(PARALLEL);
  const initializations = new Map<string, Promise<Buffer>>();
  const initializationOf = ({ map }: ManifestSegment): Promise<Buffer> => {
    if (map === undefined) return Promise.resolve(Buffer.alloc(0));
    const key = JSON.stringify(map);
    const known = initializations.get(key) ?? readBytes(new URL(map.uri, base), map.byterange);
    initializations.set(key, known);
    return known;
  };
  return Promise.all(
    manifest.segments.map((segment, index) =>
      limit(async () => {
        if (segment.key !== undefined && segment.key.method !== 'NONE') {
          throw new Error(`${base.pathname}: its segments are encrypted (EXT-X-KEY), which is not supported.`);
        }
        const startsAnew = segment.discontinuity === true;
        const url = new URL(segment.uri, base);
        if (url.protocol === 'file:' && segment.map === undefined && segment.byterange === undefined) {
          return { file: fileURLToPath(url), startsAnew };
        }
        // An object has to be playable by itself, so each gets the initialization that all of them share.
        const bytes = [await initializationOf(segment), await readBytes(url, segment.byterange)];
        const file = `${name}-${String(index).padStart(6, '0')}`;
        await writeFile(join(folder, file), Buffer.concat(bytes));
        return { file, startsAnew };
      }),
    ),
  );
}

/** @throws for anything but http(s), and files that a playlist in a file names. */
async function readBytes(url: URL, range?: ByteRange): Promise<Buffer> {
  if (url.protocol === 'file:') {
    const content = await readFile(url);
    return range === undefined ? content : content.subarray(range.offset, range.offset + range.length);
  }
  const headers = range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
  const exchange = { url, shown: `GET ${url.pathname}`, headers, expected: [range === undefined ? 200 : 206] };
  return resilientFetch(exchange, async (response) => Buffer.from(await response.arrayBuffer()));
}
