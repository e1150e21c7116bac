import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { type Checksum, checksumOf } from './checksums.ts';
import type { ObjectInfo } from './media-store.ts';

type Answer = Omit<HeadObjectCommandOutput | GetObjectCommandOutput, '$metadata'>;

/** An object as S3 describes it in answers to GET and HEAD. */
export function infoOf(answer: Answer): ObjectInfo {
  // The answer to a range has the length of the part; the whole length stands behind the slash.
  const whole = answer.ContentRange?.split('/')[1];
  return {
    size: whole === undefined ? (answer.ContentLength ?? 0) : Number(whole),
    etag: unquoted(answer.ETag),
    contentType: answer.ContentType,
    lastModified: answer.LastModified ?? new Date(0),
    checksum: checksumIn(answer),
  };
}

/** The headers of an answer to GET, by the names that the SDK has for them. */
export function namedBySdk(headers: Readonly<Record<string, string>>): Answer {
  const { 'last-modified': modified, 'content-length': length } = headers;
  return {
    ContentRange: headers['content-range'],
    ContentLength: length === undefined ? undefined : Number(length),
    ETag: headers.etag,
    ContentType: headers['content-type'],
    LastModified: modified === undefined ? undefined : new Date(modified),
  };
}

export function unquoted(etag = ''): string {
  return etag.replaceAll('"', '');
}

/** Only those of whole objects: one that was put together from those of parts depends on how the object was cut. */
function checksumIn(answer: Answer): Checksum | undefined {
  if (answer.ChecksumType === 'COMPOSITE') return undefined;
  return (
    checksumOf('sha256', answer.ChecksumSHA256 ?? '') ??
    checksumOf('sha1', answer.ChecksumSHA1 ?? '') ??
    checksumOf('crc32', answer.ChecksumCRC32 ?? '')
  );
}
