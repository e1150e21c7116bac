import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type ExrAttribute, type ExrProblem, readAttribute } from '../attributes/attribute.ts';
import type { ByteSource } from './byte-source.ts';
import type { ExrChannel } from './channel-list.ts';
import { EXR_LIMITS, ExrError } from './exr-error.ts';
import { type PartStructure, readPartStructure } from './part.ts';
import { type RawHeader, type RawPart, readRawHeader } from './raw-header.ts';

export interface ExrHeader {
  readonly flags: RawHeader['flags'];
  readonly parts: readonly ExrHeaderPart[];
  /** Problems of attributes that the image does not depend on. */
  readonly problems: readonly ExrProblem[];
  /** See `hashHeader`. */
  readonly hash: string;
  /** Length in the file in bytes, magic number included. */
  readonly length: number;
  readonly fetched: RawHeader['fetched'];
}

export interface ExrHeaderPart extends PartStructure {
  /** Attributes by name, in the file's order; the value of `channels` is the list of their names. */
  readonly attributes: ReadonlyMap<string, ExrAttribute>;
}

/**
 * Reads the header of an OpenEXR file: all parts, flat or deep, scan lines or tiles. At most one chunk of
 * `LARGEST_CHUNK_BYTES` is fetched beyond it. Throws ExrError, and what the source throws.
 */
export async function readExrHeader(source: ByteSource): Promise<ExrHeader> {
  const raw = await readRawHeader(source);
  const problems: ExrProblem[] = [];
  let channelCount = 0;
  const parts = raw.parts.map((part, index): ExrHeaderPart => {
    const structure = readPartStructure(index, part, raw.flags);
    channelCount += structure.channels.length;
    if (channelCount > EXR_LIMITS.channels) {
      throw new ExrError('limit', part.end, `The file has more than ${EXR_LIMITS.channels} channels`);
    }
    problems.push(...missingAttributes(index, part, raw.flags));
    const attributes = new Map<string, ExrAttribute>();
    for (const attribute of part.attributes.values()) {
      attributes.set(
        attribute.name,
        attribute.name === 'channels'
          ? channelNames(structure, attribute.size)
          : readAttribute(index, attribute, (problem) => problems.push(problem)),
      );
    }
    return { ...structure, attributes };
  });
  checkNames(parts, raw);
  return { flags: raw.flags, parts, problems, hash: hashHeader(raw), length: raw.length, fetched: raw.fetched };
}

function channelNames({ index, channels }: PartStructure, size: number): ExrAttribute {
  return { part: index, name: 'channels', type: 'chlist', size, value: channels.map(({ name }: ExrChannel) => name) };
}

/** Attributes that the file layout requires and nothing here depends on: a file without them can still be read. */
function missingAttributes(part: number, raw: RawPart, flags: RawHeader['flags']): ExrProblem[] {
  const demanded = ['screenWindowCenter', 'screenWindowWidth'];
  if (flags.multiPart || flags.deep) demanded.push('chunkCount');
  return demanded
    .filter((name) => !raw.attributes.has(name))
    .map((attribute) => ({ part, attribute, offset: raw.end, message: 'The attribute is missing.' }));
}

/** Names tell parts apart, so no two are the same (OpenEXR File Layout, multi-part header attributes). */
function checkNames(parts: readonly ExrHeaderPart[], raw: RawHeader): void {
  if (!raw.flags.multiPart) return;
  if (new Set(parts.map(({ name }) => name)).size < parts.length) {
    throw new ExrError('malformed', raw.length, 'Two parts have the same name');
  }
}

/**
 * SHA-256 of the canonical header, in hex: the flags that say what kind of file it is, and part by part the attributes
 * in the order of their names, each with its type, its size and what was read of its value. Equal for headers that
 * differ only in the order of attributes.
 */
function hashHeader({ flags, parts }: RawHeader): string {
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
