import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NoCredentials, type S3Credentials, SigningCredentials } from '../../../src/media/s3-credentials.ts';

const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Credentials that live for an hour from when they are asked for; `fail` makes the next requests for some fail. */
function issuer() {
  let issued = 0;
  const state = { fail: false, forced: [] as (boolean | undefined)[] };
  const provider = async (options?: { forceRefresh?: boolean }): Promise<S3Credentials> => {
    state.forced.push(options?.forceRefresh);
    if (state.fail) throw new Error('the endpoint of the metadata is gone');
    issued += 1;
    return {
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      sessionToken: String(issued),
      expiration: new Date(Date.now() + HOUR_MS),
    };
  };
  return { state, provider };
}

describe('credentials to sign with', () => {
  it('are there when they are loaded, and others at half of their life', async () => {
    const { state, provider } = issuer();
    const signing = new SigningCredentials(provider);
    expect(() => signing.current()).toThrow(NoCredentials);
    await signing.load();
    const first = signing.current();
    await signing.load();
    await vi.advanceTimersByTimeAsync(HOUR_MS / 2 - 1);
    expect(signing.current()).toBe(first);
    await vi.advanceTimersByTimeAsync(1);
    expect(signing.current()).toMatchObject({ sessionToken: '2' });
    expect(state.forced).toEqual([false, true]);
    signing.close();
    await vi.advanceTimersByTimeAsync(HOUR_MS / 2);
    expect(state.forced).toHaveLength(2);
  });

  it('are used until they expire while none can be had, and never after that', async () => {
    const { state, provider } = issuer();
    const signing = new SigningCredentials(provider);
    await signing.load();
    state.fail = true;
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1);
    expect(signing.current()).toMatchObject({ sessionToken: '1' });
    await vi.advanceTimersByTimeAsync(1);
    expect(() => signing.current()).toThrow(/^There are no valid credentials for the media store/);
    state.fail = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signing.current()).toMatchObject({ sessionToken: '2' });
    signing.close();
  });

  it('are the same object as long as they are the same, and never end where they are configured', async () => {
    const expiration = new Date(Date.now() + HOUR_MS);
    const provider = vi.fn(async () => ({ accessKeyId: 'key', secretAccessKey: 'secret', expiration }));
    const signing = new SigningCredentials(provider);
    await signing.load();
    const first = signing.current();
    await vi.advanceTimersByTimeAsync(HOUR_MS / 2);
    expect(provider).toHaveBeenCalledTimes(2);
    expect(signing.current()).toBe(first);
    signing.close();
    const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
    const configured = new SigningCredentials(async () => keys, keys);
    expect(configured.current()).toBe(keys);
  });
});
