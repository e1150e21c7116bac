import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobError } from '../../../src/features/search/rules/job.ts';
import { HttpTranscriber } from '../../../src/features/search/providers/http-transcriber.ts';
import { InferenceServer } from '../../support/search/inference-server.ts';

const never = new AbortController().signal;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function mediumOf(bytes: Buffer, fileName = 'clip.mp4'): Parameters<HttpTranscriber['transcribe']>[0] {
  const body = Readable.from([bytes.subarray(0, 10), bytes.subarray(10)], { objectMode: false });
  return { body, sizeBytes: bytes.length, fileName, contentType: 'video/mp4' };
}

async function rejection(promise: Promise<unknown>): Promise<JobError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(JobError);
  return error as JobError;
}

let server: InferenceServer;
beforeEach(async () => {
  server = await InferenceServer.start();
});
afterEach(() => server.close());

const transcriber = (apiKey?: string): HttpTranscriber =>
  new HttpTranscriber({ url: server.url, model: 'whisper-1', apiKey });

describe('the transcriber over HTTP', () => {
  it('sends the form byte for byte, with its length, and reads segments, language and times', async () => {
    const bytes = randomBytes(200_000);
    server.transcripts.set(sha256(bytes), {
      language: 'german',
      segments: [
        { start: 0, end: 2.5, text: ' Guten Tag.' },
        { start: 2.5, end: 4.001, text: ' Auf Wiedersehen.' },
      ],
    });
    const transcript = await transcriber('sk-key').transcribe(mediumOf(bytes, 'a "quoted"\r\nname.mp4'), never);
    expect(transcript).toMatchObject({
      language: 'de',
      segments: [{ startNs: 0n, endNs: 4_001_000_000n, text: 'Guten Tag. Auf Wiedersehen.' }],
    });
    const [form] = server.forms;
    expect(form).toMatchObject({
      authorization: 'Bearer sk-key',
      fields: { model: 'whisper-1', response_format: 'verbose_json', 'timestamp_granularities[]': 'segment' },
      fileName: 'a %22quoted%22%0D%0Aname.mp4',
      fileType: 'video/mp4',
      fileBytes: bytes.length,
      fileSha256: sha256(bytes),
      isComplete: true,
    });
    expect(form?.contentLength).toBe(form?.receivedBytes);
  });

  it.each([
    [429, true, 'retry'],
    [503, true, 'retry'],
    [400, false, 'fix_object'],
    [413, false, 'fix_object'],
    [401, false, 'fix_configuration'],
    [404, false, 'fix_configuration'],
  ])('maps %s to what may help', async (status, retryable, recommendedAction) => {
    server.transcriptionFailures = [{ status, body: 'the key sk-secret is wrong' }];
    const error = await rejection(transcriber('sk-secret').transcribe(mediumOf(randomBytes(100)), never));
    expect(error).toMatchObject({ code: 'transcription_failed', retryable, recommendedAction });
    // What clients are told has no words of the server; those are for the log.
    expect(error.message).toBe(`the transcription service (whisper-1) answered ${status}`);
    expect(error.detail).toBe(`${server.url}: the key [key] is wrong`);
  });

  it('takes the answer of a server that reads no further', async () => {
    const impatient = createServer((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too large');
    });
    impatient.listen(0, '127.0.0.1');
    await once(impatient, 'listening');
    const { port } = impatient.address() as AddressInfo;
    try {
      const refused = new HttpTranscriber({ url: `http://127.0.0.1:${port}`, model: 'm' });
      const medium = mediumOf(randomBytes(8 * 2 ** 20));
      const error = await rejection(refused.transcribe(medium, never));
      expect(error.code).toBe('transcription_failed');
      expect(medium.body.destroyed).toBe(true);
    } finally {
      impatient.close();
    }
  });

  it('can be tried again where nobody listens', async () => {
    const gone = transcriber();
    await server.close();
    const medium = mediumOf(randomBytes(100));
    const error = await rejection(gone.transcribe(medium, never));
    expect(error).toMatchObject({ retryable: true });
    expect(medium.body.destroyed).toBe(true);
    server = await InferenceServer.start();
  });

  it('says that a model makes no times', async () => {
    const bytes = randomBytes(100);
    server.transcripts.set(sha256(bytes), { text: 'All in one.' });
    const error = await rejection(transcriber().transcribe(mediumOf(bytes), never));
    expect(error).toMatchObject({ retryable: false, recommendedAction: 'fix_configuration' });
    expect(error.message).toContain('whisper-1');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    server.holdTranscriptions = new Promise(() => undefined);
    const medium = mediumOf(randomBytes(1000));
    const running = transcriber().transcribe(medium, stop.signal);
    while (server.forms.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(medium.body.destroyed).toBe(true);
  });

  it('streams 300 MB without holding them', async () => {
    const chunk = randomBytes(2 ** 20);
    const chunks = 300;
    const whole = createHash('sha256');
    for (let index = 0; index < chunks; index += 1) whole.update(chunk);
    const digest = whole.digest('hex');
    server.transcripts.set(digest, { segments: [{ start: 0, end: 1, text: 'long' }] });
    let peak = 0;
    // The bytes that are held, and not the process's: other tests leave their own in it.
    const held = (): number => process.memoryUsage().arrayBuffers;
    const before = held();
    async function* media(): AsyncGenerator<Buffer> {
      for (let index = 0; index < chunks; index += 1) {
        peak = Math.max(peak, held() - before);
        yield Buffer.from(chunk);
      }
    }
    const body = Readable.from(media(), { objectMode: false });
    const medium = { body, sizeBytes: chunks * 2 ** 20, fileName: 'long.wav', contentType: 'audio/wav' };
    const { segments } = await transcriber().transcribe(medium, never);
    expect(segments).toHaveLength(1);
    expect(server.forms[0]).toMatchObject({ fileBytes: chunks * 2 ** 20, isComplete: true });
    expect(peak).toBeLessThan(150 * 2 ** 20);
  });
});
