import { ConfigError, type Environment } from './environment.ts';
import * as syntax from './text-syntax.ts';
import type { TextSyntax } from './text-syntax.ts';

/** A VAST cluster, and where in it the tables are. */
export interface VastTablesConfig {
  /** Origins, each once. */
  readonly endpoints: readonly string[];
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly schema: string;
}

export interface TablesConfig {
  readonly engine: 'sqlite' | 'vast';
  readonly sqlite: { readonly synchronous: 'full' | 'normal'; readonly cacheMib: number };
  /** Undefined unless the engine is vast. */
  readonly vast: VastTablesConfig | undefined;
}

const VAST_VARIABLES = ['VAST_ENDPOINTS', 'VAST_ACCESS_KEY', 'VAST_SECRET_KEY', 'VAST_BUCKET', 'VAST_SCHEMA'] as const;

const SCHEMA_NAME: TextSyntax<string> = {
  parse: (text) => (/^[A-Za-z0-9_-]{1,127}$/.test(text) ? text : undefined),
  takes: 'the name of a schema (A-Z a-z 0-9 _ -)',
};

/** Where the tables are. VAST_* without TABLE_ENGINE=vast is a ConfigError: who names a cluster means to use it. */
export function readTables(env: Environment): TablesConfig {
  const engine = env.choice('TABLE_ENGINE', ['sqlite', 'vast']) ?? 'sqlite';
  return {
    engine,
    sqlite: {
      synchronous: env.choice('SQLITE_SYNCHRONOUS', ['full', 'normal']) ?? 'full',
      cacheMib: env.integer('SQLITE_CACHE_MIB', { default: 64, min: 1, max: 65_536 }),
    },
    vast: readVast(env, engine),
  };
}

function readVast(env: Environment, engine: TablesConfig['engine']): VastTablesConfig | undefined {
  if (engine !== 'vast') {
    const stray = VAST_VARIABLES.find((name) => env.text(name) !== undefined);
    if (stray === undefined) return undefined;
    throw new ConfigError(`${stray} has no effect unless TABLE_ENGINE is vast; set that or unset ${stray}.`);
  }
  const required = <Value>(name: (typeof VAST_VARIABLES)[number], textSyntax: TextSyntax<Value>): Value => {
    const value = env.parsed(name, textSyntax);
    if (value === undefined) throw new ConfigError(`${name} is not set; TABLE_ENGINE=vast needs it.`);
    return value;
  };
  const config = {
    endpoints: [...new Set(required('VAST_ENDPOINTS', syntax.ORIGIN_LIST))],
    accessKey: required('VAST_ACCESS_KEY', syntax.secretText(1)),
    secretKey: required('VAST_SECRET_KEY', syntax.secretText(1)),
    bucket: required('VAST_BUCKET', syntax.BUCKET),
    schema: required('VAST_SCHEMA', SCHEMA_NAME),
  };
  if (env.text('SECRET_KEY') === undefined) {
    throw new ConfigError(
      'SECRET_KEY is not set; TABLE_ENGINE=vast needs it, the same for all replicas of the server.',
    );
  }
  return config;
}
