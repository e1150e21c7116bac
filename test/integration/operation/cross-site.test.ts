import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';
import { RawClient } from './support/raw-client.ts';

async function start(env: Record<string, string> = {}): Promise<Api> {
  const server = await startTestServer({ env: { LOG_LEVEL: 'silent', SOFT_DELETE: 'true', ...env } });
  onTestFinished(() => server.close());
  return new Api(server.baseUrl);
}

/** Sends a POST as a browser would for a page. Returns the status, and the code of the error. */
async function post(
  { baseUrl }: Api,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<[number, string | undefined]> {
  const client = await RawClient.open(baseUrl);
  const lines = Object.entries({ host: new URL(baseUrl).host, connection: 'close', ...headers });
  client.send(
    `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}content-length: ${body.length}\r\n\r\n${body}`,
  );
  const answer = await client.answer();
  client.close();
  return [Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]), /"type":"(\w+)"/.exec(answer)?.[1]];
}

const EVIL = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
const SIMPLE_TYPES = ['text/plain', 'text/plain;application/json', 'application/x-www-form-urlencoded'];

it('a page of another origin cannot post without the browser asking first', async () => {
  const api = await start();
  const flowId = await api.newFlow();
  await api.must('DELETE', `/flows/${flowId}`);
  const restore = `/internal/flows/${flowId}/restore`;
  const refused = [403, 'cross_site_request'];
  for (const origin of ['https://evil.example', 'null', 'http://localhost:1', 'http://127.0.0.1']) {
    expect(await post(api, restore, { ...EVIL, origin }), origin).toEqual(refused);
    expect(await post(api, restore, { origin }), origin).toEqual(refused);
  }
  for (const type of SIMPLE_TYPES) {
    for (const path of [restore, '/service/webhooks', `/flows/${flowId}/segments`]) {
      const body = JSON.stringify({ url: 'https://evil.example/', events: ['flows/created'] });
      expect(await post(api, path, { ...EVIL, 'content-type': type }, body), type).toEqual(refused);
    }
  }
  expect(await api.get('/service/webhooks')).toEqual([]);
  expect((await api.send('GET', `/flows/${flowId}`)).status).toBe(404);
  // What the browser would ask for first is not allowed to that page.
  const asked = await fetch(api.baseUrl + restore, {
    method: 'OPTIONS',
    headers: { ...EVIL, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });
  expect(asked.headers.get('access-control-allow-origin')).toBeNull();
});

it('it cannot use the password that a browser remembers either, whatever CORS allows', async () => {
  const api = await start({ AUTH_MODE: 'basic', CORS_ORIGINS: '*' });
  const headers = { ...EVIL, authorization: `Basic ${Buffer.from('alice:whatever').toString('base64')}` };
  expect(await post(api, `/internal/flows/${randomUUID()}/restore`, headers)).toEqual([403, 'cross_site_request']);
});

it('the own pages of the server, JSON and clients that are no browsers are served', async () => {
  const api = await start();
  const { host, origin } = new URL(api.baseUrl);
  const restore = (): string => `/internal/flows/${randomUUID()}/restore`;
  const notThere = [404, 'not_found'];
  expect(await post(api, restore(), { origin })).toEqual(notThere);
  expect(await post(api, restore(), { origin: 'https://tams.example', 'sec-fetch-site': 'same-origin' })).toEqual(
    notThere,
  );
  expect(await post(api, restore(), { host })).toEqual(notThere);
  expect(await post(api, restore(), { ...EVIL, 'content-type': 'application/json; charset=utf-8' })).toEqual(notThere);
});
