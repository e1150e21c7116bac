import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { SHA256_WASM } from './sha256.generated.ts';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const HEX_BYTES = 2 * DIGEST_BYTES;
const STATE_BYTES = 32;
/** Bytes of SHA-256's padding besides zeros: a bit that is set, and the length of the message in bits. */
const END_BYTES = 1 + 8;

/** A longer head would not leave room for requests. No region has such a name. */
const MAX_HEAD_BYTES = 1_024;

/** Requests that are signed at once: one in each lane of the processor's vectors. */
export const LANES = 4;

/** See sha256-wat.ts. Messages are padded, and lie `stride` bytes apart. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly firstState: { readonly value: number };
  readonly states: { readonly value: number };
  readonly free: { readonly value: number };
  readonly hash: (state: number, message: number, stride: number, blocks: number) => void;
  readonly sign: (
    message: number,
    stride: number,
    blocks: number,
    innerState: number,
    inner: number,
    innerStride: number,
    digests: number,
    outerState: number,
    outer: number,
    signatures: number,
  ) => void;
}

/** One instance serves all signers: no call of it is interrupted by another. */
interface Hasher {
  readonly exports: Exports;
  readonly bytes: Buffer;
  /** Addresses of what `RequestSigner` puts there. */
  readonly innerState: number;
  readonly outerState: number;
  readonly outer: number;
  readonly signatures: number;
  readonly inner: number;
  /** The signer whose states and paddings lie there. */
  owner: RequestSigner | undefined;
}

let hasher: Hasher | 'none' | undefined;

function openHasher(): Hasher | 'none' {
  let module: object;
  try {
    module = new WebAssembly.Module(Buffer.from(SHA256_WASM, 'base64'));
  } catch {
    // Some processors lack the vectors, virtual ones such as kvm64 among them.
    return 'none';
  }
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  const innerState = exports.free.value;
  const outerState = innerState + STATE_BYTES;
  const outer = outerState + STATE_BYTES;
  const signatures = outer + LANES * BLOCK_BYTES;
  const inner = signatures + LANES * HEX_BYTES;
  const bytes = Buffer.from(exports.memory.buffer);
  return { exports, bytes, innerState, outerState, outer, signatures, inner, owner: undefined };
}

/**
 * Signs canonical requests of SigV4 that differ in the path alone, four at a time: HMAC-SHA256 (RFC 2104) of a head and of
 * the request's hash in hex. Their common part is prepared once: the states of the hash after both padded keys and
 * the head, and the padding. Calls of `node:crypto` take twice as long: each costs more than its few blocks do.
 */
export class RequestSigner {
  readonly #key: Buffer;
  readonly #head: Buffer;
  readonly #requestHead: Buffer;
  readonly #requestTail: Buffer;
  #pathBytes = -1;
  #stride = 0;
  #innerStride = 0;
  #digests = 0;
  #requests = 0;

  /** `requestHead` is what comes before the path of a canonical request, `requestTail` what comes after it. */
  constructor(key: Uint8Array, head: string, requestHead: string, requestTail: string) {
    const bytes = Buffer.from(key);
    this.#key = Buffer.concat([bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes], BLOCK_BYTES);
    this.#head = Buffer.from(head);
    this.#requestHead = Buffer.from(requestHead);
    this.#requestTail = Buffer.from(requestTail);
  }

  /**
   * The signatures in hex, one after the other; undefined unless there are `LANES` paths of one length, all fits in,
   * and the processor has the vectors.
   *
   * @param paths encoded, so in ASCII
   */
  sign(paths: readonly string[]): string | undefined {
    const [first = ''] = paths;
    if (paths.length !== LANES || paths.some(({ length }) => length !== first.length)) return undefined;
    if (this.#head.length > MAX_HEAD_BYTES) return undefined;
    hasher ??= openHasher();
    if (hasher === 'none') return undefined;
    if (hasher.owner !== this) this.#prepare(hasher);
    const { bytes, exports, innerState, inner, outerState, outer, signatures } = hasher;
    if (first.length !== this.#pathBytes && !this.#resize(bytes, first.length)) return undefined;
    let at = this.#requests + this.#requestHead.length;
    for (const path of paths) {
      bytes.write(path, at, 'latin1');
      at += this.#stride;
    }
    exports.sign(
      this.#requests,
      this.#stride,
      this.#stride / BLOCK_BYTES,
      innerState,
      inner,
      this.#innerStride,
      this.#digests,
      outerState,
      outer,
      signatures,
    );
    return bytes.toString('latin1', signatures, signatures + LANES * HEX_BYTES);
  }

  #prepare(at: Hasher): void {
    const { bytes } = at;
    const headBlocks = wholeBlocks(this.#head.length);
    const rest = this.#head.subarray(headBlocks);
    this.#innerStride = paddedBytes(rest.length + HEX_BYTES);
    this.#digests = at.inner + rest.length;
    this.#requests = at.inner + LANES * this.#innerStride;
    // The requests of an earlier signer lie elsewhere.
    this.#pathBytes = -1;
    const innerHead = Buffer.concat([this.#padded(0x36), this.#head.subarray(0, headBlocks)]);
    innerHead.copy(bytes, this.#requests);
    stateAfter(at, at.innerState, this.#requests, innerHead.length);
    this.#padded(0x5c).copy(bytes, this.#requests);
    stateAfter(at, at.outerState, this.#requests, BLOCK_BYTES);
    for (let lane = 0; lane < LANES; lane++) {
      const inner = at.inner + lane * this.#innerStride;
      rest.copy(bytes, inner);
      const innerBytes = BLOCK_BYTES + this.#head.length + HEX_BYTES;
      pad(bytes, inner + rest.length + HEX_BYTES, inner + this.#innerStride, innerBytes);
      const outer = at.outer + lane * BLOCK_BYTES;
      pad(bytes, outer + DIGEST_BYTES, outer + BLOCK_BYTES, BLOCK_BYTES + DIGEST_BYTES);
    }
    at.owner = this;
  }

  #padded(byte: number): Buffer {
    return this.#key.map((each) => each ^ byte) as Buffer;
  }

  /** Lays requests out for paths of this length; false where they do not fit in. */
  #resize(bytes: Buffer, pathBytes: number): boolean {
    const [head, tail] = [this.#requestHead, this.#requestTail];
    const length = head.length + pathBytes + tail.length;
    const stride = paddedBytes(length);
    if (this.#requests + LANES * stride > bytes.length) return false;
    for (let lane = 0; lane < LANES; lane++) {
      const request = this.#requests + lane * stride;
      head.copy(bytes, request);
      tail.copy(bytes, request + head.length + pathBytes);
      pad(bytes, request + length, request + stride, length);
    }
    this.#stride = stride;
    this.#pathBytes = pathBytes;
    return true;
  }
}

const wholeBlocks = (length: number): number => Math.floor(length / BLOCK_BYTES) * BLOCK_BYTES;

const paddedBytes = (length: number): number => Math.ceil((length + END_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;

/** Writes SHA-256's padding of a message of `length` bytes. */
function pad(bytes: Buffer, from: number, to: number, length: number): void {
  bytes.fill(0, from, to);
  bytes[from] = 0x80;
  bytes.writeBigUInt64BE(BigInt(length * 8), to - 8);
}

/** Keeps the state of the hash after `length` bytes at `message`, which are whole blocks. */
function stateAfter({ bytes, exports }: Hasher, state: number, message: number, length: number): void {
  exports.hash(exports.firstState.value, message, 0, length / BLOCK_BYTES);
  // All lanes have the same state. Each of its words is in a vector of its own.
  for (let word = 0; word < STATE_BYTES; word += 4) {
    const from = exports.states.value + word * LANES;
    bytes.copyWithin(state + word, from, from + 4);
  }
}
