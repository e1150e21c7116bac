import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/settings.ts';

const allowed = (text: string) => loadConfig({ WEBHOOK_ALLOW_HOSTS: text }).webhooks.allowed;

describe('WEBHOOK_ALLOW_HOSTS', () => {
  it('takes names, addresses and CIDRs', () => {
    expect(allowed('Hooks.Internal, 10.0.0.0/8,::1,localhost, fd00::/8')).toEqual({
      hosts: ['hooks.internal', 'localhost'],
      networks: ['10.0.0.0/8', '::1', 'fd00::/8'],
    });
    expect(allowed('')).toEqual({ hosts: [], networks: [] });
  });

  it.each(['http://hooks.internal', 'hooks.internal:80', '10.0.0.0/33', '10.0.0', 'a b', 'a,,b', '*', '-a'])(
    'refuses %s',
    (text) => {
      expect(() => allowed(text)).toThrow(/^WEBHOOK_ALLOW_HOSTS takes a comma-separated list of host names/);
    },
  );
});
