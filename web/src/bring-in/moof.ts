/** A sample of a fragment, in ticks of the track. */
export interface Sample {
  readonly duration: bigint;
  /** When it is shown, after it is decoded. */
  readonly offset: bigint;
  readonly isKey: boolean;
}

const SYNC_SAMPLE = 0x0200_0000;
const OTHER_SAMPLE = 0x0101_0000;

/**
 * A fragment of one track with other times than the muxer gave it (ISO/IEC 14496-12, 8.8). It writes offsets that may be
 * negative, which ffmpeg reads as a delay of all pictures: here decoding begins earlier instead.
 *
 * @param media a fragment that the muxer made, whose sizes and bytes are kept.
 * @param decodeTicks of the first sample.
 */
export function withTimes(media: Uint8Array, decodeTicks: bigint, samples: readonly Sample[]): Uint8Array<ArrayBuffer> {
  const moof = boxOf(media, 'moof');
  const mdat = boxOf(media, 'mdat');
  const sizes = sampleSizes(boxOf(moof.body, 'traf').body);
  if (sizes.length !== samples.length) throw new Error(`The muxer wrote ${sizes.length} of ${samples.length} samples.`);
  const mdatHeader = mdat.whole.length - mdat.body.length;
  const build = (dataOffset: number): Uint8Array =>
    box(
      'moof',
      box('mfhd', words(0, 1)),
      box(
        'traf',
        // The offset of the data counts from the fragment's beginning.
        box('tfhd', words(0x02_0000, 1)),
        box('tfdt', words(0x0100_0000), long(decodeTicks)),
        box(
          'trun',
          words(0x0100_0f01, samples.length, dataOffset),
          ...samples.map(({ duration, offset, isKey }, index) =>
            words(Number(duration), sizes[index] ?? 0, isKey ? SYNC_SAMPLE : OTHER_SAMPLE, Number(offset)),
          ),
        ),
      ),
    );
  const { length } = build(0);
  return joined([build(length + mdatHeader), mdat.whole]);
}

interface Box {
  readonly whole: Uint8Array;
  readonly body: Uint8Array;
}

function boxOf(bytes: Uint8Array, type: string): Box {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length;) {
    const told = view.getUint32(at);
    const [size, header] = told === 1 ? [Number(view.getBigUint64(at + 8)), 16] : [told, 8];
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === type) {
      return { whole: bytes.subarray(at, at + size), body: bytes.subarray(at + header, at + size) };
    }
    at += Math.max(size, 8);
  }
  throw new Error(`The muxer wrote no ${type}.`);
}

/** The value of `trun`, or the default of `tfhd`, which the muxer writes with all its defaults. */
function sampleSizes(traf: Uint8Array): number[] {
  const [tfhd, trun] = [boxOf(traf, 'tfhd').body, boxOf(traf, 'trun').body].map(
    (body) => new DataView(body.buffer, body.byteOffset, body.byteLength),
  ) as [DataView, DataView];
  const flags = trun.getUint32(0) & 0xff_ffff;
  const has = (flag: number): number => Number((flags & flag) !== 0);
  const start = 8 + 4 * has(1) + 4 * has(4);
  const fields = has(0x100) + has(0x200) + has(0x400) + has(0x800);
  return Array.from({ length: trun.getUint32(4) }, (_, index) =>
    has(0x200) === 1 ? trun.getUint32(start + 4 * (index * fields + has(0x100))) : tfhd.getUint32(12),
  );
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return joined([words(size), new TextEncoder().encode(type), ...parts]);
}

/** 32 bits each, also for those below 0. */
function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setInt32(index * 4, value | 0);
  return new Uint8Array(view.buffer);
}

function long(value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  return new Uint8Array(view.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
