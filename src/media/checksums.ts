import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';

/** Bytes of each checksum that can be computed here. */
const LENGTHS = { md5: 16, sha1: 20, sha256: 32, sha512: 64, crc32: 4 } as const;

type ChecksumAlgorithm = keyof typeof LENGTHS;

/** A checksum of all bytes of an object. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. */
  readonly value: string;
}

interface HeaderChecksums {
  readonly checksums: Checksum[];
  /** Headers with checksums that cannot be computed here, or are malformed. */
  readonly unusable: string[];
}

/** Algorithms by their names in digest fields (RFC 9530, section 5). */
const DIGEST_NAMES: Readonly<Record<string, ChecksumAlgorithm>> = {
  'sha-256': 'sha256',
  'sha-512': 'sha512',
  sha: 'sha1',
  md5: 'md5',
};
const DIGEST_MEMBER = /^\s*([a-z0-9-]+)=:([A-Za-z0-9+/]*={0,2}):\s*(?:;.*)?$/;
const S3_CHECKSUM = /^x-amz-checksum-(?!algorithm$|mode$|type$)(.+)$/;

/** Headers that clients may send checksums in, for messages. */
export const CHECKSUM_HEADERS =
  'Content-MD5, Content-Digest or Repr-Digest (sha-256, sha-512), x-amz-checksum-sha256, -sha1 or -crc32, in base64';

/** The checksums of a body: `Content-MD5`, the digest fields of RFC 9530, and those of S3. */
export function checksumsIn(headers: IncomingHttpHeaders): HeaderChecksums {
  const found: HeaderChecksums = { checksums: [], unusable: [] };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    const checksums = checksumsOf(name, value);
    if (checksums === undefined) continue;
    if (checksums.length === 0) found.unusable.push(name);
    found.checksums.push(...checksums);
  }
  return found;
}

/** Undefined for a header that is about something else. */
function checksumsOf(name: string, value: string): Checksum[] | undefined {
  if (name === 'content-md5') return [checksumOf('md5', value)].filter(isThere);
  if (name === 'content-digest' || name === 'repr-digest') {
    const members = value.split(',').map((text) => DIGEST_MEMBER.exec(text) ?? []);
    return members.map(([, digest = '', text = '']) => checksumOf(DIGEST_NAMES[digest], text)).filter(isThere);
  }
  const [, algorithm] = S3_CHECKSUM.exec(name) ?? [];
  return algorithm === undefined ? undefined : [checksumOf(algorithm, value)].filter(isThere);
}

/** Undefined where it cannot be computed here, or is no base64 of its length. */
export function checksumOf(algorithm: string | undefined, value: string): Checksum | undefined {
  if (algorithm === undefined || !isAlgorithm(algorithm)) return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== LENGTHS[algorithm] || bytes.toString('base64') !== value) return undefined;
  return { algorithm, value };
}

/** The value of a `Repr-Digest` header; only for SHA-256. */
export const reprDigest = ({ value }: Checksum): string => `sha-256=:${value}:`;

/** Computes the checksums that a body should have, as it goes by. */
export class ChecksumCheck {
  readonly #expected: readonly { readonly checksum: Checksum; readonly digest: Digest }[];

  constructor(expected: readonly Checksum[]) {
    this.#expected = expected.map((checksum) => ({ checksum, digest: newDigest(checksum.algorithm) }));
  }

  update(bytes: Uint8Array): void {
    for (const { digest } of this.#expected) digest.update(bytes);
  }

  /** The algorithm whose checksum is another than expected. Called once, after the last byte. */
  mismatch(): ChecksumAlgorithm | undefined {
    const wrong = this.#expected.find(({ checksum, digest }) => digest.digest('base64') !== checksum.value);
    return wrong?.checksum.algorithm;
  }
}

interface Digest {
  update(bytes: Uint8Array): unknown;
  digest(encoding: 'base64'): string;
}

class Crc32 implements Digest {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  digest(encoding: 'base64'): string {
    const bytes = Buffer.alloc(LENGTHS.crc32);
    bytes.writeUInt32BE(this.#value);
    return bytes.toString(encoding);
  }
}

const newDigest = (algorithm: ChecksumAlgorithm): Digest =>
  algorithm === 'crc32' ? new Crc32() : createHash(algorithm);

const isAlgorithm = (name: string): name is ChecksumAlgorithm => Object.hasOwn(LENGTHS, name);

const isThere = (checksum: Checksum | undefined): checksum is Checksum => checksum !== undefined;
