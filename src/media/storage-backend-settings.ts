import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Type } from '../shared/type-builder.ts';
import type { Static } from 'typebox';
import { schemaLibrary } from '../shared/schema-library.ts';
import { UUID_PATTERN, uuidOf } from '../shared/uuid.ts';
import { ConfigError, type Environment, parseAs } from '../config/environment.ts';
import * as syntax from '../config/text-syntax.ts';
import type { TextSyntax } from '../config/text-syntax.ts';
import { BACKEND_TAGS, BackendTags } from './storage-backend.ts';

interface BackendDescription {
  readonly id: string;
  readonly label: string | undefined;
  readonly defaultStorage: boolean;
  readonly provider: string;
  readonly storeProduct: string;
  readonly availabilityZone: string | undefined;
  readonly tags: BackendTags | undefined;
}

interface LocalBackendConfig extends BackendDescription {
  readonly type: 'local';
  readonly region: string | undefined;
  /** Absolute folder of the media. */
  readonly path: string;
}

interface S3BackendConfig extends BackendDescription {
  readonly type: 's3';
  readonly region: string;
  /** An origin; undefined for AWS. */
  readonly endpoint: string | undefined;
  /** The origin that clients reach, and that is signed into URLs; undefined where it is `endpoint`. */
  readonly publicEndpoint: string | undefined;
  readonly bucket: string;
  /** Undefined, with the secret: credentials of the environment, by AWS's provider chain. */
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
  readonly forcePathStyle: boolean;
  /** Folders within the bucket, without slashes around; may be empty. */
  readonly prefix: string;
  /** Folders of keys that others wrote, which may be adopted; `*` for all keys. */
  readonly adoptPrefixes: readonly string[];
  /** Base of unsigned URLs, without a slash at its end, where the bucket can be read without a signature. */
  readonly publicBaseUrl: string | undefined;
}

export type BackendConfig = LocalBackendConfig | S3BackendConfig;

const text = Type.String({ minLength: 1 });
const description = {
  id: Type.String({ pattern: UUID_PATTERN }),
  label: Type.Optional(text),
  default_storage: Type.Optional(Type.Boolean()),
  provider: Type.Optional(text),
  region: Type.Optional(text),
  availability_zone: Type.Optional(text),
  store_product: Type.Optional(text),
  tags: Type.Optional(BackendTags),
};
const strict = { additionalProperties: false };
const LocalEntry = Type.Object({ ...description, type: Type.Literal('local'), path: Type.Optional(text) }, strict);
const S3Entry = Type.Object(
  {
    ...description,
    type: Type.Literal('s3'),
    endpoint: Type.Optional(text),
    public_endpoint: Type.Optional(text),
    public_base_url: Type.Optional(text),
    bucket: text,
    access_key_id: Type.Optional(text),
    secret_access_key: Type.Optional(text),
    session_token: Type.Optional(text),
    force_path_style: Type.Optional(Type.Boolean()),
    prefix: Type.Optional(text),
    adopt_prefixes: Type.Optional(Type.Array(text, { maxItems: 1000 })),
  },
  strict,
);
type LocalEntry = Static<typeof LocalEntry>;
type S3Entry = Static<typeof S3Entry>;

/** The texts of an S3 entry: the variable that gives each when there is no file, and what it takes. */
const S3_TEXTS = {
  endpoint: { variable: 'S3_ENDPOINT', syntax: syntax.ORIGIN },
  public_endpoint: { variable: 'S3_PUBLIC_ENDPOINT', syntax: syntax.ORIGIN },
  public_base_url: { variable: 'S3_PUBLIC_BASE_URL', syntax: syntax.BASE_URL },
  region: { variable: 'S3_REGION', syntax: syntax.REGION },
  bucket: { variable: 'S3_BUCKET', syntax: syntax.BUCKET },
  access_key_id: { variable: 'S3_ACCESS_KEY_ID', syntax: syntax.secretText(1) },
  secret_access_key: { variable: 'S3_SECRET_ACCESS_KEY', syntax: syntax.secretText(1) },
  session_token: { variable: 'S3_SESSION_TOKEN', syntax: syntax.secretText(1) },
  prefix: { variable: 'S3_PREFIX', syntax: syntax.KEY_PREFIX },
} satisfies Partial<Record<Exclude<keyof S3Entry, 'adopt_prefixes'>, { variable: string; syntax: TextSyntax<string> }>>;

type S3Text = keyof typeof S3_TEXTS;
const S3_TEXT_NAMES = Object.keys(S3_TEXTS) as S3Text[];

const FORCE_PATH_STYLE = 'S3_FORCE_PATH_STYLE';
const ADOPT_PREFIXES = 'S3_ADOPT_PREFIXES';
const S3_VARIABLES = [...Object.values(S3_TEXTS).map(({ variable }) => variable), FORCE_PATH_STYLE, ADOPT_PREFIXES];
const TAGS_VARIABLE = 'STORAGE_TAGS';
/** The variables by which AWS's tools go to another store. The first that is set holds, for every store without an endpoint of its own. */
const AWS_ENDPOINTS = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'];
/** Those for the region. A store with an endpoint of its own is not on AWS, and has none of theirs. */
const AWS_REGIONS = ['AWS_REGION', 'AWS_DEFAULT_REGION'];
/** The variables by which AWS's tools go to other hosts of AWS. */
const AWS_HOSTS = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'];
/** The region that S3 clients sign with if a store has none. */
const DEFAULT_REGION = 'us-east-1';

/**
 * The storage backends: those of STORAGE_BACKENDS_FILE, or the one of MEDIA_STORE. At least one; ids, labels and places
 * differ; at most one is the default. Variables without effect are a ConfigError too: it would take long to notice that
 * media goes to the wrong store.
 */
export function readBackends(env: Environment, dataDir: string): BackendConfig[] {
  const file = env.text('STORAGE_BACKENDS_FILE');
  const store = env.choice('MEDIA_STORE', ['local', 's3']);
  const s3Variable = S3_VARIABLES.find((name) => env.text(name) !== undefined);
  if (file !== undefined) {
    const tags = env.text(TAGS_VARIABLE) === undefined ? undefined : TAGS_VARIABLE;
    const other = store === undefined ? (s3Variable ?? tags) : 'MEDIA_STORE';
    if (other === undefined) return readFile(env, file, dataDir);
    throw new ConfigError(`${other} has no effect beside STORAGE_BACKENDS_FILE; unset one of the two.`);
  }
  if (store === 's3') return [s3FromEnvironment(env)];
  if (s3Variable === undefined) {
    const tags = env.parsed(TAGS_VARIABLE, BACKEND_TAGS);
    return [{ ...toLocalBackend({ type: 'local', id: idOf('local'), default_storage: true }, dataDir), tags }];
  }
  throw new ConfigError(`${s3Variable} has no effect unless MEDIA_STORE is s3; set that or unset ${s3Variable}.`);
}

function s3FromEnvironment(env: Environment): S3BackendConfig {
  const texts: Partial<Record<S3Text, string>> = {};
  for (const key of S3_TEXT_NAMES) texts[key] = env.parsed(S3_TEXTS[key].variable, S3_TEXTS[key].syntax);
  const { bucket } = texts;
  if (bucket === undefined) throw new ConfigError('S3_BUCKET is not set; MEDIA_STORE=s3 needs it.');
  const problem = problemOfKeys(
    (key) => S3_TEXTS[key].variable,
    (key) => texts[key] !== undefined,
  );
  if (problem !== undefined) throw new ConfigError(`${problem}.`);
  const backend = withToolsDefaults(env, {
    type: 's3',
    // The endpoint is not hashed: a store keeps its id, and with it its media, when its address changes.
    id: idOf(`s3:${bucket}`),
    default_storage: true,
    ...texts,
    bucket,
    force_path_style: env.flag(FORCE_PATH_STYLE),
    adopt_prefixes: env.parsed(ADOPT_PREFIXES, syntax.KEY_FOLDER_LIST),
  });
  return { ...backend, tags: env.parsed(TAGS_VARIABLE, BACKEND_TAGS) };
}

function withToolsDefaults(env: Environment, entry: S3Entry): S3BackendConfig {
  if (entry.endpoint !== undefined) return toS3Backend(entry);
  const endpoint = ofTools(env, AWS_ENDPOINTS, syntax.ORIGIN);
  return toS3Backend({ ...entry, endpoint, region: entry.region ?? ofTools(env, AWS_REGIONS, syntax.REGION) });
}

function ofTools(env: Environment, names: readonly string[], takes: TextSyntax<string>): string | undefined {
  const variable = names.find((name) => env.text(name) !== undefined);
  return variable === undefined ? undefined : env.parsed(variable, takes);
}

/** Variables of AWS's tools that ask for other hosts, where a store is on AWS: it does not go there, which an operator has to know. */
export function ignoredHosts(variables: NodeJS.ProcessEnv, backends: readonly BackendConfig[]): string[] {
  if (!backends.some((backend) => backend.type === 's3' && backend.endpoint === undefined)) return [];
  return AWS_HOSTS.filter((name) => variables[name]?.toLowerCase() === 'true');
}

function readFile(env: Environment, file: string, dataDir: string): BackendConfig[] {
  const entries = parseJson(file);
  if (!Array.isArray(entries) || entries.length === 0) throw fileError('takes a JSON list of at least one backend');
  const backends = entries.map((entry: unknown, index) => toBackend(env, entry, `entry ${index + 1}`, dataDir));
  refuseRepeated(backends, 'id', (backend) => backend.id);
  refuseRepeated(backends, 'label', (backend) => backend.label);
  refuseRepeated(backends, 'place', placeOf);
  if (backends.filter((backend) => backend.defaultStorage).length > 1) {
    throw fileError('has several entries with default_storage; leave it with one');
  }
  return backends;
}

function parseJson(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError(`STORAGE_BACKENDS_FILE names ${JSON.stringify(file)}, which cannot be read (${reason}).`);
  }
  try {
    return JSON.parse(content);
  } catch {
    // The parser's own message quotes the text around the fault, which may be a key.
    throw fileError('is not valid JSON');
  }
}

function toBackend(env: Environment, entry: unknown, name: string, dataDir: string): BackendConfig {
  const type = typeof entry === 'object' && entry !== null && 'type' in entry ? entry.type : undefined;
  if (type !== 'local' && type !== 's3') throw fileError(`${name} takes an object whose type is local or s3`);
  const problem = problemOf(type === 'local' ? LocalEntry : S3Entry, entry);
  if (problem !== undefined) throw fileError(`${name} ${problem}`);
  if (type === 'local') return toLocalBackend(entry as LocalEntry, dataDir);

  const normalized = { ...(entry as S3Entry) };
  for (const key of S3_TEXT_NAMES) {
    const value = normalized[key];
    if (value !== undefined) {
      normalized[key] = parseAs(`STORAGE_BACKENDS_FILE: ${name}: ${key}`, value, S3_TEXTS[key].syntax);
    }
  }
  if (normalized.adopt_prefixes !== undefined) {
    const where = `STORAGE_BACKENDS_FILE: ${name}: adopt_prefixes`;
    normalized.adopt_prefixes = normalized.adopt_prefixes.map((each) => parseAs(where, each, syntax.KEY_FOLDER));
  }
  const keyProblem = problemOfKeys(String, (key) => normalized[key] !== undefined);
  if (keyProblem !== undefined) throw fileError(`${name}: ${keyProblem}`);
  return withToolsDefaults(env, normalized);
}

type KeyName = 'access_key_id' | 'secret_access_key' | 'session_token';

/** Keys are set together. Without keys the environment has a role or a profile. */
function problemOfKeys(nameOf: (key: KeyName) => string, isSet: (key: KeyName) => boolean): string | undefined {
  const missing = (['access_key_id', 'secret_access_key'] as const).filter((key) => !isSet(key));
  const given = (['access_key_id', 'secret_access_key', 'session_token'] as const).find(isSet);
  const [lacking] = missing;
  if (lacking === undefined || given === undefined) return undefined;
  return `${nameOf(given)} is set without ${nameOf(lacking)}; set both, or neither to take the credentials of the environment`;
}

/** The problem of an entry, without its values. */
function problemOf(schema: typeof LocalEntry | typeof S3Entry, entry: unknown): string | undefined {
  const [, errors] = schemaLibrary().Errors(schema, entry);
  for (const error of errors) {
    if (error.keyword === 'additionalProperties') {
      return `has the unknown key ${JSON.stringify(error.params.additionalProperties[0])}`;
    }
    if (error.keyword === 'required') return `lacks the key ${error.params.requiredProperties.join(', ')}`;
  }
  const [first] = errors;
  return first === undefined ? undefined : `has a wrong ${first.instancePath.slice(1)}: it ${first.message}`;
}

function toLocalBackend(entry: LocalEntry, dataDir: string): LocalBackendConfig {
  return {
    type: 'local',
    ...describe(entry, { provider: 'local', storeProduct: 'file system' }),
    region: entry.region,
    path: resolve(dataDir, entry.path ?? 'media'),
  };
}

function toS3Backend(entry: S3Entry): S3BackendConfig {
  const isAws = entry.endpoint === undefined;
  return {
    type: 's3',
    ...describe(
      entry,
      isAws ? { provider: 'AWS', storeProduct: 'S3' } : { provider: 'other', storeProduct: 'S3-compatible' },
    ),
    region: entry.region ?? DEFAULT_REGION,
    endpoint: entry.endpoint,
    publicEndpoint: entry.public_endpoint,
    bucket: entry.bucket,
    accessKeyId: entry.access_key_id,
    secretAccessKey: entry.secret_access_key,
    sessionToken: entry.session_token,
    // A bucket as part of the host name needs a wildcard in DNS, which most stores outside of AWS lack.
    forcePathStyle: entry.force_path_style ?? !isAws,
    prefix: entry.prefix ?? '',
    adoptPrefixes: entry.adopt_prefixes ?? [],
    publicBaseUrl: entry.public_base_url,
  };
}

function describe(
  entry: LocalEntry | S3Entry,
  fallback: Pick<BackendDescription, 'provider' | 'storeProduct'>,
): BackendDescription {
  return {
    id: entry.id,
    label: entry.label,
    defaultStorage: entry.default_storage ?? false,
    provider: entry.provider ?? fallback.provider,
    storeProduct: entry.store_product ?? fallback.storeProduct,
    availabilityZone: entry.availability_zone,
    tags: entry.tags,
  };
}

/** Two backends in one place would reclaim each other's media. */
function placeOf(backend: BackendConfig): string {
  if (backend.type === 'local') return backend.path;
  return `bucket ${backend.bucket} of ${backend.endpoint ?? 'AWS'}, prefix ${JSON.stringify(backend.prefix)}`;
}

function refuseRepeated(
  backends: readonly BackendConfig[],
  what: string,
  valueOf: (backend: BackendConfig) => string | undefined,
): void {
  const seen = new Set<string>();
  for (const backend of backends) {
    const value = valueOf(backend);
    if (value === undefined) continue;
    if (seen.has(value))
      throw fileError(`has two entries of the same ${what}, ${JSON.stringify(value)}; give each its own`);
    seen.add(value);
  }
}

/** An id that is the same at every start. */
const idOf = (name: string): string => uuidOf(`tams storage backend ${name}`);

function fileError(problem: string): ConfigError {
  return new ConfigError(`STORAGE_BACKENDS_FILE ${problem}.`);
}
