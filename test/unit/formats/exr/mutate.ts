import { Buffer } from 'node:buffer';
import type { Random } from '../../../stress/support/random.ts';

const BYTES = [0, 1, 2, 0x1f, 0x20, 0x7f, 0x80, 0xfe, 0xff];
const WORDS = [0, 1, -1, 4, 8, 31, 32, 255, 256, 65_535, 2 ** 20, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)];
const MOST_CHANGES = 4;
const LONGEST_SLICE = 64;

/** Changes a file in a few places, in the ways that files are damaged and that attackers think of. */
export function mutate(original: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let changes = random.int(1, MOST_CHANGES + 1); changes > 0; changes -= 1) bytes = change(bytes, others, random);
  return bytes;
}

function change(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  if (bytes.length < 8) return bytes;
  const at = random.int(0, bytes.length - 4);
  const end = Math.min(bytes.length, at + random.int(1, LONGEST_SLICE));
  switch (random.int(0, 9)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 8));
      return bytes;
    case 1:
      bytes[at] = random.pick(BYTES) ?? 0;
      return bytes;
    case 2:
      bytes[at] = random.int(0, 256);
      return bytes;
    case 3:
      bytes.writeInt32LE(random.pick(WORDS) ?? 0, at);
      return bytes;
    case 4:
      // A size that is off by a little is what a reader is most likely to believe.
      bytes.writeInt32LE((bytes.readInt32LE(at) + random.int(-9, 10)) | 0, at);
      return bytes;
    case 5:
      return bytes.subarray(0, at);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 7:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    default: {
      const other = random.pick(others) ?? bytes;
      const from = random.int(0, other.length);
      const slice = other.subarray(from, from + random.int(1, LONGEST_SLICE));
      return Buffer.concat([bytes.subarray(0, at), slice, bytes.subarray(random.chance(0.5) ? at : end)]);
    }
  }
}
