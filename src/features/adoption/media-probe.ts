import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { MediaStore } from '../../media/media-store.ts';
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
import { type FileFlow, flowsOfFile } from '../../tams/essence/file-flows.ts';
import { AppError } from '../../shared/errors.ts';
import { Refused } from './refused.ts';
import type { Probe } from './probe.ts';

/** How much of the end of a file is looked at, and how far it may end before it says so. */
const TAIL_S = 1;
const MISSING_NS = 500_000_000n;
/** Segments without a beginning are read whole, a few at a time. */
const JOINED_MAX_BYTES = 2 ** 30;
const TS_PACKETS = [188, 192, 204];

/** Looks into media with ffprobe, which reads their ranges over signed URLs. */
export function mediaProbe(store: MediaStore, newId: (key: string, name: string) => string): Probe {
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
