import { createSocket } from 'node:dgram';
import { promises } from 'node:dns';
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { expect, it, onTestFinished } from 'vitest';
import { nameResolver } from '../../../src/shared/address-guard.ts';

it('names whose servers never answer keep nobody else from looking names up, and names of the system are known', async () => {
  const silent = createSocket('udp4');
  let asked = 0;
  silent.on('message', () => (asked += 1));
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const resolvers: promises.Resolver[] = [];
  const resolve = nameResolver([], () => {
    // Longer than this test may take.
    const resolver = new promises.Resolver({ timeout: 600_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${silent.address().port}`]);
    resolvers.push(resolver);
    return resolver;
  });
  const hanging = Array.from({ length: 20 }, (_, n) => resolve(`${n}.hook.example`));
  const failures = Promise.all(hanging.map((each) => expect(each).rejects.toMatchObject({ code: 'ECANCELLED' })));
  expect(await lookup('localhost')).toBeDefined();
  expect(await resolve('localhost')).not.toEqual([]);
  await expect.poll(() => asked).toBeGreaterThanOrEqual(20);
  for (const resolver of resolvers) resolver.cancel();
  await failures;
});
