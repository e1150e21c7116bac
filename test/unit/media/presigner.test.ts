import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { S3Credentials } from '../../../src/media/s3-credentials.ts';
import { type PresignExtras, SigV4Presigner, type SigV4PresignerOptions } from '../../../src/media/presigner.ts';

interface Place {
  endpoint: string;
  bucket: string;
  forcePathStyle: boolean;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  signedAtS: number;
  expiresS: number;
}

const place: Place = {
  endpoint: 'https://s3.example.com',
  bucket: 'media-bucket',
  forcePathStyle: true,
  region: 'eu-west-1',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret/key+of/someone',
  signedAtS: Date.parse('2025-01-02T03:04:05Z') / 1000,
  expiresS: 3600,
};

function presigner(where: Place, more: Partial<SigV4PresignerOptions> = {}): SigV4Presigner {
  return new SigV4Presigner({
    ...where,
    credentials: () => where,
    gridS: 1,
    clock: () => where.signedAtS * 1000 + 999,
    ...more,
  });
}

/** What the SDK makes of the same request; `unhoisted` are x-amz headers that are to stay headers. */
async function sdkUrl(
  where: Place,
  command: GetObjectCommand | PutObjectCommand,
  unhoisted: readonly string[] = [],
): Promise<string> {
  const { endpoint, region, forcePathStyle, accessKeyId, secretAccessKey, sessionToken } = where;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  try {
    return await getSignedUrl(client, command, {
      expiresIn: where.expiresS,
      signingDate: new Date(where.signedAtS * 1000),
      signableHeaders: new Set(['content-type']),
      unhoistableHeaders: new Set(unhoisted),
    });
  } finally {
    client.destroy();
  }
}

const anyKey = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('/ +%~()\'"!*$&,:;=@?#[]{}|\\^`<>.-_éあ👍aZ9')),
      minLength: 1,
      maxLength: 40,
    }),
    fc.constantFrom(
      '/leading',
      'trailing/',
      'a//b',
      'a/./b',
      'a/../b',
      '%2F',
      '%252F',
      'a+b c%20d',
      '~',
      "it's",
      '(1)',
    ),
  )
  .filter((key) => key.isWellFormed());

/** The SDK makes an invalid URL of a bucket with dots in front of an address, instead of falling back to the path. */
const sdkFails = ({ endpoint, bucket, forcePathStyle }: Place): boolean =>
  !forcePathStyle && bucket.includes('.') && /127\.0\.0\.1|::1/.test(endpoint);

const anyPlace = fc
  .record<Place>(
    {
      endpoint: fc.constantFrom(
        'https://s3.example.com',
        'http://minio:9000',
        'http://localhost:80',
        'https://host.example:443',
        'https://host.example:8443/base/path',
        'http://127.0.0.1:9000',
        'http://[::1]:9000',
        'https://s3.eu-west-1.amazonaws.com',
      ),
      bucket: fc.constantFrom('media-bucket', 'abc', 'with.dots', 'b123-4', 'x'.repeat(63)),
      forcePathStyle: fc.boolean(),
      region: fc.constantFrom('us-east-1', 'eu-west-1', 'garage', 'auto'),
      accessKeyId: fc.constantFrom('AKIAEXAMPLE', 'key with/odd+characters=', 'x'),
      secretAccessKey: fc.string({ minLength: 1, maxLength: 100 }),
      sessionToken: fc.option(fc.constantFrom('token', 'FwoG/+==~token*(1)', 'x'.repeat(900)), { nil: undefined }),
      signedAtS: fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }),
      expiresS: fc.integer({ min: 1, max: 604_800 }),
    },
    {
      requiredKeys: [
        'endpoint',
        'bucket',
        'forcePathStyle',
        'region',
        'accessKeyId',
        'secretAccessKey',
        'signedAtS',
        'expiresS',
      ],
    },
  )
  .filter((where) => !sdkFails(where));

const headerValue = fc.string({
  unit: fc.constantFrom(...Array.from('abc019/+-.;="\',:()  \t')),
  minLength: 1,
  maxLength: 30,
});

describe('SigV4Presigner gives the URLs of @aws-sdk/s3-request-presigner', () => {
  it('for GET of any key at any place', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, anyKey, async (where, key) => {
        const expected = await sdkUrl(where, new GetObjectCommand({ Bucket: where.bucket, Key: key }));
        expect(presigner(where).presign('GET', key)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('for PUT with a signed content type and other headers', async () => {
    const extras = fc.record({
      type: headerValue,
      language: fc.option(headerValue, { nil: undefined }),
      kept: fc.option(headerValue, { nil: undefined }),
      hoisted: fc.option(headerValue, { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(anyPlace, anyKey, extras, async (where, key, { type, language, kept, hoisted }) => {
        const command = new PutObjectCommand({
          Bucket: where.bucket,
          Key: key,
          ContentType: type,
          ContentLanguage: language,
          Metadata: { ...(kept && { kept }), ...(hoisted && { hoisted }) },
        });
        const ours: PresignExtras = {
          headers: {
            'Content-Type': type,
            ...(language && { 'content-language': language }),
            ...(kept && { 'x-amz-meta-kept': kept }),
          },
          query: { ...(hoisted && { 'x-amz-meta-hoisted': hoisted }) },
        };
        const expected = await sdkUrl(where, command, ['x-amz-meta-kept']);
        expect(presigner(where).presign('PUT', key, ours)).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('for GET with overridden response headers', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((value) => value.isWellFormed());
    await fc.assert(
      fc.asyncProperty(anyPlace, anyKey, text, text, async (where, key, type, disposition) => {
        const command = new GetObjectCommand({
          Bucket: where.bucket,
          Key: key,
          ResponseContentType: type,
          ResponseContentDisposition: disposition,
        });
        const query = { 'response-content-type': type, 'response-content-disposition': disposition };
        expect(presigner(where).presign('GET', key, { query })).toBe(await sdkUrl(where, command));
      }),
      { numRuns: 150 },
    );
  });
});

describe('SigV4Presigner', () => {
  const startS = Date.parse('2025-01-02T23:55:00Z') / 1000;
  let nowMs = 0;
  const onGrid = (more: Partial<SigV4PresignerOptions> = {}) =>
    new SigV4Presigner({ ...place, credentials: () => place, gridS: 300, clock: () => nowMs, ...more });

  it('gives one URL for a whole window of the grid, that lives long enough also at its end', async () => {
    nowMs = startS * 1000;
    const signer = onGrid();
    const url = signer.presign('GET', 'key');
    nowMs += 299_999;
    expect(signer.presign('GET', 'key')).toBe(url);
    const query = new URL(url).searchParams;
    expect(query.get('X-Amz-Date')).toBe('20250102T235500Z');
    expect(query.get('X-Amz-Expires')).toBe(String(3600 + 299));
    const command = new GetObjectCommand({ Bucket: place.bucket, Key: 'key' });
    expect(url).toBe(await sdkUrl({ ...place, signedAtS: startS, expiresS: 3899 }, command));
  });

  it('signs with the key of the day after midnight', async () => {
    nowMs = startS * 1000;
    const signer = onGrid();
    const before = signer.presign('GET', 'key');
    nowMs += 300_000;
    const after = signer.presign('GET', 'key');
    expect(after).not.toBe(before);
    const command = new GetObjectCommand({ Bucket: place.bucket, Key: 'key' });
    expect(after).toBe(await sdkUrl({ ...place, signedAtS: startS + 300, expiresS: 3899 }, command));
  });

  it('keeps extra headers of one call out of the next', () => {
    const signer = presigner(place);
    const plain = signer.presign('PUT', 'key');
    for (let i = 0; i < 250; i++) signer.presign('PUT', 'key', { headers: { 'content-type': `video/${i}` } });
    expect(signer.presign('PUT', 'key')).toBe(plain);
    expect(plain).not.toContain('content-type');
  });

  it('gives for many keys at once what it gives for each', () => {
    const uuids = fc.array(fc.uuid(), { maxLength: 13 });
    fc.assert(
      fc.property(anyPlace, fc.oneof(uuids, fc.array(anyKey, { maxLength: 13 })), (where, keys) => {
        const made = presigner(where);
        const each = keys.map((key) => presigner(where).presign('GET', key));
        expect(made.presignAll('GET', keys)).toEqual(each);
      }),
    );
  });

  it('gives for keys of all lengths, one after another, what a new presigner gives', () => {
    const signer = presigner(place);
    const lengths = fc.sample(fc.integer({ min: 1, max: 1024 }), { numRuns: 200, seed: 1 });
    for (const length of [10, 10, 1024, 9, 9, 3000, 1, ...lengths]) {
      for (const key of ['a'.repeat(length), `${'é'.repeat(length)}b`]) {
        expect(signer.presign('GET', key)).toBe(presigner(place).presign('GET', key));
      }
    }
  });

  it('takes an endpoint with or without a slash at its end', () => {
    const [without, withSlash] = ['https://host/base', 'https://host/base/'].map((endpoint) =>
      presigner({ ...place, endpoint }).presign('GET', 'key'),
    );
    expect(withSlash).toBe(without);
  });

  it('puts a bucket into the path where no host name can hold it', () => {
    for (const [endpoint, bucket] of [
      ['http://127.0.0.1:9000', 'media-bucket'],
      ['http://127.0.0.1:9000', 'with.dots'],
      ['http://[::1]:9000', 'with.dots'],
      ['https://host', 'with.dots'],
      ['https://host', 'Upper_Case'],
    ] as const) {
      const url = presigner({ ...place, endpoint, bucket, forcePathStyle: false }).presign('GET', 'key');
      expect(url.startsWith(`${endpoint}/${bucket}/key?`)).toBe(true);
    }
  });

  it('refuses a life that S3 would refuse', () => {
    expect(() => onGrid({ expiresS: 604_800 - 299 })).not.toThrow();
    expect(() => onGrid({ expiresS: 604_800 - 298 })).toThrow('604801 s');
  });

  it('signs no URL that says it outlives its credentials, and changes all URLs with them', () => {
    nowMs = startS * 1000 + 100_000;
    const lasting = { accessKeyId: 'A', secretAccessKey: 'a', sessionToken: 'one' };
    const ending = { ...lasting, sessionToken: 'two/+', expiration: new Date(nowMs + 60_000) };
    let credentials: S3Credentials = lasting;
    const signer = onGrid({ credentials: () => credentials });
    const parameters = () => new URL(signer.presign('GET', 'key')).searchParams;
    expect(parameters().get('X-Amz-Expires')).toBe('3899');
    const epoch = signer.state().epoch;
    expect(signer.state().epoch).toBe(epoch);
    credentials = ending;
    expect(signer.state().epoch).not.toBe(epoch);
    // Signed at the start of the window, 100 s ago.
    expect(parameters().get('X-Amz-Expires')).toBe('160');
    expect(parameters().get('X-Amz-Security-Token')).toBe('two/+');
  });
});
