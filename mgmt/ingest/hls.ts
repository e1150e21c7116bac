import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ByteRange, type Manifest, type ManifestSegment, Parser } from 'm3u8-parser';
import { isThere } from '../folders.ts';
import { inParallel } from '../in-parallel.ts';
import { resilientFetch } from '../tams-client/resilient-fetch.ts';
import { isUrl } from './ingest-folder.ts';
import type { InitSegment } from './plan.ts';
import type { ReadySegment } from './ready-segments.ts';

/** Downloads at a time. */
const PARALLEL = 4;

/** The segments of one rendition, as files in order. */
export interface Rendition {
  readonly name: string;
  readonly segments: readonly ReadySegment[];
  /** How long they are to be (EXT-X-TARGETDURATION). */
  readonly targetSeconds?: number;
}

/**
 * The renditions that a playlist leads to: its own, or of a multivariant one the variant of the highest bandwidth with
 * the default sound that goes with it (RFC 8216). Segments that are no files of their own yet are made so in `folder`.
 *
 * @param input a path or an http(s) URL.
 */
export async function readPlaylist(input: string, folder: string): Promise<Rendition[]> {
  const playlist = await parsePlaylist(isUrl(input) ? new URL(input) : pathToFileURL(input));
  const { playlists: variants = [], mediaGroups } = playlist.manifest;
  if (variants.length === 0) return [await readRendition(playlist, 'main', folder)];
  const [best] = variants.toSorted((a, b) => (b.attributes?.BANDWIDTH ?? 0) - (a.attributes?.BANDWIDTH ?? 0));
  const parts = [{ name: 'main', uri: best?.uri ?? '' }];
  const sound = Object.values(mediaGroups?.AUDIO[best?.attributes?.AUDIO ?? ''] ?? {});
  const soundUri = (sound.find((each) => each.default === true) ?? sound[0])?.uri;
  if (soundUri !== undefined) parts.push({ name: 'sound', uri: soundUri });
  const renditions: Rendition[] = [];
  for (const { name, uri } of parts) {
    renditions.push(await readRendition(await parsePlaylist(urlOf(uri, playlist.base)), name, folder));
  }
  return renditions;
}

async function readRendition(playlist: Playlist, name: string, folder: string): Promise<Rendition> {
  const { targetDuration: targetSeconds } = playlist.manifest;
  return { name, segments: await localSegments(playlist, name, folder), targetSeconds };
}

interface Playlist {
  readonly manifest: Manifest;
  /** Base of its URIs: its address after redirects. */
  readonly base: URL;
}

async function parsePlaylist(url: URL): Promise<Playlist> {
  const { text, base } = await readText(url);
  const parser = new Parser();
  parser.push(text);
  parser.end();
  const { manifest } = parser;
  const isLive = manifest.endList !== true && (manifest.playlists ?? []).length === 0;
  if (isLive) throw new Error(`${url.pathname} is a live playlist (no EXT-X-ENDLIST), or none at all.`);
  return { manifest, base };
}

async function readText(url: URL): Promise<{ text: string; base: URL }> {
  if (url.protocol === 'file:') return { text: await readFile(url, 'utf8'), base: url };
  return resilientFetch({ url, shown: `GET ${url.pathname}`, expected: [200] }, async (response) => ({
    text: await response.text(),
    base: new URL(response.url),
  }));
}

/** @throws where a playlist of the network names a file of this machine: its bytes would be uploaded. */
function urlOf(uri: string, base: URL): URL {
  const url = new URL(uri, base);
  const isOfNetwork = /^https?:$/.test(url.protocol);
  if (isOfNetwork || (url.protocol === 'file:' && base.protocol === 'file:')) return url;
  throw new Error(`${base.pathname} names a ${url.protocol} URL, which is not followed.`);
}

async function localSegments({ manifest, base }: Playlist, name: string, folder: string): Promise<ReadySegment[]> {
  const initializations = new Map<string, Promise<Initialization>>();
  const initializationOf = ({ map }: ManifestSegment): Promise<Initialization> | undefined => {
    if (map === undefined) return undefined;
    const key = JSON.stringify(map);
    const file = `${name}-init-${initializations.size}`;
    const known = initializations.get(key) ?? readInitialization(urlOf(map.uri, base), map.byterange, folder, file);
    initializations.set(key, known);
    return known;
  };
  return inParallel(manifest.segments, PARALLEL, async (segment, index) => {
    if (segment.key !== undefined && segment.key.method !== 'NONE') {
      throw new Error(`${base.pathname}: its segments are encrypted (EXT-X-KEY), which is not supported.`);
    }
    const startsAnew = segment.discontinuity === true;
    const url = urlOf(segment.uri, base);
    if (url.protocol === 'file:' && !(await isThere(fileURLToPath(url)))) {
      throw new Error(`${fileURLToPath(base)} names ${fileURLToPath(url)}, which is not there.`);
    }
    if (url.protocol === 'file:' && segment.map === undefined && segment.byterange === undefined) {
      return { file: fileURLToPath(url), startsAnew };
    }
    // A file that is playable by itself, whether or not its initialization becomes an object of its own.
    const initialization = await initializationOf(segment);
    const bytes = [...(initialization ? [initialization.content] : []), await readBytes(url, segment.byterange)];
    const file = `${name}-${String(index).padStart(6, '0')}`;
    await writeFile(join(folder, file), Buffer.concat(bytes));
    return { file, startsAnew, ...(initialization && { init: initialization.segment }) };
  });
}

interface Initialization {
  readonly content: Buffer;
  readonly segment: InitSegment;
}

async function readInitialization(
  url: URL,
  range: ByteRange | undefined,
  folder: string,
  file: string,
): Promise<Initialization> {
  const content = await readBytes(url, range);
  await writeFile(join(folder, file), content);
  return { content, segment: { file, bytes: content.length } };
}

/** @throws where there is less than the range. */
async function readBytes(url: URL, range?: ByteRange): Promise<Buffer> {
  const bytes = url.protocol === 'file:' ? await readFileBytes(url, range) : await fetchBytes(url, range);
  if (range !== undefined && bytes.length !== range.length) {
    throw new Error(`${url.pathname} has ${bytes.length} bytes of the ${range.length} that a playlist names.`);
  }
  return bytes;
}

/** All segments may lie in one large file: no more of it is read than is asked for. */
async function readFileBytes(url: URL, range?: ByteRange): Promise<Buffer> {
  if (range === undefined) return readFile(url);
  const file = await open(url);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(range.length), 0, range.length, range.offset ?? 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function fetchBytes(url: URL, range?: ByteRange): Promise<Buffer> {
  const { offset = 0, length = 0 } = range ?? {};
  const headers = range && { range: `bytes=${offset}-${offset + length - 1}` };
  const exchange = { url, shown: `GET ${url.pathname}`, headers, expected: [range === undefined ? 200 : 206] };
  return resilientFetch(exchange, async (response) => Buffer.from(await response.arrayBuffer()));
}
