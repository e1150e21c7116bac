import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

interface MultipartFile {
  readonly name: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly body: Readable;
}

interface MultipartBody {
  readonly contentType: string;
  readonly length: number;
  readonly body: Readable;
}

/**
 * A form with one file, as a stream of known length (RFC 7578): the file comes last, and is passed on as it is read.
 * `FormData` would need it in memory, or hide its length.
 */
export function multipartForm(fields: Readonly<Record<string, string>>, file: MultipartFile): MultipartBody {
  const boundary = `form-${randomUUID()}`;
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  const { name, fileName, contentType, sizeBytes } = file;
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"; filename="${quoted(fileName)}"`;
  const head = Buffer.from(`${parts.join('')}${opening}\r\nContent-Type: ${contentType}\r\n\r\n`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const body = Readable.from(joined(head, file.body, tail), { objectMode: false });
  // A stream that is abandoned before it began never reaches the generator's `finally`.
  body.once('close', () => file.body.destroy());
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + sizeBytes + tail.length,
    body,
  };
}

async function* joined(head: Buffer, body: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  yield tail;
}

/** Escapes as browsers do. */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
