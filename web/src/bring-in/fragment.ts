import {
  BufferTarget,
  CmafOutputFormat,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Output,
} from 'mediabunny';
import type { Cut } from './cut.ts';
import type { MediaTrack } from './media-file.ts';
import { type Sample, withTimes } from './moof.ts';
import { secondsToTicks, ticksToSeconds } from './ticks.ts';

/** A fragment of MP4 with one track, and the initialisation segment that all fragments of the track share. */
export interface Fragment {
  readonly init: Uint8Array<ArrayBuffer>;
  readonly media: Uint8Array<ArrayBuffer>;
}

/**
 * Wraps frames up as they are.
 *
 * @param shiftTicks is added to their times, so that none is negative, also of decoding.
 */
export async function fragmentOf(track: MediaTrack, cut: Cut, shiftTicks: bigint): Promise<Fragment> {
  const { timescale } = track;
  const [target, initTarget] = [new BufferTarget(), new BufferTarget()];
  const output = new Output({ format: new CmafOutputFormat(), target, initTarget });
  const add = await addTrack(output, track);
  await output.start();
  for (const [number, { data, type, timestamp, duration }] of cut.packets.entries()) {
    const ticks = secondsToTicks(timestamp, timescale) + shiftTicks;
    await add(new EncodedPacket(data, type, ticksToSeconds(ticks, timescale), duration), number === 0);
  }
  await output.finalize();
  if (target.buffer === null || initTarget.buffer === null) throw new Error(`${track.name}: no segment was made.`);
  const samples = samplesOf(track, cut);
  const decodeTicks = cut.startTicks + shiftTicks - track.delayTicks;
  return {
    init: new Uint8Array(initTarget.buffer),
    media: withTimes(new Uint8Array(target.buffer), decodeTicks, samples),
  };
}

/** Frames are decoded in steady order, each as long before it is shown as the track reorders at most. */
function samplesOf({ timescale, delayTicks }: MediaTrack, { packets, endTicks }: Cut): Sample[] {
  const shown = packets.map(({ timestamp }) => secondsToTicks(timestamp, timescale));
  const sorted = shown.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return packets.map(({ type }, index) => {
    const at = sorted[index] ?? 0n;
    return {
      duration: (sorted[index + 1] ?? endTicks) - at,
      offset: (shown[index] ?? at) - at + delayTicks,
      isKey: type === 'key',
    };
  });
}

type Add = (packet: EncodedPacket, isFirst: boolean) => Promise<void>;

async function addTrack(output: Output, { input, name, timescale }: MediaTrack): Promise<Add> {
  if (input.isVideoTrack()) {
    const [codec, decoderConfig] = [await input.getCodec(), await input.getDecoderConfig()];
    if (codec === null || decoderConfig === null) throw new Error(`${name}: its codec is not known.`);
    const source = new EncodedVideoPacketSource(codec);
    // The muxer takes its timescale from the rate, so that ticks stay what they are.
    output.addVideoTrack(source, { frameRate: Number(timescale), rotation: await input.getRotation() });
    return (packet, isFirst) => source.add(packet, isFirst ? { decoderConfig } : undefined);
  }
  const [codec, decoderConfig] = [await input.getCodec(), await input.getDecoderConfig()];
  if (codec === null || decoderConfig === null) throw new Error(`${name}: its codec is not known.`);
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  return (packet, isFirst) => source.add(packet, isFirst ? { decoderConfig } : undefined);
}
