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
      },
    });
  });

  it('is sqlite unless another engine is chosen', () => {
    expect(loadConfig({}).tables).toMatchObject({ engine: 'sqlite', vast: undefined });
  });

  it.each(['VAST_ENDPOINTS', 'VAST_ACCESS_KEY', 'VAST_SECRET_KEY', 'VAST_BUCKET', 'VAST_SCHEMA'])(
    'is not complete without %s',
    (name) => {
      expect(refusal({ ...VAST, [name]: '' })).toBe(`${name} is not set; TABLE_ENGINE=vast needs it.`);
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
  ])('refuses %s=%s', (name, text) => {
    expect(refusal({ ...VAST, [name]: text })).toMatch(new RegExp(`^${name} takes .+, not `));
  });
});
