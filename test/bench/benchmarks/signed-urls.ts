import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl, S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { SigV4Presigner } from '../../../src/media/presigner.ts';
import { type Benchmark, compare, rateRow } from '../support/benchmark.ts';

const HOST = 's3.example.com';
const PLACE = { region: 'eu-west-1', endpoint: `https://${HOST}`, forcePathStyle: true };
const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret/key+of/someone' };
const BUCKET = 'media-bucket';
const EXPIRES_S = 3600;
const GRID_S = 300;
const KEYS = Array.from(
  { length: 1_000 },
  (_, number) =>
    `tams/4f8a0b3e-6d2c-4a55-9f5d-1f2e3d4c5b6a/2025/01/02/0b9e7c1a-3d5f-4e6a-8b9c-${String(number).padStart(12, '0')}`,
);

const GET_SIGNED_URL_TARGET = 100;
const KEPT_PRESIGNER_TARGET = 20;

/** Signing a URL for each of many keys: our presigner against the AWS SDK's two ways, all in this process. */
export const signedUrls: Benchmark = {
  name: 'signed-urls',
  async run({ scale }) {
    const client = new S3Client({ ...PLACE, credentials: CREDENTIALS });
    const kept = new S3RequestPresigner({ ...client.config });
    const presigner = new SigV4Presigner({
      ...PLACE,
      credentials: () => CREDENTIALS,
      bucket: BUCKET,
      expiresS: EXPIRES_S,
      gridS: GRID_S,
    });
    const ours = () => rateOf(scale.roundMs / 4, (key) => presigner.presign('GET', key));
    const ofGetSignedUrl = () =>
      rateOf(scale.roundMs / 4, (key) =>
        getSignedUrl(client, new GetObjectCommand({ Bucket: BUCKET, Key: key }), { expiresIn: EXPIRES_S }),
      );
    const ofKeptPresigner = () => rateOf(scale.roundMs / 4, (key) => presignWith(kept, key));
    try {
      return [
        rateRow(
          'signed URLs per second against `getSignedUrl`',
          await compare(scale.rounds, ours, ofGetSignedUrl),
          GET_SIGNED_URL_TARGET,
          'URLs/s',
        ),
        rateRow(
          'signed URLs per second against one kept `S3RequestPresigner`',
          await compare(scale.rounds, ours, ofKeptPresigner),
          KEPT_PRESIGNER_TARGET,
          'URLs/s',
        ),
      ];
    } finally {
      client.destroy();
    }
  },
};

async function presignWith(presigner: S3RequestPresigner, key: string): Promise<string> {
  const path = `/${BUCKET}/${key}`;
  const request = { method: 'GET', protocol: 'https:', hostname: HOST, path, query: {}, headers: {} };
  const { query } = await presigner.presign(request, { expiresIn: EXPIRES_S });
  return `https://${HOST}${path}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

/** Times a whole pass over the keys at a time, so that the clock costs nothing. */
async function rateOf(ms: number, sign: (key: string) => string | Promise<string>): Promise<number> {
  const started = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < ms) {
    for (const key of KEYS) {
      const signed = sign(key);
      if (typeof signed !== 'string') await signed;
    }
    count += KEYS.length;
    elapsed = performance.now() - started;
  }
  return (count / elapsed) * 1000;
}
