import { expect, it } from 'vitest';
import { clientNetwork } from '../../../src/shared/client-network.ts';

it.each([
  ['10.0.0.7', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::ffff:a00:7', '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::9', '2001:db8:1:3::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['10.0.0.7:4711', '10.0.0.7:4711'],
  ['x'.repeat(5000), 'x'.repeat(64)],
])('what %s does counts for %s', (ip, network) => {
  expect(clientNetwork(ip)).toBe(network);
});
