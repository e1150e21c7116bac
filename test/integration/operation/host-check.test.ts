import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../../support/test-server.ts';
import { RawClient } from './support/raw-client.ts';

async function start(env: Record<string, string> = {}): Promise<string> {
  const server = await startTestServer({ env: { LOG_LEVEL: 'silent', ...env } });
  onTestFinished(() => server.close());
  return server.baseUrl;
}

/** The answer to a request of this target, for this host. */
async function ask(baseUrl: string, host: string, target = '/flows', more = ''): Promise<string> {
  const client = await RawClient.open(baseUrl);
  client.send(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${more}connection: close\r\n\r\n`);
  const answer = await client.answer();
  client.close();
  return answer;
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);

/** What a page sends whose own name was made to lead to this machine. */
const FOREIGN = [
  'evil.example',
  'evil.example:8000',
  'localhost.evil.example',
  '127.0.0.1.evil.example:80',
  '10.0.0.1',
];

describe('without authentication on a loopback address', () => {
  it('requests for this machine are served, and those for other hosts are refused, saying what to set', async () => {
    const baseUrl = await start();
    for (const host of ['localhost', 'LOCALHOST:8000', '127.0.0.1', '127.9.9.9:1', '[::1]', '[::1]:8000']) {
      expect(statusOf(await ask(baseUrl, host)), host).toBe(200);
    }
    for (const host of FOREIGN) {
      const answer = await ask(baseUrl, host);
      expect([statusOf(answer), answer.includes('"type":"foreign_host"')], host).toEqual([403, true]);
      expect(answer).toMatch(/set AUTH_MODE or PUBLIC_URL/);
      // One that was refused does not become one that is known.
      expect(statusOf(await ask(baseUrl, host)), host).toBe(403);
    }
    for (const target of ['/nowhere', '/docs/', '/service']) {
      expect(statusOf(await ask(baseUrl, 'evil.example', target)), target).toBe(403);
    }
  });

  it('the host of PUBLIC_URL is served too, and no forwarded header makes another one', async () => {
    const env = { AUTH_MODE: 'none', PUBLIC_URL: 'https://tams.example/v7', TRUST_PROXY: 'true' };
    const baseUrl = await start(env);
    for (const host of ['tams.example', 'Tams.Example:443', 'localhost']) {
      expect(statusOf(await ask(baseUrl, host)), host).toBe(200);
    }
    expect(statusOf(await ask(baseUrl, 'evil.example', '/flows', 'x-forwarded-host: tams.example\r\n'))).toBe(403);
  });

  it('every host is served where CORS_ORIGINS=* says so, and not where it names origins', async () => {
    expect(statusOf(await ask(await start({ CORS_ORIGINS: '*' }), 'evil.example'))).toBe(200);
    expect(statusOf(await ask(await start({ CORS_ORIGINS: 'https://a.example' }), 'evil.example'))).toBe(403);
  });
});

describe('with authentication', () => {
  it('hosts make no difference: credentials do', async () => {
    expect(statusOf(await ask(await start({ AUTH_MODE: 'token' }), 'evil.example'))).toBe(401);
  });
});

describe('a # in the request target', () => {
  it('is refused, and what follows it is no credential and in no log', async () => {
    const lines: string[] = [];
    const token = 'dGhlIHRva2VuIG9mIG5vYm9keQ';
    const server = await startTestServer({
      inProcess: 'log',
      env: { AUTH_MODE: 'url_token', LOG_LEVEL: 'trace' },
      log: (line) => lines.push(line),
    });
    onTestFinished(() => server.close());
    const targets = [
      `/flows#access_token=${token}`,
      `/flows?limit=1#access_token=${token}`,
      `/livez#access_token=${token}`,
    ];
    for (const target of [...targets, `/nowhere#access_token=${token}`]) {
      const answer = await ask(server.baseUrl, 'localhost', target);
      expect([statusOf(answer), answer.includes('"type":"invalid_request"')], target).toEqual([400, true]);
      expect(answer).not.toContain(token);
    }
    expect(statusOf(await ask(server.baseUrl, 'localhost', `/%zz#access_token=${token}`))).toBe(400);
    expect(lines.join('')).toContain('%23');
    expect(lines.join('')).not.toContain(token);
  });
});
