import { LRUCache } from 'lru-cache';
import { codecStrings, initExtent } from '../../formats/isobmff.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import type { VastStore } from '../../tams/vast-store.ts';
import { AppError } from '../../shared/errors.ts';
import { carriedFormat, type FlowLine } from './flow-lines.ts';
import { tooMuch } from './flow-segments.ts';
import { beginningOf } from './object-copies.ts';
import { LIMITS } from './playback-settings.ts';

const KEPT_FILES = 10_000;
/** Initialisations are a few kilobytes. */
const READ_BYTES = 64 * 1024;

/** The codecs of flows as the initialisation of their first segment tells them. Each file is looked into once. */
export class InitCodecs {
  readonly #media: MediaStoreRegistry;
  readonly #kept = new LRUCache<string, readonly string[]>({ max: KEPT_FILES });

  constructor(media: MediaStoreRegistry) {
    this.#media = media;
  }

  /** Two queries, and a read. Undefined where they cannot be known. @throws AppError where the store cannot serve it now */
  async of(
    store: Pick<VastStore, 'segments' | 'objects'>,
    { id, container }: Flow,
  ): Promise<readonly string[] | undefined> {
    if (carriedFormat(container)?.kind !== 'fragmented') return undefined;
    const all = { timerange: TimeRange.EVERYTHING, reverse: false };
    const [segment] = (await store.segments.page(id, all, { limit: 1 })).items;
    if (segment === undefined) return undefined;
    const { initObjectId } = segment;
    const init = initObjectId === null ? segment : (await store.objects.details([initObjectId])).get(initObjectId);
    return init?.locations ? this.#read(init.locations) : undefined;
  }

  async #read(locations: string): Promise<readonly string[] | undefined> {
    const kept = this.#kept.get(locations);
    if (kept !== undefined) return kept;
    const found = await beginningOf(this.#media, locations, READ_BYTES);
    const codecs = found && codecStrings(found.bytes);
    if (codecs !== undefined) this.#kept.set(locations, codecs);
    return codecs;
  }
}

/** Most files have all of it here. */
const FIRST_READ = 16 * 1024;
/** No initialisation is larger: sample tables are empty in one. */
const READ_MAX = 4 * 1024 * 1024;

/** Bytes before the first fragment; `whole` where the file has no fragments, `unknown` where it cannot be read. */
type Extent = number | 'whole' | 'unknown';

/** How far the initialisation of self-contained files reaches, each looked into once. */
export class InitExtents {
  readonly #media: MediaStoreRegistry;
  readonly #kept = new LRUCache<string, Exclude<Extent, 'unknown'>>({ max: KEPT_FILES });

  constructor(media: MediaStoreRegistry) {
    this.#media = media;
  }

  kept(locations: string | null): Extent | undefined {
    return locations === null ? 'unknown' : this.#kept.get(locations);
  }

  /** @throws AppError where the store cannot serve it now */
  async read(locations: string | null): Promise<Extent> {
    const extent = this.kept(locations) ?? (await this.#read(locations));
    if (locations !== null && extent !== 'unknown') this.#kept.set(locations, extent);
    return extent;
  }

  async #read(locations: string | null): Promise<Extent> {
    for (let wanted = FIRST_READ; wanted <= READ_MAX;) {
      const found = await beginningOf(this.#media, locations, wanted);
      if (found === undefined) return 'unknown';
      const extent = initExtent(found.bytes);
      if (extent === undefined) return 'unknown';
      if ('bytes' in extent) return extent.bytes;
      if ('fragmented' in extent) return 'whole';
      if (extent.needs <= wanted || wanted >= found.size) return 'unknown';
      wanted = extent.needs;
    }
    return 'unknown';
  }
}

/**
 * Lines whose files have their own initialisation, with where it lies: of the first one, and wherever the clock begins anew.
 *
 * @throws AppError not_found for MP4 without fragments; invalid_request where too many files were never looked into
 */
export async function withOwnInits(
  flowId: string,
  lines: readonly FlowLine[],
  extents: InitExtents,
): Promise<FlowLine[]> {
  const begins = ({ segment, discontinuity }: FlowLine, index: number): boolean =>
    segment.initObjectId === null && (index === 0 || discontinuity);
  const asked = lines.filter(begins);
  const unread = asked.filter(({ segment }) => extents.kept(segment.locations) === undefined);
  const beyond = unread[LIMITS.extentsRead];
  if (beyond !== undefined) {
    const range = TimeRange.fromNs(lines[0]?.startNs ?? null, beyond.startNs);
    throw tooMuch(
      `flow ${flowId} has more files with an initialisation of their own there than are read at once`,
      range,
    );
  }
  const found = new Map(
    await Promise.all(asked.map(async (line) => [line, await extents.read(line.segment.locations)] as const)),
  );
  return lines.map((line, index) => {
    if (!begins(line, index)) return line;
    const extent = found.get(line) ?? 'unknown';
    if (extent !== 'whole') return { ...line, init: { uri: line.uri, ...(extent !== 'unknown' && { bytes: extent }) } };
    const at = TimeRange.fromNs(line.startNs, line.endNs).toString();
    throw new AppError('not_found', `flow ${flowId} has MP4 without fragments at ${at}, which HLS does not carry`);
  });
}
