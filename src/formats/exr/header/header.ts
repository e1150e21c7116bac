import { type ExrAttribute, type ExrProblem, readAttribute } from '../attributes/attribute.ts';
import type { ByteSource } from './byte-source.ts';
import type { ExrChannel } from './channel-list.ts';
import { ExrError } from './exr-error.ts';
import { hashHeader } from './header-hash.ts';
import { EXR_LIMITS } from './limits.ts';
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
