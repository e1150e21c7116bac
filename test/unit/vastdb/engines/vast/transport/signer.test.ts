import { describe, expect, it } from 'vitest';
import { requestTarget } from '../../../../../../src/vastdb/engines/vast/transport/request-target.ts';
import { Signer } from '../../../../../../src/vastdb/engines/vast/transport/signer.ts';
import { signingCases } from '../../../../../support/vastdb/recordings.ts';

/** The parts that a recorded path was made of. */
function partsOf(recorded: string): { path: string[]; query: Record<string, string | null> } {
  const [path = '', query = ''] = recorded.split('?');
  const pairs = query === '' ? [] : query.split('&');
  const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
  return {
    path: path === '/' ? [] : path.slice(1).split('/').map(decodeURIComponent),
    query: Object.fromEntries(
      pairs.map((pair) => {
        const [name = '', value] = pair.split('=');
        return [decode(name), value === undefined ? null : decode(value)];
      }),
    ),
  };
}

describe('signatures as the official client makes them', () => {
  it.each(signingCases())('$label', (recorded) => {
    const { path, query } = partsOf(recorded.path);
    const target = requestTarget(path, query);
    const date = recorded['x-amz-date'].replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
    const body = recorded.body === '' ? undefined : Buffer.from(recorded.body, 'base64');
    const { host } = new URL(recorded.endpoint);
    const headers = new Signer('abc', 'xyz').sign(host, recorded.method, target, body, new Date(date));
    expect(target.path).toBe(recorded.path);
    expect(headers).toEqual({
      host: recorded.host,
      'x-amz-date': recorded['x-amz-date'],
      'x-amz-content-sha256': recorded['x-amz-content-sha256'],
      authorization: recorded.authorization,
    });
  });
});

describe('the target of a request', () => {
  it('keeps the bare word first, sorts what is signed, and escapes everything but letters, digits and -._~', () => {
    const target = requestTarget(['b', "it's(*)!"], { projection: null, name: 'a b/c+d~é', 'a-first': '1' });
    expect(target).toEqual({
      path: '/b/it%27s%28%2A%29%21?projection&a-first=1&name=a+b%2Fc%2Bd~%C3%A9',
      canonicalPath: '/b/it%2527s%2528%252A%2529%2521',
      canonicalQuery: 'a-first=1&name=a+b%2Fc%2Bd~%C3%A9&projection=',
    });
  });
});

describe('a signer', () => {
  it('keeps the key of a day, and changes it with the day', () => {
    const signer = new Signer('abc', 'xyz');
    const target = requestTarget([], { transaction: null });
    const sign = (date: string): string => signer.sign('h', 'GET', target, undefined, new Date(date)).authorization;
    const first = sign('2024-05-06T07:08:09Z');
    const next = sign('2024-05-07T07:08:09Z');
    expect(next).not.toBe(first);
    expect(sign('2024-05-06T07:08:09.999Z')).toBe(first);
    expect(
      new Signer('abc', 'xyz').sign('h', 'GET', target, undefined, new Date('2024-05-07T07:08:09Z')).authorization,
    ).toBe(next);
  });
});
