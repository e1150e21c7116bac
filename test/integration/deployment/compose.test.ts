import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/settings.ts';
import { findModuleFile } from './support/go-tools.ts';
import { OTHER_VARIABLES, SERVER_VARIABLES } from './support/settings.ts';

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly env_file?: readonly (string | { readonly path: string; readonly required: boolean })[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | { readonly type: string; readonly source: string })[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
}
interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

const FILES = ['dev', 'postgres', 'production', 'observability'].map((name) => `docker/compose.${name}.yaml`);
const GIVEN: Readonly<Record<string, string>> = { TAMS_HOST: 'tams.example', GRAFANA_ADMIN_PASSWORD: 'of the test' };

/** A file as Compose reads it: `${NAME:-default}` and `${NAME:?message}` stand for values, `$$` for a dollar. */
function readCompose(file: string): ComposeFile {
  const text = readFileSync(file, 'utf8').replace(
    /\$\$|\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}/g,
    (all, name: string | undefined, byDefault: string | undefined) =>
      name === undefined ? '$' : (GIVEN[name] ?? byDefault ?? all),
  );
  return parse(text, { merge: true }) as ComposeFile;
}

const schemaFile = findModuleFile('github.com/compose-spec/compose-go/v2@*/schema/compose-spec.json');
if (schemaFile === undefined) {
  console.warn('The compose files are not held against their schema: .ci/deployment-tools.sh downloads it.');
}

describe.each(FILES)('%s', (file) => {
  const { services, volumes = {} } = readCompose(file);

  it.skipIf(schemaFile === undefined)('is a compose file', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile ?? '', 'utf8')) as object);
    expect(validate(readCompose(file)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { tams: { imagen: 'a' } } })).toBe(false);
  });

  it('sets variables that the server knows', () => {
    const names = Object.keys(services['tams']?.environment ?? {});
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !SERVER_VARIABLES.has(name) && !OTHER_VARIABLES.has(name))).toEqual([]);
  });

  it('mounts files that are there, and volumes that it names', () => {
    const mounts = Object.values(services).flatMap(({ volumes: each = [] }) => each);
    const sources = mounts.map((mount) => (typeof mount === 'string' ? (mount.split(':')[0] ?? '') : mount.source));
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      // The operator's own files.
      if (source === './files') continue;
      if (source.startsWith('.')) expect(existsSync(join(dirname(file), source)), source).toBe(true);
      else expect(Object.keys(volumes)).toContain(source);
    }
  });

  it('takes images of a version', () => {
    for (const { image } of Object.values(services)) {
      if (image !== undefined) expect(image).toMatch(/:(v?\d[\w.]*|dev)$/);
    }
  });
});

/**
 * The server's environment of a file, beside what its image sets. `operator` is what stands in the file of variables that
 * need not be there.
 */
function environment(file: string, operator: Record<string, string> = {}): Record<string, string | undefined> {
  const image = { HOST: '0.0.0.0', PORT: '8000', DATA_DIR: '/var/lib/tams' };
  const { environment: own = {}, env_file: files = [] } = readCompose(file).services['tams'] ?? {};
  const ofFiles = files.map((each) =>
    typeof each === 'string' ? parseEnv(readFileSync(join(dirname(file), each), 'utf8')) : operator,
  );
  const ofFile = Object.entries(own).map(([name, value]) => [name, String(value)]);
  return Object.assign({}, image, ...ofFiles, Object.fromEntries(ofFile)) as Record<string, string | undefined>;
}

describe('the server in compose', () => {
  it('starts with the variables for development, reachable from this machine only', () => {
    const config = loadConfig(environment('docker/compose.dev.yaml'));
    expect(config.features.auth.modes).toEqual([]);
    expect(config.http.corsOrigins).toEqual(['http://127.0.0.1:8000', 'http://localhost:8000']);
    expect(config.media.backends).toMatchObject([{ type: 's3', publicEndpoint: 'http://127.0.0.1:7070' }]);
    const ports = Object.values(readCompose('docker/compose.dev.yaml').services).flatMap(
      ({ ports: each = [] }) => each,
    );
    expect(ports.length).toBeGreaterThan(1);
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
  });

  it('starts with the variables for production, which let nobody in who has not signed in', () => {
    const config = loadConfig(environment('docker/compose.production.yaml'));
    expect(config.features.auth.modes).toEqual(['token']);
    expect(config.http.publicUrl).toBe('https://tams.example');
    const jwt = {
      AUTH_MODE: 'jwt',
      AUTH_JWKS_URL: 'https://identity.example/keys',
      AUTH_ISSUER: 'https://identity.example/',
      AUTH_AUDIENCE: 'tams',
    };
    expect(loadConfig(environment('docker/compose.production.yaml', jwt)).features.auth.modes).toEqual(['jwt']);
    const { services } = readCompose('docker/compose.production.yaml');
    expect(services['tams']?.ports).toBeUndefined();
    expect(Number.parseInt(services['tams']?.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(
      config.operation.stopDelayMs + 30_000,
    );
  });

  it('has its tables in PostgreSQL where the file for that is added, which nothing outside reaches', () => {
    const both = { ...environment('docker/compose.dev.yaml'), ...environment('docker/compose.postgres.yaml') };
    const { tables, media } = loadConfig(both);
    expect(media.backends).toMatchObject([{ type: 's3' }]);
    const { postgres } = readCompose('docker/compose.postgres.yaml').services;
    const { username, password, hostname, pathname } = new URL(tables.postgres?.url ?? '');
    expect({ hostname, username, password, pathname }).toEqual({
      hostname: 'postgres',
      username: postgres?.environment?.['POSTGRES_USER'],
      password: postgres?.environment?.['POSTGRES_PASSWORD'],
      pathname: `/${postgres?.environment?.['POSTGRES_DB'] ?? ''}`,
    });
    expect(postgres?.ports).toBeUndefined();
    // As `docker compose config` checks the two together: the server waits for what is there, and says how it is.
    const services = ['dev', 'postgres'].map((name) => readCompose(`docker/compose.${name}.yaml`).services);
    const all = new Map(services.flatMap((each) => Object.entries(each)));
    const awaited = services.flatMap(({ tams }) => Object.entries(tams?.depends_on ?? {}));
    expect(awaited).toContainEqual(['postgres', { condition: 'service_healthy' }]);
    for (const [name, { condition }] of awaited) {
      expect([...all.keys()]).toContain(name);
      if (condition === 'service_healthy') expect(all.get(name)?.healthcheck).toBeDefined();
    }
  });

  it('traces and is watched where the file for that is added', () => {
    const both = { ...environment('docker/compose.dev.yaml'), ...environment('docker/compose.observability.yaml') };
    const { operation } = loadConfig(both);
    expect(operation.tracing?.endpoint).toBe('http://jaeger:4318');
    const prometheus = readFileSync('docker/observability/prometheus.yaml', 'utf8');
    expect(prometheus).toContain(`targets: ['tams:${String(operation.metricsPort)}']`);
  });
});
