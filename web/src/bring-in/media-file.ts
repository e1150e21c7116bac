import {
  ADTS,
  BlobSource,
  EncodedPacketSink,
  FLAC,
  Input,
  type InputAudioTrack,
  type InputTrack,
  type InputVideoTrack,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from 'mediabunny';
import { texts } from '../texts/bring-in.ts';
import { codecFacts } from './codecs.ts';
import { audioEssence, type Essence, videoEssence } from './essence.ts';
import { messageOf } from './message.ts';
import { divideRounded, secondsToTicks, ticksToNs } from './ticks.ts';

/** A file by which a later visit knows it again: its name, bytes, and when it was changed (ms since 1970). */
export interface FileIdentity {
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
}

/** A track of pictures or sound that becomes a flow. */
export interface MediaTrack {
  /** Its role among the flows of the file, such as `video-0`. */
  readonly name: string;
  readonly kind: 'video' | 'audio';
  /** Its title and language, as the file has them. */
  readonly notes: readonly string[];
  /** A media type (TAMS, `codec`). */
  readonly codec: string;
  readonly isPlayed: boolean;
  readonly essence: Essence;
  /** Ticks a second of its segments. */
  readonly timescale: bigint;
  /** Samples in each coded frame of sound; undefined where they differ, and for pictures. */
  readonly frameSize: number | undefined;
  /** Whether the file's clock is coarser than samples of sound, as in Matroska, which counts milliseconds. */
  readonly isCoarse: boolean;
  /** How long before it is shown a frame is decoded at most: what frames are reordered by. */
  readonly delayTicks: bigint;
  /** Its first and last time; of the end a file may say too much, so it is measured. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly input: InputVideoTrack | InputAudioTrack;
}

export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

export interface MediaFile {
  readonly identity: FileIdentity;
  /** The container's name. */
  readonly container: string;
  readonly tracks: readonly MediaTrack[];
  readonly leftOut: readonly LeftOut[];
  /** Lets go of the file. */
  dispose(): void;
}

/** The browser cannot bring this file in; the message names the file and tells what to do. */
export class UnreadableFile extends Error {}

/** Files; not playlists, which lead elsewhere. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, WAVE, MP3, ADTS, FLAC, OGG];
/** Tolerance for clocks and the last frame, as `mgmt ingest` has it. */
const MISSING_S = 0.5;
/** Finer clocks are rounded to microseconds. */
const TIMESCALE_MAX = 1_000_000;
const FRAMES_A_SECOND_MAX = 500;
/** Frames that are looked at for the size of coded frames. */
const LOOKED_AT = 200;

/**
 * Reads what a file is: no more of it than its headers, its ends and some frames of each track.
 *
 * @throws UnreadableFile where the browser cannot demultiplex it, or it is damaged.
 */
export async function openMediaFile(
  file: Blob & { readonly name: string; readonly lastModified: number },
): Promise<MediaFile> {
  const { name, size, lastModified } = file;
  if (size === 0) throw new UnreadableFile(texts.emptyFile(name));
  const input = new Input({ source: new BlobSource(file), formats: FORMATS });
  try {
    const container = (await input.getFormat()).name;
    const tracks: MediaTrack[] = [];
    const leftOut: LeftOut[] = [];
    for (const track of await input.getTracks()) {
      const codec = await track.getCodec();
      const facts = codecFacts(codec ?? '');
      if (track.isVideoTrack() || track.isAudioTrack()) {
        if (facts !== undefined) {
          tracks.push(await readTrack(name, track, facts, tracks.length));
          continue;
        }
        leftOut.push({ name: track.type, why: texts.codecLeftOut(codec ?? (await internalCodec(track))) });
      } else leftOut.push({ name: track.type, why: texts.kindLeftOut });
    }
    if (tracks.length === 0)
      throw new UnreadableFile(leftOut.length > 0 ? texts.noTrackFits(name) : texts.noTracks(name));
    await checkComplete(name, input, tracks);
    return { identity: { name, size, lastModified }, container, tracks, leftOut, dispose: () => input.dispose() };
  } catch (error) {
    input.dispose();
    if (error instanceof UnreadableFile) throw error;
    const isUnknown = error instanceof Error && error.name === 'UnsupportedInputFormatError';
    throw new UnreadableFile(isUnknown ? texts.unknownFormat(name) : texts.damaged(name, messageOf(error)), {
      cause: error,
    });
  }
}

async function readTrack(
  file: string,
  input: InputVideoTrack | InputAudioTrack,
  { codec, isPlayed }: { readonly codec: string; readonly isPlayed: boolean },
  index: number,
): Promise<MediaTrack> {
  const name = `${input.type}-${index}`;
  const [title, language] = [await input.getName(), await input.getLanguageCode()];
  // Foreign texts; `und` is no language.
  const notes = [title ?? '', language === 'und' ? '' : language].filter((text) => text !== '');
  if ((await new EncodedPacketSink(input).getFirstPacket({ metadataOnly: true })) === null) {
    throw new UnreadableFile(texts.noFrames(file, name));
  }
  const clock = await input.getTimeResolution();
  const resolution = input.isAudioTrack() ? await input.getSampleRate() : clock;
  // Formats of packed sound tell frames a second here.
  const isCoarse = clock > FRAMES_A_SECOND_MAX && clock < resolution;
  const timescale = BigInt(Math.min(TIMESCALE_MAX, Math.round(resolution)));
  const times = await firstTimes(input);
  const frameSize = input.isAudioTrack()
    ? frameSizeOf(times, timescale, isCoarse ? 1 / clock : 1 / resolution)
    : undefined;
  const essence = input.isAudioTrack() ? await audioEssence(input, frameSize) : await videoEssence(input);
  const [start, end] = [await input.getFirstTimestamp(), await input.computeDuration()];
  const ns = (seconds: number): bigint => ticksToNs(secondsToTicks(seconds, timescale), timescale);
  const kind = input.isAudioTrack() ? 'audio' : 'video';
  const delayTicks = delayOf(times.map((time) => secondsToTicks(time, timescale)));
  const span = { startNs: ns(start), endNs: ns(end) };
  return { name, kind, notes, codec, isPlayed, essence, timescale, frameSize, isCoarse, delayTicks, ...span, input };
}

/** Times of the first frames, in the order of the file. */
async function firstTimes(input: InputTrack): Promise<number[]> {
  const times: number[] = [];
  for await (const { timestamp } of new EncodedPacketSink(input).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    times.push(timestamp);
    if (times.length > LOOKED_AT) break;
  }
  return times;
}

/** @param shown times in the order of decoding. */
function delayOf(shown: readonly bigint[]): bigint {
  const sorted = shown.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return shown.reduce((delay, ticks, index) => {
    const late = (sorted[index] ?? ticks) - ticks;
    return late > delay ? late : delay;
  }, 0n);
}

/**
 * Samples in each coded frame but the last.
 *
 * @param tickS how long a tick of the file's clock lasts: times are rounded to it.
 */
function frameSizeOf(times: readonly number[], sampleRate: bigint, tickS: number): number | undefined {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  if (times.length < 2) return undefined;
  const size = Number(divideRounded(secondsToTicks(last - first, sampleRate), BigInt(times.length - 1)));
  const isRegular = times.every(
    (time, index) => Math.abs(time - first - (index * size) / Number(sampleRate)) <= 1.01 * tickS,
  );
  return isRegular && size > 0 ? size : undefined;
}

/** A file that was cut off says how long it was. */
async function checkComplete(file: string, input: Input, tracks: readonly MediaTrack[]): Promise<void> {
  const told = await input.getDurationFromMetadata();
  const found = Math.max(...tracks.map(({ endNs }) => Number(endNs) / 1e9));
  if (told !== null && told - found > MISSING_S) {
    throw new UnreadableFile(texts.cutOff(file, told.toFixed(1), found.toFixed(1)));
  }
  for (const { name, input: track } of tracks) {
    // A table of frames may tell of bytes that are not there.
    const sink = new EncodedPacketSink(track);
    const last = await sink.getPacket(Infinity);
    const isShort = last === null || last.data.byteLength < last.byteLength;
    if (isShort) throw new UnreadableFile(texts.cutOffTrack(file, name));
  }
}

async function internalCodec(track: InputTrack): Promise<string> {
  const id = await track.getInternalCodecId();
  return id instanceof Uint8Array || id === null ? texts.unknownCodec : String(id).replaceAll(/\p{Cc}/gu, ' ');
}
