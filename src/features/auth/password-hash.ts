import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's second choice of scrypt parameters: 32 MiB and about a quarter of a second of one core for each check. */
const COST = 2 ** 15;
const BLOCK = 8;
const PARALLEL = 3;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** No stored parameters may ask for more memory than this. */
const MAX_MEMORY = 128 * 2 ** 20;

const FORMAT = /^scrypt\$n=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

interface Parameters {
  readonly cost: number;
  readonly block: number;
  readonly parallel: number;
}

/** A hash to keep: `scrypt$n=...,r=...,p=...$salt$hash`, so that stronger parameters can follow later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, { cost: COST, block: BLOCK, parallel: PARALLEL });
  return format(salt, hash);
}

/** Whether the password is the one that was hashed. Throws where the hash is not one of ours. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const [, cost, block, parallel, salt = '', hash = ''] = FORMAT.exec(stored) ?? [];
  if (cost === undefined) throw new Error('a stored password hash is malformed');
  const parameters = { cost: Number(cost), block: Number(block), parallel: Number(parallel) };
  const derived = await derive(password, Buffer.from(salt, 'base64url'), parameters);
  const expected = Buffer.from(hash, 'base64url');
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

/** The hash of a password that nobody knows. Names without a user are checked against it, so they take as long. */
export const UNKNOWN_PASSWORD = format(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

function derive(password: string, salt: Buffer, { cost, block, parallel }: Parameters): Promise<Buffer> {
  const options = { N: cost, r: block, p: parallel, maxmem: MAX_MEMORY };
  return new Promise((resolve, reject) => {
    // Keyboards differ in how they compose letters; RFC 7617 asks for one form of them.
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}

function format(salt: Buffer, hash: Buffer): string {
  return `scrypt$n=${COST},r=${BLOCK},p=${PARALLEL}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}
