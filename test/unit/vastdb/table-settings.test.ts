import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../src/settings.ts';

const VAST = {
  TABLE_ENGINE: 'vast',
  VAST_ENDPOINTS: 'http://10.0.0.1, https://vast.example:8443/,http://10.0.0.1',
  VAST_ACCESS_KEY: 'the-access-key',
  VAST_SECRET_KEY: 'the-secret-of-it',
  VAST_BUCKET: 'tams-db',
  VAST_SCHEMA: 'tams',
  SECRET_KEY: 'x'.repeat(32),
};

const POSTGRES = {
  TABLE_ENGINE: 'postgres',
  DATABASE_URL: 'postgresql://tams:the-secret-of-it@db.example:5432/tams?sslmode=verify-full',
  SECRET_KEY: 'x'.repeat(32),
};

function refusal(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).not.toMatch(/[\r\n]|the-access-key|the-secret-of-it/);
    return message;
  }
  throw new Error('nothing was refused');
}

describe('the configuration of the tables', () => {
  it('names a VAST cluster', () => {
    expect(loadConfig(VAST).tables).toMatchObject({
      engine: 'vast',
      vast: {
        endpoints: ['http://10.0.0.1', 'https://vast.example:8443'],
        accessKey: 'the-access-key',
        secretKey: 'the-secret-of-it',
        bucket: 'tams-db',
        schema: 'tams',
        balancing: 'least_in_flight',
      },
    });
    expect(loadConfig({ ...VAST, VAST_BALANCING: 'fastest' }).tables.vast?.balancing).toBe('fastest');
  });

  it('is sqlite unless another engine is chosen', () => {
    expect(loadConfig({}).tables).toMatchObject({ engine: 'sqlite', vast: undefined });
  });

  it.each(['VAST_ENDPOINTS', 'VAST_ACCESS_KEY', 'VAST_SECRET_KEY', 'VAST_BUCKET', 'VAST_SCHEMA'])(
    'is not complete without %s',
    (name) => {
      expect(refusal({ ...VAST, [name]: '' })).toBe(`${name} is not set; a VAST cluster needs it.`);
      const alone = { [name]: VAST[name as keyof typeof VAST] };
      expect(refusal(alone)).toBe(`${name} has no effect unless TABLE_ENGINE is vast; set that or unset ${name}.`);
    },
  );

  it('wants a SECRET_KEY that the replicas share', () => {
    expect(refusal({ ...VAST, SECRET_KEY: '' })).toBe(
      'SECRET_KEY is not set; TABLE_ENGINE=vast needs it, the same for all replicas of the server.',
    );
  });

  it.each([
    ['VAST_ENDPOINTS', 'vast.example'],
    ['VAST_ENDPOINTS', 'http://vast.example/path'],
    ['VAST_ENDPOINTS', 'ftp://vast.example'],
    ['VAST_BUCKET', 'a b'],
    ['VAST_SCHEMA', 'a/b'],
    ['VAST_SCHEMA', 'ä'],
    ['VAST_BALANCING', 'fast'],
  ])('refuses %s=%s', (name, text) => {
    expect(refusal({ ...VAST, [name]: text })).toMatch(new RegExp(`^${name} takes .+, not `));
  });

  it('names a PostgreSQL database', () => {
    expect(loadConfig(POSTGRES).tables).toMatchObject({
      engine: 'postgres',
      postgres: { url: POSTGRES.DATABASE_URL, replicaUrl: undefined, schema: 'tams', poolSize: 16 },
    });
    const socket = 'postgres:///tams?host=/run/postgresql&port=5433';
    expect(loadConfig({ ...POSTGRES, DATABASE_URL: socket }).tables.postgres?.url).toBe(socket);
    expect(refusal({ ...POSTGRES, DATABASE_URL: '' })).toBe('DATABASE_URL is not set; TABLE_ENGINE=postgres needs it.');
    expect(refusal({ ...POSTGRES, TABLE_ENGINE: '' })).toMatch(/^DATABASE_URL has no effect unless/);
    expect(refusal({ ...POSTGRES, SECRET_KEY: '' })).toMatch(/^SECRET_KEY is not set/);
  });

  it.each([
    ['DATABASE_URL', 'mysql://tams:the-secret-of-it@db.example/tams'],
    ['DATABASE_URL', 'tams:the-secret-of-it@db.example/tams'],
    ['DATABASE_URL', 'postgresql://tams:the-secret-of-it@db.example:99999/tams'],
    ['DATABASE_URL', 'postgresql://tams:the-secret-of-it#@db.example/tams'],
    ['DATABASE_URL', 'postgresql://tams:the-secret-of-it@db.example/tams?port=x'],
    ['DATABASE_URL', 'postgresql://tams:the-secret-of-it@db.example/tams?port=0'],
    ['DATABASE_REPLICA_URL', 'https://tams:the-secret-of-it@db.example/tams'],
    ['DATABASE_SCHEMA', 'pg_tams'],
    ['DATABASE_SCHEMA', 'a"b'],
  ])('refuses %s=%s for PostgreSQL', (name, text) => {
    expect(refusal({ ...POSTGRES, [name]: text })).toMatch(new RegExp(`^${name} takes .+, not `));
  });
});
