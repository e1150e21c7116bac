import { describe, expect, it } from 'vitest';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { appOver } from '../../support/app.ts';

const ID = '6101df05-06bb-41b8-8af4-cf7cd33df209';

describe('HEAD', () => {
  it('of segments asks for no URLs, and sends no body', async () => {
    const renderings: unknown[] = [];
    const app = await appOver({
      segments: {
        list: async (...[, , , rendering]: unknown[]) => {
          renderings.push(rendering);
          return Promise.resolve({ body: Buffer.from('[]'), count: 2, timerange: TimeRange.parse('[0:0_2:0)') });
        },
      },
    });
    const url = `/flows/${ID}/segments`;
    const head = await app.inject({ method: 'HEAD', url, headers: { host: 'h' } });
    const got = await app.inject({ method: 'GET', url, headers: { host: 'h' } });
    const details = { init: false, objectTimerange: false };
    expect(renderings).toEqual([undefined, { urls: { verbose: false }, details, baseUrl: 'http://h' }]);
    expect([head.statusCode, head.body, head.headers['x-paging-count']]).toEqual([200, '', '2']);
    expect([got.body, got.headers['content-type']]).toEqual(['[]', head.headers['content-type']]);
  });

  it.each([
    ['flows', `/flows/${ID}`],
    ['sources', `/sources/${ID}`],
  ] as const)('of one of the %s asks only whether it is there', async (service, url) => {
    const asked: string[] = [];
    const get = async (id: string) => Promise.resolve(asked.push(`get ${id}`) && '{}');
    const app = await appOver({
      [service]: {
        exists: async (id: string) => Promise.resolve(void asked.push(`exists ${id}`)),
        get,
        shown: get,
      },
    });
    const head = await app.inject({ method: 'HEAD', url });
    const got = await app.inject({ method: 'GET', url });
    expect(asked).toEqual([`exists ${ID}`, `get ${ID}`]);
    expect([head.statusCode, head.headers['content-type']]).toEqual([200, got.headers['content-type']]);
  });
});
