import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ignoredHosts } from '../../src/media/storage-backend-settings.ts';
import { ConfigError, loadConfig } from '../../src/settings.ts';

const BACKEND_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const S3 = {
  MEDIA_STORE: 's3',
  S3_BUCKET: 'media',
  S3_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  S3_SECRET_ACCESS_KEY: 'very-secret-value',
};
const EXAMPLE = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

/** The message of the ConfigError that this environment is refused with. */
function refusal(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).not.toMatch(/[\r\n]/);
    return message;
  }
  throw new Error('nothing was refused');
}

describe('loadConfig', () => {
  it('has defaults for everything', () => {
    const config = loadConfig({ MEMORY_MIB: '2048' });
    expect(config).toMatchObject({
      http: { host: '127.0.0.1', port: 8000, trustProxy: false, bodyLimitBytes: 10_485_760, corsOrigins: 'loopback' },
      dataDir: resolve('data'),
      diskReserveBytes: 67_108_864,
      tables: { engine: 'sqlite', sqlite: { synchronous: 'full', cacheMib: 64 } },
      media: {
        backends: [{ type: 'local', defaultStorage: true, path: resolve('data/media') }],
        presign: { expiresS: 3600, gridS: 300, urlCacheMax: 20_480 },
        pageCacheMib: 16,
        maxObjectBytes: 5_368_709_120,
      },
      paging: { limitDefault: 100, limitMax: 1000, maxBytes: 2_097_152 },
      limits: {
        segmentsPerRequest: 5000,
        deleteSyncMax: 1000,
        documents: { maxBytes: 1_048_576, maxItems: 1000 },
      },
      reclaim: { graceS: 300, allocationExpiryS: 86_400 },
      deletion: { requestExpiryS: 86_400 },
      logLevel: 'info',
    });
    expect([config.http.publicUrl, config.secretKey]).toEqual([undefined, undefined]);
  });

  it('counts an empty variable as not set', () => {
    const empty = Object.fromEntries(Object.keys(parseEnv(EXAMPLE)).map((name) => [name, '']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  it('gives an object in which nothing can be changed', () => {
    const config = loadConfig({ CORS_ORIGINS: 'https://a.example' });
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(config)).toBe(true);
  });

  it.each<[string, string, (config: ReturnType<typeof loadConfig>) => unknown, unknown]>([
    ['HOST', 'localhost', (config) => config.http.host, 'localhost'],
    ['HOST', '::1', (config) => config.http.host, '::1'],
    ['PORT', '0', (config) => config.http.port, 0],
    ['PUBLIC_URL', 'https://tams.example/store/', (config) => config.http.publicUrl, 'https://tams.example/store'],
    ['PUBLIC_URL', 'http://localhost:8000', (config) => config.http.publicUrl, 'http://localhost:8000'],
    ['TRUST_PROXY', 'true', (config) => config.http.trustProxy, true],
    ['TRUST_PROXY', '10.0.0.0/8, ::1', (config) => config.http.trustProxy, ['10.0.0.0/8', '::1']],
    ['BODY_LIMIT_BYTES', '2048', (config) => config.http.bodyLimitBytes, 2048],
    [
      'CORS_ORIGINS',
      'https://a.example,http://b.example:81',
      (config) => config.http.corsOrigins,
      ['https://a.example', 'http://b.example:81'],
    ],
    ['DATA_DIR', '/srv/tams', (config) => config.dataDir, '/srv/tams'],
    [
      'DATA_DIR',
      '/srv/tams',
      (config) => config.media.backends[0],
      expect.objectContaining({ path: '/srv/tams/media' }),
    ],
    ['TABLE_ENGINE', 'sqlite', (config) => config.tables.engine, 'sqlite'],
    ['SQLITE_SYNCHRONOUS', 'normal', (config) => config.tables.sqlite.synchronous, 'normal'],
    ['MEMORY_MIB', '512', (config) => [config.memory.process, config.tables.sqlite.cacheMib], [512, 16]],
    ['SQLITE_CACHE_MIB', '256', (config) => config.tables.sqlite.cacheMib, 256],
    ['PRESIGN_EXPIRES_S', '60', (config) => config.media.presign.expiresS, 60],
    ['PRESIGN_GRID_S', '1', (config) => config.media.presign.gridS, 1],
    ['URL_CACHE_MAX', '0', (config) => config.media.presign.urlCacheMax, 0],
    ['MEDIA_OBJECT_MAX_BYTES', '1000', (config) => config.media.maxObjectBytes, 1000],
    ['S3_REQUEST_TIMEOUT_MS', '1500', (config) => config.media.s3.requestTimeoutMs, 1500],
    ['S3_MAX_ATTEMPTS', '1', (config) => config.media.s3.maxAttempts, 1],
    ['S3_MAX_SOCKETS', '7', (config) => config.media.s3.maxSockets, 7],
    ['S3_BREAKER_FAILURES', '2', (config) => config.media.s3.breakerFailures, 2],
    ['RATE_LIMIT_PER_S', '50', (config) => config.operation.limits.ratePerS, 50],
    ['REQUEST_TIMEOUT_S', '5', (config) => config.operation.limits.requestTimeoutMs, 5000],
    ['HEADERS_TIMEOUT_S', '6', (config) => config.operation.limits.headersTimeoutMs, 6000],
    ['KEEP_ALIVE_TIMEOUT_S', '7', (config) => config.operation.limits.keepAliveTimeoutMs, 7000],
    ['STALL_TIMEOUT_S', '8', (config) => config.operation.limits.stallTimeoutMs, 8000],
    ['MAX_CONNECTIONS', '9', (config) => config.operation.limits.maxConnections, 9],
    ['IN_FLIGHT_MAX', '10', (config) => config.operation.limits.inFlightMax, 10],
    ['OVERLOAD_DELAY_MS', '0', (config) => config.operation.limits.overloadDelayMs, 0],
    ['STOP_DELAY_S', '3', (config) => config.operation.stopDelayMs, 3000],
    ['METRICS_PORT', '9100', (config) => config.operation.metricsPort, 9100],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'http://collector:4318/',
      (config) => config.operation.tracing,
      { endpoint: 'http://collector:4318', serviceName: 'vast-tams' },
    ],
    ['S3_BREAKER_RESET_MS', '250', (config) => config.media.s3.breakerResetMs, 250],
    ['PAGE_LIMIT_DEFAULT', '30', (config) => config.paging.limitDefault, 30],
    ['PAGE_MAX_BYTES', '2048', (config) => config.paging.maxBytes, 2048],
    ['DOCUMENT_MAX_BYTES', '2048', (config) => config.limits.documents.maxBytes, 2048],
    ['DOCUMENT_ITEMS_MAX', '7', (config) => config.limits.documents.maxItems, 7],
    ['BODY_MEMORY_MIB', '2', (config) => config.operation.limits.bodiesMaxBytes, 2 * 2 ** 20],
    ['PAGE_LIMIT_MAX', '500', (config) => config.paging.limitMax, 500],
    ['SEGMENTS_PER_REQUEST_MAX', '10', (config) => config.limits.segmentsPerRequest, 10],
    ['DELETE_SYNC_MAX', '0', (config) => config.limits.deleteSyncMax, 0],
    ['RECLAIM_GRACE_S', '0', (config) => config.reclaim.graceS, 0],
    ['ALLOCATION_EXPIRY_S', '3600', (config) => config.reclaim.allocationExpiryS, 3600],
    ['DELETE_REQUEST_EXPIRY_S', '60', (config) => config.deletion.requestExpiryS, 60],
    ['SECRET_KEY', 'k'.repeat(32), (config) => config.secretKey, 'k'.repeat(32)],
    ['LOG_LEVEL', 'silent', (config) => config.logLevel, 'silent'],
  ])('reads %s=%s', (name, text, valueIn, value) => {
    // Some of them say that others reach the server, which is not so without AUTH_MODE.
    expect(valueIn(loadConfig({ AUTH_MODE: 'none', [name]: text }))).toEqual(value);
  });

  it.each([
    ['HOST', 'http://localhost'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['PORT', '0x50'],
    ['PORT', '8e3'],
    ['PORT', '080'],
    ['PORT', ' 8000'],
    ['PORT', '8000.0'],
    ['PUBLIC_URL', 'tams.example'],
    ['PUBLIC_URL', 'ftp://tams.example'],
    ['PUBLIC_URL', 'http:tams.example'],
    ['PUBLIC_URL', 'https://tams.example/?a=b'],
    ['PUBLIC_URL', 'https://tams.example/#a'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8,'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
    ['BODY_LIMIT_BYTES', '10MB'],
    ['BODY_LIMIT_BYTES', '0'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['CORS_ORIGINS', 'https://a.example,*'],
    ['TABLE_ENGINE', 'mysql'],
    ['SQLITE_SYNCHRONOUS', 'off'],
    ['SQLITE_SYNCHRONOUS', 'FULL'],
    ['MEMORY_MIB', '255'],
    ['SQLITE_CACHE_MIB', '0'],
    ['MEDIA_STORE', 'S3'],
    ['PRESIGN_EXPIRES_S', '604801'],
    ['PRESIGN_GRID_S', '0'],
    ['MEDIA_OBJECT_MAX_BYTES', 'Infinity'],
    ['S3_MAX_ATTEMPTS', '0'],
    ['PAGE_LIMIT_MAX', '0'],
    ['LOG_LEVEL', 'verbose'],
  ])('refuses %s=%s, and says what it got and what it takes', (name, text) => {
    const message = refusal({ [name]: text });
    expect(message).toMatch(new RegExp(`^${name} takes .+, not `));
    expect(message).toContain(JSON.stringify(text));
  });

  it('keeps what it refuses on one short line', () => {
    expect(refusal({ PORT: 'a\nb' })).toContain('"a\\nb"');
    expect(refusal({ PORT: '9'.repeat(10_000) }).length).toBeLessThan(250);
  });

  it('refuses a short SECRET_KEY without showing it', () => {
    const message = refusal({ SECRET_KEY: 'hunter2' });
    expect(message).toMatch(/^SECRET_KEY takes at least 32 characters/);
    expect(message).not.toContain('hunter2');
  });

  it('does not show the credentials in a URL that it refuses', () => {
    const message = refusal({ PUBLIC_URL: 'https://user:hunter2@tams.example' });
    expect(message).toMatch(/^PUBLIC_URL takes /);
    expect(message).not.toContain('hunter2');
  });

  it('refuses a default page above the maximum', () => {
    expect(refusal({ PAGE_LIMIT_MAX: '50' })).toMatch(/PAGE_LIMIT_DEFAULT \(100\).*PAGE_LIMIT_MAX \(50\)/);
  });

  it('refuses allocations and signed URLs that are shorter than TAMS allows, and allocations that end before their URLs', () => {
    expect(refusal({ PRESIGN_EXPIRES_S: '29' })).toMatch(/PRESIGN_EXPIRES_S.*30/);
    expect(refusal({ ALLOCATION_EXPIRY_S: '299' })).toMatch(/ALLOCATION_EXPIRY_S.*300/);
    expect(refusal({ ALLOCATION_EXPIRY_S: '300' })).toMatch(/PRESIGN_EXPIRES_S \(3600\).*ALLOCATION_EXPIRY_S \(300\)/);
    expect(loadConfig({ ALLOCATION_EXPIRY_S: '300', PRESIGN_EXPIRES_S: '300' }).reclaim.allocationExpiryS).toBe(300);
  });

  it('refuses signed URLs that would live longer than a week', () => {
    expect(refusal({ PRESIGN_EXPIRES_S: '604800' })).toMatch(/PRESIGN_EXPIRES_S.*PRESIGN_GRID_S.*604800/);
    expect(
      loadConfig({ PRESIGN_EXPIRES_S: '604799', PRESIGN_GRID_S: '1', ALLOCATION_EXPIRY_S: '604799' }).media.presign
        .expiresS,
    ).toBe(604_799);
  });
});

describe('the storage backend of the environment', () => {
  it('is local by default, with an id that never changes', () => {
    const [backend] = loadConfig({ DATA_DIR: '/srv/tams' }).media.backends;
    expect(backend?.id).toMatch(BACKEND_ID);
    expect(loadConfig({ DATA_DIR: '/srv/elsewhere', MEDIA_STORE: 'local' }).media.backends[0]?.id).toBe(backend?.id);
  });

  it('is AWS when only the bucket and the keys are given', () => {
    expect(loadConfig(S3).media.backends).toEqual([
      {
        type: 's3',
        id: expect.stringMatching(BACKEND_ID) as string,
        label: undefined,
        defaultStorage: true,
        provider: 'AWS',
        storeProduct: 'S3',
        availabilityZone: undefined,
        tags: undefined,
        region: 'us-east-1',
        endpoint: undefined,
        publicEndpoint: undefined,
        publicBaseUrl: undefined,
        bucket: 'media',
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'very-secret-value',
        sessionToken: undefined,
        forcePathStyle: false,
        prefix: '',
        adoptPrefixes: [],
      },
    ]);
  });

  it.each([{}, S3])('has the tags of STORAGE_TAGS (%#)', (env) => {
    const tags = { auth_classes: ['news', 'sport'], site: 'north', none: [] };
    const [backend] = loadConfig({ ...env, STORAGE_TAGS: JSON.stringify(tags) }).media.backends;
    expect(backend?.tags).toEqual(tags);
  });

  it.each(['auth_classes=news', '["news"]', '{"copies":2}', '{"site":[["north"]]}', 'null'])(
    'refuses %s as its tags',
    (text) => {
      expect(refusal({ STORAGE_TAGS: text })).toMatch(/^STORAGE_TAGS takes a JSON object whose values are strings/);
    },
  );

  it('takes every S3 variable', () => {
    const env = {
      ...S3,
      S3_ENDPOINT: 'http://minio:9000/',
      S3_PUBLIC_ENDPOINT: 'https://s3.example',
      S3_PUBLIC_BASE_URL: 'https://cdn.example/media/',
      S3_REGION: 'eu-west-2',
      S3_SESSION_TOKEN: 'token',
      S3_FORCE_PATH_STYLE: 'false',
      S3_PREFIX: 'tams/media.v1',
    };
    expect(loadConfig(env).media.backends).toMatchObject([
      {
        endpoint: 'http://minio:9000',
        publicEndpoint: 'https://s3.example',
        publicBaseUrl: 'https://cdn.example/media',
        region: 'eu-west-2',
        sessionToken: 'token',
        forcePathStyle: false,
        prefix: 'tams/media.v1',
        adoptPrefixes: [],
      },
    ]);
  });

  it('puts the bucket into the path where an endpoint is given', () => {
    const [backend] = loadConfig({ ...S3, S3_ENDPOINT: 'http://minio:9000' }).media.backends;
    expect(backend).toMatchObject({ forcePathStyle: true, storeProduct: 'S3-compatible' });
  });

  it('takes the endpoint that AWS tools take, unless it has its own', () => {
    const endpointOf = (env: NodeJS.ProcessEnv) =>
      loadConfig(env).media.backends.map((each) => 'endpoint' in each && each.endpoint);
    const tools = { AWS_ENDPOINT_URL: 'http://all:9000' };
    const s3 = { ...tools, AWS_ENDPOINT_URL_S3: 'http://s3:9000' };
    expect(endpointOf({ ...S3, ...tools })).toEqual(['http://all:9000']);
    expect(endpointOf({ ...S3, ...s3 })).toEqual(['http://s3:9000']);
    expect(endpointOf({ ...S3, ...s3, S3_ENDPOINT: 'http://own:9000' })).toEqual(['http://own:9000']);
    expect(endpointOf({ ...s3, MEDIA_STORE: 'local' })).toEqual([false]);
    expect(refusal({ ...S3, AWS_ENDPOINT_URL: 'minio' })).toMatch(/^AWS_ENDPOINT_URL takes /);
  });

  it('takes the region that AWS tools take, unless it has its own or an endpoint of its own', () => {
    const regionOf = (env: NodeJS.ProcessEnv) => loadConfig(env).media.backends.map(({ region }) => region);
    const fallback = { AWS_DEFAULT_REGION: 'eu-west-1' };
    const tools = { ...fallback, AWS_REGION: 'eu-west-2' };
    expect(regionOf(S3)).toEqual(['us-east-1']);
    expect(regionOf({ ...S3, ...fallback })).toEqual(['eu-west-1']);
    expect(regionOf({ ...S3, ...tools })).toEqual(['eu-west-2']);
    expect(regionOf({ ...S3, ...tools, S3_REGION: 'eu-west-3' })).toEqual(['eu-west-3']);
    expect(regionOf({ ...S3, ...tools, S3_ENDPOINT: 'http://own:9000' })).toEqual(['us-east-1']);
    expect(regionOf({ ...S3, ...tools, AWS_ENDPOINT_URL: 'http://all:9000' })).toEqual(['eu-west-2']);
    expect(regionOf({ ...tools, MEDIA_STORE: 'local' })).toEqual([undefined]);
    expect(refusal({ ...S3, AWS_REGION: 'of the west' })).toMatch(/^AWS_REGION takes /);
  });

  it('knows which variables of AWS tools ask for hosts that it does not go to', () => {
    const hosts = { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'True' };
    const ignored = (env: NodeJS.ProcessEnv): string[] => ignoredHosts(env, loadConfig(env).media.backends);
    expect(ignored({ ...S3, ...hosts })).toEqual(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT']);
    expect(ignored({ ...S3, ...hosts, AWS_USE_FIPS_ENDPOINT: 'false' })).toEqual(['AWS_USE_DUALSTACK_ENDPOINT']);
    expect(ignored({ ...S3, ...hosts, S3_ENDPOINT: 'http://minio:9000' })).toEqual([]);
    expect(ignored({ ...hosts, MEDIA_STORE: 'local' })).toEqual([]);
  });

  it('keeps its id when the endpoint changes, and has another for another bucket', () => {
    const idOf = (env: NodeJS.ProcessEnv): string | undefined => loadConfig(env).media.backends[0]?.id;
    expect(idOf({ ...S3, S3_ENDPOINT: 'http://minio:9000' })).toBe(idOf(S3));
    expect(idOf({ ...S3, S3_BUCKET: 'other' })).not.toBe(idOf(S3));
    expect(idOf(S3)).not.toBe(idOf({}));
  });

  it('needs a bucket for s3', () => {
    expect(refusal({ ...S3, S3_BUCKET: '' })).toBe('S3_BUCKET is not set; MEDIA_STORE=s3 needs it.');
  });

  it('takes both keys, or none: the environment has credentials then', () => {
    const none = { ...S3, S3_ACCESS_KEY_ID: '', S3_SECRET_ACCESS_KEY: '' };
    expect(loadConfig(none).media.backends).toMatchObject([{ accessKeyId: undefined, secretAccessKey: undefined }]);
    const rest = 'set both, or neither to take the credentials of the environment.';
    expect(refusal({ ...S3, S3_ACCESS_KEY_ID: '' })).toBe(
      `S3_SECRET_ACCESS_KEY is set without S3_ACCESS_KEY_ID; ${rest}`,
    );
    expect(refusal({ ...S3, S3_SECRET_ACCESS_KEY: '' })).toBe(
      `S3_ACCESS_KEY_ID is set without S3_SECRET_ACCESS_KEY; ${rest}`,
    );
    expect(refusal({ ...none, S3_SESSION_TOKEN: 'token' })).toBe(
      `S3_SESSION_TOKEN is set without S3_ACCESS_KEY_ID; ${rest}`,
    );
  });

  it.each([
    ['S3_ENDPOINT', 'minio:9000'],
    ['S3_ENDPOINT', 'http://minio:9000/path'],
    ['S3_PUBLIC_BASE_URL', 'cdn.example'],
    ['S3_REGION', 'eu west'],
    ['S3_BUCKET', 'a/b'],
    ['S3_BUCKET', '..'],
    ['S3_FORCE_PATH_STYLE', 'yes'],
    ['S3_PREFIX', '/media'],
    ['S3_PREFIX', 'media/'],
    ['S3_PREFIX', 'a//b'],
    ['S3_PREFIX', 'a/../b'],
    ['S3_PREFIX', '.hidden'],
  ])('refuses %s=%s', (name, text) => {
    expect(refusal({ ...S3, [name]: text })).toMatch(new RegExp(`^${name} takes .+, not ${JSON.stringify(text)}\\.$`));
  });

  it('refuses S3 variables that would have no effect', () => {
    expect(refusal({ S3_BUCKET: 'media' })).toMatch(/^S3_BUCKET has no effect unless MEDIA_STORE is s3/);
    expect(refusal({ MEDIA_STORE: 'local', S3_PREFIX: 'a' })).toMatch(/^S3_PREFIX has no effect/);
  });
});

describe('STORAGE_BACKENDS_FILE', () => {
  const ID_1 = '11111111-1111-4111-8111-111111111111';
  const ID_2 = '22222222-2222-4222-9222-222222222222';
  const local = { id: ID_1, type: 'local' };
  const s3 = { id: ID_2, type: 's3', bucket: 'media', access_key_id: 'AKID', secret_access_key: 'hunter2' };
  let folder = '';
  let files = 0;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tams-config-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function envOf(content: unknown): NodeJS.ProcessEnv {
    files += 1;
    const file = join(folder, `${files}.json`);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return { STORAGE_BACKENDS_FILE: file, DATA_DIR: '/srv/tams' };
  }

  it('gives stores without an endpoint or a region those of AWS tools', () => {
    const tools = { AWS_ENDPOINT_URL: 'http://all:9000', AWS_REGION: 'eu-west-2' };
    const own = { ...s3, id: ID_1, bucket: 'other', endpoint: 'http://own:9000' };
    const elsewhere = { ...s3, id: '33333333-3333-4333-9333-333333333333', bucket: 'third', region: 'eu-west-3' };
    expect(loadConfig({ ...envOf([s3, own, elsewhere]), ...tools }).media.backends).toMatchObject([
      { endpoint: 'http://all:9000', region: 'eu-west-2' },
      { endpoint: 'http://own:9000', region: 'us-east-1' },
      { endpoint: 'http://all:9000', region: 'eu-west-3' },
    ]);
  });

  it('lists the backends in order of preference', () => {
    const entries = [
      {
        ...s3,
        label: 'fast',
        default_storage: true,
        provider: 'VAST',
        store_product: 'VAST S3',
        region: 'eu-west-2',
        availability_zone: 'rack-4',
        endpoint: 'https://s3.internal',
        public_endpoint: 'https://s3.example',
        public_base_url: 'https://cdn.example',
        session_token: 'token',
        force_path_style: false,
        prefix: 'tams',
        adopt_prefixes: ['rushes', '*'],
        tags: { auth_classes: ['news'], site: 'north' },
      },
      { ...local, label: 'near', path: 'near' },
    ];
    expect(loadConfig(envOf(entries)).media.backends).toEqual([
      {
        type: 's3',
        id: ID_2,
        label: 'fast',
        defaultStorage: true,
        provider: 'VAST',
        storeProduct: 'VAST S3',
        region: 'eu-west-2',
        availabilityZone: 'rack-4',
        tags: { auth_classes: ['news'], site: 'north' },
        endpoint: 'https://s3.internal',
        publicEndpoint: 'https://s3.example',
        publicBaseUrl: 'https://cdn.example',
        bucket: 'media',
        accessKeyId: 'AKID',
        secretAccessKey: 'hunter2',
        sessionToken: 'token',
        forcePathStyle: false,
        prefix: 'tams',
        adoptPrefixes: ['rushes', '*'],
      },
      {
        type: 'local',
        id: ID_1,
        label: 'near',
        defaultStorage: false,
        provider: 'local',
        storeProduct: 'file system',
        region: undefined,
        availabilityZone: undefined,
        tags: undefined,
        path: '/srv/tams/near',
      },
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['text that is no JSON', '[{"secret_access_key":"hunter2"', /not valid JSON/],
    ['something else than a list', { backends: [local] }, /list of at least one/],
    ['an empty list', [], /list of at least one/],
    ['an entry that is no object', [local, 'hunter2'], /entry 2 .*type is local or s3/],
    ['an unknown type', [{ ...local, type: 'ftp' }], /entry 1 .*type is local or s3/],
    ['an unknown key', [local, { ...s3, buckets: 'hunter2' }], /entry 2 has the unknown key "buckets"/],
    ['a key of the other type', [{ ...local, bucket: 'media' }], /entry 1 has the unknown key "bucket"/],
    [
      'half of the keys',
      [{ id: ID_2, type: 's3', bucket: 'b-1', access_key_id: 'k' }],
      /entry 1: access_key_id is set without secret_access_key; set both, or neither/,
    ],
    ['a missing key', [{ id: ID_2, type: 's3' }], /entry 1 lacks the key bucket/],
    ['an id that is no lower-case UUID', [{ ...local, id: 'AAAA' }], /entry 1 has a wrong id/],
    ['a value of the wrong type', [{ ...s3, force_path_style: 'true' }], /entry 1 has a wrong force_path_style/],
    ['a tag that is a number', [local, { ...s3, tags: { site: 3 } }], /entry 2 has a wrong tags\/site/],
    ['a tag of a list of lists', [{ ...local, tags: { site: [['a']] } }], /entry 1 has a wrong tags\/site/],
    ['tags that are a list', [{ ...local, tags: ['news'] }], /entry 1 has a wrong tags/],
    ['an endpoint without a scheme', [{ ...s3, endpoint: 's3.example' }], /entry 1: endpoint takes an http/],
    ['a bucket that is none', [{ ...s3, bucket: 'a/b' }], /entry 1: bucket takes/],
    ['two backends of one id', [local, { ...s3, id: ID_1 }], /same id/],
    [
      'two backends of one label',
      [
        { ...local, label: 'a' },
        { ...s3, label: 'a' },
      ],
      /same label, "a"/,
    ],
    ['two backends in one folder', [local, { ...local, id: ID_2 }], /same place/],
    ['two backends in one bucket', [s3, { ...s3, id: ID_1 }], /same place/],
    [
      'two defaults',
      [
        { ...local, default_storage: true },
        { ...s3, default_storage: true },
      ],
      /default_storage/,
    ],
  ])('refuses %s', (_, content, problem) => {
    const message = refusal(envOf(content));
    expect(message).toMatch(/^STORAGE_BACKENDS_FILE/);
    expect(message).toMatch(problem);
    expect(message).not.toContain('hunter2');
  });

  it('names a file that cannot be read', () => {
    expect(refusal({ STORAGE_BACKENDS_FILE: join(folder, 'missing.json') })).toMatch(/missing\.json.*ENOENT/);
  });

  it('refuses variables that would have no effect beside it', () => {
    expect(refusal({ ...envOf([local]), MEDIA_STORE: 'local' })).toMatch(/^MEDIA_STORE has no effect beside/);
    expect(refusal({ ...envOf([local]), S3_BUCKET: 'media' })).toMatch(/^S3_BUCKET has no effect beside/);
    expect(refusal({ ...envOf([local]), STORAGE_TAGS: '{}' })).toMatch(/^STORAGE_TAGS has no effect beside/);
  });
});

describe('.env.example', () => {
  it('names exactly the variables that are read', () => {
    const read = new Set<string>();
    const recording = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
      new Proxy(env, {
        get: (target, name) => {
          read.add(String(name));
          return target[String(name)];
        },
      });
    loadConfig(recording({}));
    loadConfig(recording(S3));
    const database = { TABLE_ENGINE: 'postgres', DATABASE_URL: 'postgresql://h/d', SECRET_KEY: 's'.repeat(32) };
    loadConfig(recording(database));
    const cluster = {
      TABLE_ENGINE: 'vast',
      VAST_ENDPOINTS: 'https://c',
      VAST_ACCESS_KEY: 'a',
      VAST_SECRET_KEY: 's',
      VAST_BUCKET: 'tables',
      VAST_SCHEMA: 'tams',
      SECRET_KEY: 's'.repeat(32),
    };
    loadConfig(recording(cluster));
    expect(Object.keys(parseEnv(EXAMPLE)).sort()).toEqual([...read].sort());
  });

  it('gives the defaults', () => {
    expect(loadConfig(parseEnv(EXAMPLE))).toEqual(loadConfig({}));
    const valued = Object.entries(parseEnv(EXAMPLE)).filter(([, value]) => value !== '');
    expect(valued.length).toBeGreaterThan(25);
  });

  it('says of every variable what it means, in the line above it', () => {
    const lines = EXAMPLE.split('\n');
    for (const [index, line] of lines.entries()) {
      if (line !== '' && !line.startsWith('#')) expect(lines[index - 1]).toMatch(/^# [A-Za-z].*\.$/);
    }
  });
});
