import { expect, it, onTestFinished } from 'vitest';
import { call } from '../../support/http-client.ts';
import { startTestServer } from '../../support/test-server.ts';

it('guessing a password is limited for the network of an IPv6 client, and for no other', async () => {
  const server = await startTestServer({ env: { AUTH_MODE: 'basic', TRUST_PROXY: 'true', LOG_LEVEL: 'silent' } });
  onTestFinished(() => server.close());
  // Too long to be a password, so that no guess takes a quarter of a second.
  const authorization = `Basic ${Buffer.from(`alice:${'x'.repeat(2000)}`).toString('base64')}`;
  const guess = async (address: string) =>
    (await call(server.baseUrl, 'GET', '/flows', { headers: { authorization, 'x-forwarded-for': address } })).status;
  for (let n = 1; n <= 10; n++) expect(await guess(`2001:db8:1:2:${n}::${n}`)).toBe(401);
  expect(await guess('2001:db8:1:2:ffff::')).toBe(429);
  expect(await guess('2001:db8:1:3::1')).toBe(401);
});
