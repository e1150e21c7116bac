import { describe, expect, it } from 'vitest';
import { hashPassword, UNKNOWN_PASSWORD, verifyPassword } from '../../../../src/features/auth/password-hash.ts';

describe('password hashes', () => {
  it('verify the password that they were made of, and no other', async () => {
    const stored = await hashPassword('correct horse');
    expect(stored).toMatch(/^scrypt\$n=32768,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword(stored, 'correct horse')).toBe(true);
    expect(await verifyPassword(stored, 'correct horsf')).toBe(false);
    expect(await hashPassword('correct horse')).not.toBe(stored);
  });

  it('verify by the parameters that they were made with', async () => {
    // RFC 7914, section 12: the password "pleaseletmein" with the salt "SodiumChloride", cut to 32 bytes.
    const hash = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2';
    const text = (bytes: Buffer): string => bytes.toString('base64url');
    const stored = `scrypt$n=16384,r=8,p=1$${text(Buffer.from('SodiumChloride'))}$${text(Buffer.from(hash, 'hex'))}`;
    expect(await verifyPassword(stored, 'pleaseletmein')).toBe(true);
    expect(await verifyPassword(stored.replace('p=1', 'p=2'), 'pleaseletmein')).toBe(false);
  });

  it('of nobody take the same work', async () => {
    expect(UNKNOWN_PASSWORD).toMatch(/^scrypt\$n=32768,r=8,p=3\$/);
    expect(await verifyPassword(UNKNOWN_PASSWORD, '')).toBe(false);
  });

  it.each(['', 'plain', 'scrypt$n=1$a$b', 'scrypt$n=1073741824,r=8,p=1$aaaa$bbbb'])(
    'refuse to be malformed: %j',
    async (stored) => {
      await expect(verifyPassword(stored, 'x')).rejects.toThrow();
    },
  );
});
