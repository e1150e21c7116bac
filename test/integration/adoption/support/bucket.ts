import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { S3Store } from '../../../../src/media/s3-store.ts';
import { uuidOf } from '../../../../src/shared/uuid.ts';
import { findS3Server, type S3Server, startS3Server } from '../../../support/s3-server.ts';
import { startTestServer, type TestServer } from '../../../support/test-server.ts';
import { Api } from '../../behaviour/support/api.ts';

export const s3Binary = findS3Server();
if (s3Binary === undefined) {
  console.warn('Tests of adoption are skipped: .ci/versitygw.sh installs the S3 server that they need.');
}

const BUCKET = 'archive';
export const STORAGE_ID = uuidOf(`tams storage backend s3:${BUCKET}`);

export interface AdoptionShown {
  readonly id: string;
  readonly state: string;
  readonly error?: string;
  readonly keys: Readonly<Record<string, number>>;
}

export interface KeyShown {
  readonly key: string;
  readonly state: string;
  readonly reason?: string;
  readonly flow_id?: string;
  readonly timerange?: string;
  readonly object_id?: string;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A bucket with files of others on a real S3 server, and a server that may adopt those below `in/`. */
export class Bucket {
  readonly s3: S3Server;
  readonly store: S3Store;

  private constructor(s3: S3Server, store: S3Store) {
    this.s3 = s3;
    this.store = store;
  }

  static async open(): Promise<Bucket> {
    const s3 = await startS3Server(s3Binary ?? '');
    onTestFinished(() => s3.close());
    const store = new S3Store({
      backend: { id: STORAGE_ID, store_type: 'http_object_store', provider: 'other', store_product: 'S3-compatible' },
      endpoint: s3.endpoint,
      publicEndpoint: undefined,
      region: s3.region,
      bucket: BUCKET,
      accessKeyId: s3.accessKeyId,
      secretAccessKey: s3.secretAccessKey,
      sessionToken: undefined,
      forcePathStyle: true,
      prefix: '',
      publicBaseUrl: undefined,
      expiresS: 3600,
      gridS: 300,
      urlCacheMax: 0,
      requestTimeoutMs: 30_000,
      maxAttempts: 3,
      maxSockets: 64,
      breakerFailures: 5,
      breakerResetMs: 1_000,
    });
    await store.ensureReady();
    onTestFinished(() => store.close());
    return new Bucket(s3, store);
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      MEDIA_STORE: 's3',
      S3_ENDPOINT: this.s3.endpoint,
      S3_REGION: this.s3.region,
      S3_BUCKET: BUCKET,
      S3_ACCESS_KEY_ID: this.s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: this.s3.secretAccessKey,
      S3_ADOPT_PREFIXES: 'in',
      RECLAIM_GRACE_S: '0',
      LOG_LEVEL: 'error',
      ...more,
    };
  }

  /** The same bucket by a file of backends, as one with this label. */
  async envOfFile(label: string, folders: readonly string[]): Promise<Record<string, string>> {
    const folder = await mkdtemp(join(tmpdir(), 'tams-backends-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'backends.json');
    const { endpoint, accessKeyId: access_key_id, secretAccessKey: secret_access_key } = this.s3;
    const keys = { access_key_id, secret_access_key };
    const entry = { id: STORAGE_ID, type: 's3', label, endpoint, bucket: BUCKET, ...keys, adopt_prefixes: folders };
    await writeFile(file, JSON.stringify([entry]));
    return { STORAGE_BACKENDS_FILE: file, LOG_LEVEL: 'error' };
  }

  async serve(more: Readonly<Record<string, string>> = {}): Promise<{ server: TestServer; api: Api }> {
    const server = await startTestServer({ env: this.env(more) });
    onTestFinished(() => server.close());
    return { server, api: new Api(server.baseUrl) };
  }

  async putAll(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await Promise.all(Object.entries(files).map(([key, bytes]) => this.store.put(key, bytes)));
  }
}

/** Waits until an adoption has come to one of these states. */
export async function reached(api: Api, id: string, ...states: string[]): Promise<AdoptionShown> {
  for (;;) {
    const adoption = await api.get<AdoptionShown>(`/internal/adoptions/${id}`);
    if (adoption.state === 'failed' && !states.includes('failed')) throw new Error(adoption.error);
    if (states.includes(adoption.state)) return adoption;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Adopts a folder, from the plan to the end. */
export async function adopt(api: Api, request: Readonly<Record<string, unknown>>): Promise<AdoptionShown> {
  const asked = { storage_id: STORAGE_ID, start: true, ...request };
  const { id } = await api.must<AdoptionShown>('POST', '/internal/adoptions', asked);
  return reached(api, id, asked.start ? 'done' : 'planned');
}

export const keysOf = (api: Api, { id }: AdoptionShown): Promise<KeyShown[]> =>
  api.all<KeyShown>(`/internal/adoptions/${id}/keys?limit=100`);

/** Runs `mgmt adopt`. */
export async function mgmtAdopt(baseUrl: string, ...args: readonly string[]): Promise<Ended> {
  try {
    const asked = ['mgmt/main.js', 'adopt', '--url', baseUrl, ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, asked);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code = -1, stdout = '', stderr = '' } = error as Partial<Ended>;
    return { code, stdout, stderr };
  }
}
