import { Buffer } from 'node:buffer';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requiredAttributes, writeHeader } from './exr-writer.ts';

/** Keys of a folder: a file system has room for no more than 65,000 names of one file. */
const FOLDER = 10_000;

/** Makes sequences of 10,000 EXR frames in a folder that an S3 server shows; those of one are names of one file, which costs no room. */
export async function makeFrames(directory: string, count: number): Promise<void> {
  const chunks = Math.ceil(1080 / 16);
  const header = writeHeader({ parts: [requiredAttributes()] });
  const pixels = header.length + chunks * 8;
  const table = Buffer.alloc(chunks * 8);
  for (let chunk = 0; chunk < chunks; chunk++) table.writeBigUInt64LE(BigInt(pixels + chunk * 512), chunk * 8);
  const file = Buffer.concat([header, table, Buffer.alloc(chunks * 512)]);
  for (let first = 0; first < count; first += FOLDER) {
    const folder = join(directory, `shot-${String(first / FOLDER).padStart(3, '0')}`);
    await mkdir(folder, { recursive: true });
    const original = join(folder, name(0));
    await writeFile(original, file);
    for (let frame = 1; frame < Math.min(FOLDER, count - first); frame++)
      await link(original, join(folder, name(frame)));
  }
}

const name = (frame: number): string => `beauty.${String(frame).padStart(6, '0')}.exr`;
