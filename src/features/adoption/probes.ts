import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import type { BackendConfig } from '../../media/storage-backend-settings.ts';
import { AppError } from '../../shared/errors.ts';
import { uuidOf } from '../../shared/uuid.ts';
import { classesOf } from '../../tams/access/access-classes.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { Adoption, AdoptionKey } from './adoption.ts';
import { isAllowed } from './adoption-rules.ts';
import { type ObjectBeginning, ObjectChanged, openMediaSource } from '../../media/media-source.ts';
import { type FileFlow, flowsOfFile } from '../../tams/essence/file-flows.ts';
import { readExrHeader } from '../../formats/exr/header/header.ts';
import { ExrError, FIRST_READ_BYTES } from '../../formats/exr/header/exr-error.ts';
import { checkChunks } from '../../formats/exr/header/chunk-table.ts';
import { EXR_MEDIA_TYPE } from '../../formats/exr/frame-name.ts';
import { Format } from '../../tams/documents/format.ts';
import { imageEssence } from '../../tams/essence/image-essence.ts';
import { Gone, Refused } from './refused.ts';
import {
  codingOf,
  DamagedMedia,
  type ProbedFile,
  type ProbedStream,
  probeFile,
  probeRawPackets,
  type RawPacket,
  type ServedMedia,
  timeBaseOf,
  UnsupportedMedia,
} from '../../media/probing/probe.ts';
import { ticksToNs } from '../../media/probing/ticks.ts';
import { kindOf } from '../../tams/essence/essence.ts';

/** The media in a key. */
export interface Probed {
  /** The flows of it alone, that with the segment last. */
  readonly flows: readonly FileFlow[];
  /** All keys of a flow have the same. */
  readonly coding: string;
  /** Times by its own clock; frames have none. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Segments that are less than this apart meet. */
  readonly frameNs: bigint;
  /** In bytes, where the look tells. */
  readonly size?: number;
  /** For features that would read the object again. */
  readonly beginning?: ObjectBeginning;
}

/** Looks into the bytes of a key. @throws Refused where it cannot be adopted, and what the media store throws */
export type Probe = (key: Pick<AdoptionKey, 'key' | 'size'> & Partial<Pick<AdoptionKey, 'initKey'>>) => Promise<Probed>;

/** A store that keys may be adopted in, and the folders that they lie in. */
export interface Adoptable {
  readonly store: MediaStore;
  readonly allowed: readonly string[];
}

/** Where keys may be adopted, and how they are looked into. */
export class Probes {
  readonly #media: MediaStoreRegistry;
  readonly #backends: readonly BackendConfig[];

  constructor(media: MediaStoreRegistry, backends: readonly BackendConfig[]) {
    this.#media = media;
    this.#backends = backends;
  }

  /** @throws AppError `unknown_storage_backend`, or `adoption_refused` where nothing may be adopted */
  storeOf({ storageId }: Pick<Adoption, 'storageId'>): Adoptable {
    const store = this.#media.get(storageId);
    const backend = this.#backends.find(({ id }) => id === storageId);
    if (store === undefined || backend === undefined) {
      const problem = `body/storage_id: there is no storage backend ${storageId}; see /service/storage-backends`;
      throw new AppError('unknown_storage_backend', problem, { field: 'storage_id' });
    }
    if (backend.type !== 's3')
      throw refusal('storage_id', `storage backend ${storageId} is a folder, and no S3 bucket`);
    if (backend.adoptPrefixes.length > 0) return { store, allowed: backend.adoptPrefixes };
    const setting = 'S3_ADOPT_PREFIXES, or adopt_prefixes in STORAGE_BACKENDS_FILE,';
    throw refusal('storage_id', `nothing of storage backend ${storageId} may be adopted; ${setting} names the folders`);
  }

  /** @throws AppError as `storeOf`, and `adoption_refused` where the folder, the classes or the deletion are not allowed */
  mustAllow(adoption: Pick<Adoption, 'storageId' | 'prefix' | 'tags' | 'deleteBytes'>): Adoptable {
    const { storageId, prefix, tags, deleteBytes } = adoption;
    const adoptable = this.storeOf(adoption);
    const { store, allowed } = adoptable;
    if (!isAllowed(prefix, allowed)) {
      const problem = `does not lie in a folder that may be adopted: ${allowed.join(', ')}`;
      throw refusal('prefix', `${JSON.stringify(prefix)} ${problem}`);
    }
    checkClasses(tags, store.backend.tags);
    const [, other] = this.ofBucket(storageId);
    if (deleteBytes && other !== undefined) {
      const problem = `storage backend ${other} has the same bucket, and may have objects of the same keys`;
      throw refusal('delete_bytes', `${problem}; leave it out`);
    }
    return adoptable;
  }

  /** The backends in whose bucket a key is the same bytes, this one first. */
  ofBucket(storageId: string): string[] {
    const own = this.#backends.find(({ id }) => id === storageId);
    const others = this.#backends.filter(
      (each) =>
        own?.type === 's3' && each.type === 's3' && each.bucket === own.bucket && each.endpoint === own.endpoint,
    );
    return [storageId, ...others.map(({ id }) => id).filter((id) => id !== storageId)];
  }

  of(adoption: Pick<Adoption, 'id' | 'storageId' | 'layout'>): Probe {
    const { store } = this.storeOf(adoption);
    if (adoption.layout === 'frames') return frameProbe(store);
    return mediaProbe(store, (key, name) => uuidOf(`adoption ${adoption.id} ${key} ${name}`));
  }
}

export const refusal = (field: string, problem: string): AppError =>
  new AppError('adoption_refused', `body/${field}: ${problem}`, { field });

/** A flow must not show the content of a storage backend to principals who may not see that backend. */
function checkClasses(tags: Tags, backend: Tags | undefined): void {
  const allowed = classesOf(backend);
  if (allowed === undefined) return;
  const own = classesOf(tags);
  if (own?.every((name) => allowed.includes(name)) === true) return;
  const problem = `the storage backend is for the classes ${allowed.join(', ')}; give the flows a tag auth_classes of these`;
  throw refusal('tags', problem);
}

/** Reads the headers of EXR files: one request each, for a common header. */
function frameProbe(store: MediaStore): Probe {
  return async ({ key }) => {
    try {
      const { source, bytes, info } = await openMediaSource(store, key, FIRST_READ_BYTES);
      const header = await readExrHeader(source);
      await checkChunks(header, source);
      const [part] = header.parts;
      if (part === undefined) throw new Refused('it has no picture');
      const essence = imageEssence(part.displayWindow, part.pixelAspectRatio);
      const flow = {
        format: Format.image,
        codec: EXR_MEDIA_TYPE,
        container: EXR_MEDIA_TYPE,
        essence_parameters: essence,
        tags: { exr_compression: part.compression },
      };
      const coding = `${essence.frame_width}x${essence.frame_height}`;
      const flows = [{ id: '', source_id: '', label: '', ...flow }];
      return { flows, coding, startNs: 0n, endNs: 0n, frameNs: 0n, size: info.size, beginning: { bytes, info } };
    } catch (error) {
      if (error instanceof ExrError) throw new Refused(`${error.kind}: ${error.message}`);
      if (error instanceof ObjectChanged) throw new Refused('it was replaced while it was read');
      if (error instanceof AppError && error.code === 'not_found') {
        throw new Gone();
      }
      throw error;
    }
  };
}

/** How much of the end of a file is looked at, and how far it may end before it says so. */
const TAIL_S = 1;
const MISSING_NS = 500_000_000n;
/** Segments without a beginning are read whole, a few at a time. */
const JOINED_MAX_BYTES = 2 ** 30;
const TS_PACKETS = [188, 192, 204];

/** Looks into media with ffprobe, which reads their ranges over signed URLs. */
function mediaProbe(store: MediaStore, newId: (key: string, name: string) => string): Probe {
  return async ({ key, size, initKey }) => {
    if (initKey !== undefined && size > JOINED_MAX_BYTES) {
      throw new Refused(
        `it has ${size} bytes, and needs an initialisation segment; ${JOINED_MAX_BYTES} are the most then`,
      );
    }
    await using joined = initKey === undefined ? undefined : await join(store, [initKey, key]);
    const url = joined?.url ?? store.presignOwn?.(key);
    if (url === undefined) throw new Error(`the storage backend ${store.backend.id} has no URLs for this machine`);
    const served = { name: basename(key), url };
    try {
      const file = await probeFile(served);
      const leading = file.streams.find((stream) => kindOf(stream) === 'video') ?? file.streams[0];
      if (leading === undefined) throw new Refused('it has neither pictures nor sound');
      // A segment has the duration of all that its beginning tells of.
      const format = joined === undefined ? file.format : { ...file.format, duration: 'N/A' };
      const { startNs, endNs, frameNs } = await extentOf(served, format, leading, size);
      const flows = flowsOfFile(file, served.name, { ids: {}, packetsOf: () => [], newId: (name) => newId(key, name) });
      if (initKey !== undefined) flows.push(withInit(flows.pop()));
      return { flows, coding: file.streams.map(codingOf).join(', '), startNs, endNs, frameNs };
    } catch (error) {
      if (error instanceof UnsupportedMedia) throw new Refused(error.message);
      if (!(error instanceof DamagedMedia)) throw error;
      // ffprobe says little about a store that cannot be read, or a key that is gone.
      if ((await store.head(key)) === undefined) throw new Refused('there is no object of this key any more');
      throw new Refused(error.reason);
    }
  };
}

/** The files one behind the other, on this machine's disk: ffprobe needs both, and reads one. */
async function join(store: MediaStore, keys: readonly string[]): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = await mkdtemp(`${tmpdir()}/tams-adopt-`);
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const file = `${folder}/joined`;
    for (const key of keys) await pipeline((await store.get(key)).body, createWriteStream(file, { flags: 'a' }));
    return { url: pathToFileURL(file).href, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    if (error instanceof AppError) throw error;
    throw new AppError('media_store_unavailable', 'The media store broke off while a segment was read.', {
      cause: error,
    });
  }
}

/** The flow with the segments, as one whose objects need an initialisation segment (TAMS 8.2, `init_segments`). */
function withInit(flow: FileFlow | undefined): FileFlow {
  if (flow === undefined) throw new Error('a file without flows');
  return {
    ...flow,
    essence_parameters: { ...(flow['essence_parameters'] as object | undefined), init_segments: true },
  };
}

/** The time of the leading stream by its own clock. @throws Refused for a file that ends before it says so */
async function extentOf(
  served: ServedMedia,
  format: ProbedFile['format'],
  stream: ProbedStream,
  size: number,
): Promise<{ startNs: bigint; endNs: bigint; frameNs: bigint }> {
  const told = Number(format.start_time ?? 0) + Number(format.duration);
  const tail = Number.isFinite(told) ? ['-read_intervals', `${Math.max(0, told - TAIL_S)}%`] : [];
  const { streams, packets, corruptPackets } = await probeRawPackets(served, tail);
  const isStream = format.format_name === 'mpegts';
  if (corruptPackets > 0 && !(isStream && TS_PACKETS.some((length) => size % length === 0))) {
    throw new Refused('it is cut off: bytes of its last packets are missing');
  }
  const timeBase = timeBaseOf(stream);
  const own = packets.get(stream.index) ?? [];
  const [last] = own.toSorted((a, b) => Number(endOf(b) - endOf(a)));
  if (last === undefined) throw new Refused('it is cut off: nothing of its pictures or sound is at its end');
  const startNs = ticksToNs(BigInt(stream.start_pts ?? 0), timeBase);
  const endNs = ticksToNs(endOf(last), timeBase);
  const latestNs = [...packets].flatMap(([index, each]) => {
    const clock = timeBaseOf(streams.get(index) ?? { index });
    return each.map((packet) => ticksToNs(endOf(packet), clock));
  });
  const toldNs = BigInt(Math.round((Number.isFinite(told) ? told : 0) * 1e9));
  if (!isStream && latestNs.every((ns) => toldNs - ns > MISSING_NS)) {
    throw new Refused(`it is cut off: it says that it ends at ${seconds(toldNs)} s, and ends at ${seconds(endNs)} s`);
  }
  if (endNs <= startNs) throw new Refused('nothing says how long it is');
  return { startNs, endNs, frameNs: ticksToNs(last.duration, timeBase) };
}

const endOf = ({ pts, dts, duration }: RawPacket): bigint => (pts ?? dts ?? 0n) + duration;

const seconds = (ns: bigint): string => (Number(ns) / 1e9).toFixed(3);
