import { ConfigError, type Environment } from '../config/environment.ts';
import type { MemoryBudget } from '../config/memory-budget.ts';
import * as syntax from '../config/text-syntax.ts';
import type { TextSyntax } from '../config/text-syntax.ts';
import { type Balancing, BALANCINGS } from './cluster/balancing.ts';

/** A VAST cluster, and where in it the tables are. */
interface VastTablesConfig {
  /** Origins, each once. */
  readonly endpoints: readonly string[];
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly schema: string;
  /** How reads and writes are spread over the endpoints. */
  readonly balancing: Balancing;
}

/** A PostgreSQL database, and where in it the tables are. */
interface PostgresTablesConfig {
  /** With its password: never to be logged. */
  readonly url: string;
  readonly replicaUrl: string | undefined;
  readonly schema: string;
  readonly poolSize: number;
  /** 0: none. */
  readonly statementTimeoutMs: number;
}

export interface TablesConfig {
  readonly engine: 'sqlite' | 'vast' | 'postgres';
  readonly sqlite: { readonly synchronous: 'full' | 'normal'; readonly cacheMib: number };
  /** Undefined unless the engine is vast. */
  readonly vast: VastTablesConfig | undefined;
  /** Undefined unless the engine is postgres. */
  readonly postgres: PostgresTablesConfig | undefined;
}

const VAST_VARIABLES = ['VAST_ENDPOINTS', 'VAST_ACCESS_KEY', 'VAST_SECRET_KEY', 'VAST_BUCKET', 'VAST_SCHEMA'] as const;

const POSTGRES_VARIABLES = ['DATABASE_URL', 'DATABASE_REPLICA_URL'] as const;

/** Credentials and TLS are in it, as libpq names them. */
const DATABASE_URL: TextSyntax<string> = {
  parse: (text) => {
    const url = /^postgres(ql)?:\/\//.test(text) ? URL.parse(text) : null;
    // It may stand among the parameters as well, where no URL looks at it; the client would wait for ever.
    const port = Number(url?.searchParams.get('port') ?? 1);
    return url !== null && Number.isInteger(port) && port > 0 && port <= 65_535 ? text : undefined;
  },
  takes: 'postgresql://user:password@host:port/database, characters of the password percent-encoded',
};

const POSTGRES_SCHEMA: TextSyntax<string> = {
  parse: (text) => (/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text) && !text.startsWith('pg_') ? text : undefined),
  takes: 'the name of a schema (A-Z a-z 0-9 _, at most 63, not beginning with pg_)',
};

const SCHEMA_NAME: TextSyntax<string> = {
  parse: (text) => (/^[A-Za-z0-9_-]{1,127}$/.test(text) ? text : undefined),
  takes: 'the name of a schema (A-Z a-z 0-9 _ -)',
};

/**
 * The place of the tables. VAST_* or DATABASE_* variables of another engine are a ConfigError: somebody who names a
 * database means to use it.
 */
export function readTables(env: Environment, memory: MemoryBudget): TablesConfig {
  const engine = env.choice('TABLE_ENGINE', ['sqlite', 'vast', 'postgres']) ?? 'sqlite';
  return {
    engine,
    sqlite: {
      synchronous: env.choice('SQLITE_SYNCHRONOUS', ['full', 'normal']) ?? 'full',
      cacheMib: env.integer('SQLITE_CACHE_MIB', { default: memory.tables, min: 1, max: 65_536 }),
    },
    vast: readVast(env, engine),
    postgres: readPostgres(env, engine),
  };
}

function readPostgres(env: Environment, engine: TablesConfig['engine']): PostgresTablesConfig | undefined {
  if (!isMeant(env, engine, 'postgres', POSTGRES_VARIABLES)) return undefined;
  const url = env.parsed('DATABASE_URL', DATABASE_URL);
  if (url === undefined) throw new ConfigError('DATABASE_URL is not set; TABLE_ENGINE=postgres needs it.');
  requireSharedKey(env, engine);
  return {
    url,
    replicaUrl: env.parsed('DATABASE_REPLICA_URL', DATABASE_URL),
    schema: env.parsed('DATABASE_SCHEMA', POSTGRES_SCHEMA) ?? 'tams',
    poolSize: env.integer('DATABASE_POOL_SIZE', { default: 16, min: 1, max: 1000 }),
    statementTimeoutMs: env.integer('DATABASE_STATEMENT_TIMEOUT_MS', { default: 30_000, min: 0, max: 3_600_000 }),
  };
}

/** Whether the variables belong to the chosen engine; on others they have no effect. */
function isMeant(
  env: Environment,
  engine: TablesConfig['engine'],
  own: TablesConfig['engine'],
  variables: readonly string[],
): boolean {
  if (engine === own) return true;
  const stray = variables.find((name) => env.text(name) !== undefined);
  if (stray === undefined) return false;
  throw new ConfigError(`${stray} has no effect unless TABLE_ENGINE is ${own}; set that or unset ${stray}.`);
}

/** Replicas must share the key: they open what others have sealed. */
function requireSharedKey(env: Environment, engine: TablesConfig['engine']): void {
  if (env.text('SECRET_KEY') !== undefined) return;
  throw new ConfigError(
    `SECRET_KEY is not set; TABLE_ENGINE=${engine} needs it, the same for all replicas of the server.`,
  );
}

function readVast(env: Environment, engine: TablesConfig['engine']): VastTablesConfig | undefined {
  if (!isMeant(env, engine, 'vast', VAST_VARIABLES)) return undefined;
  const config = readVastPlace(env);
  requireSharedKey(env, engine);
  return config;
}

/** A cluster and a schema on it, of this server or of somebody else. */
export function readVastPlace(env: Environment): VastTablesConfig {
  const required = <Value>(name: (typeof VAST_VARIABLES)[number], textSyntax: TextSyntax<Value>): Value => {
    const value = env.parsed(name, textSyntax);
    if (value === undefined) throw new ConfigError(`${name} is not set; a VAST cluster needs it.`);
    return value;
  };
  return {
    endpoints: [...new Set(required('VAST_ENDPOINTS', syntax.ORIGIN_LIST))],
    accessKey: required('VAST_ACCESS_KEY', syntax.secretText(1)),
    secretKey: required('VAST_SECRET_KEY', syntax.secretText(1)),
    bucket: required('VAST_BUCKET', syntax.BUCKET),
    schema: required('VAST_SCHEMA', SCHEMA_NAME),
    balancing: env.choice('VAST_BALANCING', BALANCINGS) ?? 'least_in_flight',
  };
}
