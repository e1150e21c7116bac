import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { LANES, RequestSigner } from '../../../../src/media/sha256/request-signer.ts';
import { SHA256_WASM } from '../../../../src/media/sha256/sha256.generated.ts';
import { SHA256_WAT } from '../../../../src/media/sha256/sha256-wat.ts';

interface Parts {
  readonly key: Uint8Array;
  readonly head: string;
  readonly requestHead: string;
  readonly requestTail: string;
}

const parts: Parts = {
  key: Buffer.from('a key'),
  head: 'head\n',
  requestHead: 'GET\n/bucket/',
  requestTail: '\nquery\nhost',
};

const signer = ({ key, head, requestHead, requestTail }: Parts): RequestSigner =>
  new RequestSigner(key, head, requestHead, requestTail);

/** The same by `node:crypto`. */
const signatures = ({ key, head, requestHead, requestTail }: Parts, paths: readonly string[]): string =>
  paths
    .map((path) => {
      const request = createHash('sha256')
        .update(requestHead + path + requestTail)
        .digest('hex');
      return createHmac('sha256', key)
        .update(head + request)
        .digest('hex');
    })
    .join('');

const ascii = (maxLength: number) => fc.string({ maxLength });
const anyParts = fc.record({
  key: fc.uint8Array({ maxLength: 100 }),
  head: ascii(200),
  requestHead: ascii(150),
  requestTail: ascii(400),
});
const anyPaths = fc.nat({ max: 300 }).chain((length) => {
  const path = fc.string({ minLength: length, maxLength: length });
  return fc.tuple(path, path, path, path);
});

describe('signing four requests at once', () => {
  it('gives what one HMAC after the other gives, by signers in turns and for paths of any length', () => {
    fc.assert(
      fc.property(anyParts, anyParts, fc.array(anyPaths, { minLength: 1, maxLength: 4 }), (one, other, groups) => {
        const signers = [one, other].map((each) => ({ each, made: signer(each) }));
        for (const paths of groups) {
          for (const { each, made } of signers) expect(made.sign(paths)).toBe(signatures(each, paths));
        }
      }),
    );
  });

  it('is right for each length of a request and of a head around the ends of blocks', () => {
    for (let length = 0; length <= 130; length++) {
      const paths = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(length));
      const of = { ...parts, head: 'h'.repeat(length) };
      expect(signer(of).sign(paths), `length ${length}`).toBe(signatures(of, paths));
    }
  });

  it('is left to others where paths differ in length, or something has no room', () => {
    const made = signer(parts);
    expect(made.sign(['a', 'b', 'c', 'dd'])).toBeUndefined();
    expect(made.sign(Array.from({ length: LANES }, () => 'a'.repeat(20_000)))).toBeUndefined();
    expect(signer({ ...parts, head: 'h'.repeat(2_000) }).sign(['a', 'b', 'c', 'd'])).toBeUndefined();
    const paths = ['a', 'b', 'c', 'd'];
    expect(made.sign(paths)).toBe(signatures(parts, paths));
  });

  it.runIf(process.arch === 'x64')('is left to others where the processor lacks the vectors', () => {
    const file = new URL('../../../../src/media/sha256/request-signer.ts', import.meta.url);
    const script = `import { RequestSigner } from '${file.href}';
      console.log(new RequestSigner(Buffer.from('key'), 'head', 'a', 'b').sign(['a', 'b', 'c', 'd']));`;
    const flags = ['--no-enable-sse4-1', '--input-type=module', '--eval'];
    expect(execFileSync(process.execPath, [...flags, script], { encoding: 'utf8' }).trim()).toBe('undefined');
  });

  it('is computed by what sha256-wat.ts says', async () => {
    const assembler = await wabt();
    const { buffer } = assembler.parseWat('sha256.wat', SHA256_WAT).toBinary({});
    expect(Buffer.from(buffer).toString('base64')).toBe(SHA256_WASM);
  });
});
