import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl, S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { SigV4Presigner } from '../../src/stores/media/presigner.ts';
import { UrlCache } from '../../src/stores/media/url-cache.ts';

/*
 * Signed URLs per second: ours against the AWS SDK's two ways, in turns within one process, medians of several rounds.
 * Run it with `node test/bench/presign.ts`.
 */
const ROUNDS = 7;
const place = { region: 'eu-west-1', endpoint: 'https://s3.example.com', forcePathStyle: true };
const bucket = 'media-bucket';
const keys = Array.from(
  { length: 1000 },
  (_, i) =>
    `tams/4f8a0b3e-6d2c-4a55-9f5d-1f2e3d4c5b6a/2025/01/02/0b9e7c1a-3d5f-4e6a-8b9c-${String(i).padStart(12, '0')}`,
);

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret/key+of/someone' };
const client = new S3Client({ ...place, credentials });
const kept = new S3RequestPresigner({ ...client.config });
const ours = new SigV4Presigner({ ...place, ...credentials, bucket, expiresS: 3600, gridS: 300 });
const cache = new UrlCache(10_000);

const contenders: Record<string, { count: number; sign: (key: string) => unknown }> = {
  getSignedUrl: {
    count: 500,
    sign: (key) => getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 3600 }),
  },
  'kept S3RequestPresigner': {
    count: 2000,
    sign: async (key) => {
      const path = `/${bucket}/${key}`;
      const request = { method: 'GET', protocol: 'https:', hostname: 's3.example.com', path, query: {}, headers: {} };
      const { protocol, hostname, query } = await kept.presign(request, { expiresIn: 3600 });
      return `${protocol}//${hostname}${path}?${new URLSearchParams(query as Record<string, string>).toString()}`;
    },
  },
  SigV4Presigner: { count: 100_000, sign: (key) => ours.presign('GET', key) },
  'kept URL': {
    count: 1_000_000,
    sign: (key) => {
      const start = ours.windowStart();
      const found = cache.get(start, key);
      if (found === undefined) cache.set(start, key, ours.presign('GET', key));
      return found;
    },
  },
};

async function ratePerSecond(count: number, sign: (key: string) => unknown): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const result = sign(keys[i % keys.length] ?? '');
    if (result instanceof Promise) await result;
  }
  return (count / (performance.now() - start)) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const rates = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, { count, sign }] of Object.entries(contenders)) {
    const rate = await ratePerSecond(count, sign);
    // The first round is for the compiler.
    if (round > 0) rates.get(name)?.push(rate);
  }
}
client.destroy();

const medians = new Map([...rates].map(([name, values]) => [name, median(values)]));
const base = medians.get('getSignedUrl') ?? NaN;
const keptBase = medians.get('kept S3RequestPresigner') ?? NaN;
console.table(
  [...medians].map(([name, rate]) => ({
    name,
    'URLs/s': Math.round(rate),
    'x getSignedUrl': Number((rate / base).toFixed(1)),
    'x kept presigner': Number((rate / keptBase).toFixed(1)),
  })),
);
