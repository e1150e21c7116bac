import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { RawHeader } from './raw-header.ts';

/**
 * SHA-256 of the canonical header, in hex: the flags that say what kind of file it is, and part by part the attributes
 * in the order of their names, each with its type, its size and what was read of its value. Equal for headers that
 * differ only in the order of attributes.
 */
export function hashHeader({ flags, parts }: RawHeader): string {
  let text = `exr 2 ${flags.tiled} ${flags.deep} ${flags.multiPart} ${parts.length}\n`;
  const values: Buffer[] = [];
  for (const { attributes } of parts) {
    const sorted = [...attributes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    text += `${sorted.length}\n`;
    // Names and types hold no zero byte, and the sizes tell the values apart: no two headers give the same bytes.
    for (const { name, type, size, bytes } of sorted) {
      text += `${name}\0${type}\0${size} ${bytes.length}\n`;
      values.push(bytes);
    }
  }
  return createHash('sha256').update(`${text}\0`).update(Buffer.concat(values)).digest('hex');
}
