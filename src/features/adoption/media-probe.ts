import { basename } from 'node:path';
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
import { flowsOfFile } from '../../tams/essence/file-flows.ts';
import { Refused } from './refused.ts';
import type { Probe } from './probe.ts';

/** How much of the end of a file is looked at, and how far it may end before it says so. */
const TAIL_S = 1;
const MISSING_NS = 500_000_000n;
const TS_PACKETS = [188, 192, 204];

/** Looks into media with ffprobe, which reads their ranges over signed URLs. */
export function mediaProbe(store: MediaStore, newId: (key: string, name: string) => string): Probe {
  return async ({ key, size }) => {
    const url = store.presignOwn?.(key);
    if (url === undefined) throw new Error(`the storage backend ${store.backend.id} has no URLs for this machine`);
    const served = { name: basename(key), url };
    try {
      const file = await probeFile(served);
      const leading = file.streams.find((stream) => kindOf(stream) === 'video') ?? file.streams[0];
      if (leading === undefined) throw new Refused('it has neither pictures nor sound');
      const { startNs, endNs, frameNs } = await extentOf(served, file, leading, size);
      const flows = flowsOfFile(file, served.name, { ids: {}, packetsOf: () => [], newId: (name) => newId(key, name) });
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

/** The time of the leading stream by its own clock. @throws Refused for a file that ends before it says so */
async function extentOf(
  served: ServedMedia,
  { format }: ProbedFile,
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
