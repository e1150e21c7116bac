/*
 * SHA-256 (FIPS 180-4) of four messages at once, one in each lane of the processor's vectors. generate.sh assembles it; the
 * server does not import it. Sixteen rounds are written out by functions: the text itself has thousands of lines.
 */

/** Addresses in the module's memory; the rest from `FREE` on is the caller's. */
const CONSTANTS = 0;
const FIRST_STATE = 256;
const STATES = 288;
const FREE = 416;

const STATE = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const LANES = [0, 1, 2, 3];

const get = (name: string): string => `(local.get $${name})`;
const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
const nested =
  (operation: string) =>
  (...values: readonly string[]): string =>
    values.reduce((left, right) => `(${operation} ${left} ${right})`);
const add = nested('i32x4.add');
const xor = nested('v128.xor');
const and = nested('v128.and');
const right = (value: string, bits: number): string => `(i32x4.shr_u ${value} (i32.const ${bits}))`;
const rotated = (value: string, bits: number): string =>
  `(v128.or ${right(value, bits)} (i32x4.shl ${value} (i32.const ${32 - bits})))`;

/** The first 64 primes, whose cube roots give the constants of the rounds, and their square roots the first state. */
const PRIMES = Array.from({ length: 311 }, (_, index) => index + 2).filter((number, _index, all) =>
  all.every((other) => other >= number || number % other !== 0),
);

/** 32 bits of the fraction of a root, exactly: the root of the prime times 2^(32 * degree), in integers. */
function fraction(prime: number, degree: 2n | 3n): number {
  const target = BigInt(prime) << (32n * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffff_ffffn);
}

const inMemory = (words: readonly number[]): string =>
  words
    .flatMap((word) => [0, 8, 16, 24].map((shift) => `\\${((word >>> shift) & 255).toString(16).padStart(2, '0')}`))
    .join('');

/** Round `index` of sixteen. The variables change places instead of their values. */
function round(index: number): string {
  const name = (place: number): string => STATE[(place + 16 - index) % STATE.length] ?? '';
  const [a, b, d, e, f, g, h] = [name(0), name(1), name(3), name(4), name(5), name(6), name(7)];
  const sum1 = xor(rotated(get(e), 6), rotated(get(e), 11), rotated(get(e), 25));
  const choice = xor(get(g), and(get(e), xor(get(f), get(g))));
  const sum0 = xor(rotated(get(a), 2), rotated(get(a), 13), rotated(get(a), 22));
  const majority = xor(get(b), and(get('ab'), get('bc')));
  const constant = `(v128.load32_splat offset=${index * 4} ${get('constants')})`;
  return [
    set('t', add(get(h), get(`w${index}`), constant, choice, sum1)),
    set(d, add(get(d), get('t'))),
    set('ab', xor(get(a), get(b))),
    set(h, add(get('t'), sum0, majority)),
    set('bc', get('ab')),
  ].join('\n    ');
}

/** Word `index` of the next sixteen. */
function nextWord(index: number): string {
  const word = (offset: number): string => get(`w${(index + offset) % 16}`);
  const sigma0 = xor(rotated(word(1), 7), rotated(word(1), 18), right(word(1), 3));
  const sigma1 = xor(rotated(word(14), 17), rotated(word(14), 19), right(word(14), 10));
  return set(`w${index}`, add(word(0), sigma0, word(9), sigma1));
}

const shuffle = (order: string, x: string, y = x): string => `(i8x16.shuffle ${order} ${get(x)} ${get(y)})`;
const BYTES_REVERSED = '3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12';
const LOW_WORDS = '0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23';
const HIGH_WORDS = '8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31';
const LOW_HALVES = '0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23';
const HIGH_HALVES = '8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31';

/** Makes four vectors of one message each into four of one word each, or back. */
const transpose = (from: readonly string[], to: readonly string[]): string[] => {
  const [a = '', b = '', c = '', d = ''] = from;
  const [w = '', x = '', y = '', z = ''] = to;
  return [
    set('lowAB', shuffle(LOW_WORDS, a, b)),
    set('lowCD', shuffle(LOW_WORDS, c, d)),
    set('highAB', shuffle(HIGH_WORDS, a, b)),
    set('highCD', shuffle(HIGH_WORDS, c, d)),
    set(w, shuffle(LOW_HALVES, 'lowAB', 'lowCD')),
    set(x, shuffle(HIGH_HALVES, 'lowAB', 'lowCD')),
    set(y, shuffle(LOW_HALVES, 'highAB', 'highCD')),
    set(z, shuffle(HIGH_HALVES, 'highAB', 'highCD')),
  ];
};

/** Reads four of the words of a block of each message. Words are big-endian in a message. */
const readWords = (quarter: number): string[] => {
  const words = LANES.map((lane) => `w${quarter * 4 + lane}`);
  const read = words.map((word, lane) => set(word, `(v128.load offset=${quarter * 16} ${get(`message${lane}`)})`));
  return [...read, ...words.map((word) => set(word, shuffle(BYTES_REVERSED, word))), ...transpose(words, words)];
};

/** Leaves half of the digests in the variables a to d: of each message, 16 bytes in their order. */
const digests = (half: number): string[] => {
  const names = ['a', 'b', 'c', 'd'];
  return [
    ...names.map((name, place) => set(name, `(v128.load offset=${half * 64 + place * 16} (i32.const ${STATES}))`)),
    ...transpose(names, names),
    ...names.map((name) => set(name, shuffle(BYTES_REVERSED, name))),
  ];
};

const bytesOut = (half: number): string[] => [
  ...digests(half),
  ...['a', 'b', 'c', 'd'].map((name, lane) => `(v128.store offset=${lane * 64 + half * 16} ${get('to')} ${get(name)})`),
];

const hexOut = (half: number): string[] => [
  ...digests(half),
  ...['a', 'b', 'c', 'd'].flatMap((name, lane) => [
    set('high', `(i8x16.swizzle ${get('digits')} (i8x16.shr_u ${get(name)} (i32.const 4)))`),
    set('low', `(i8x16.swizzle ${get('digits')} ${and(get(name), '(v128.const i8x16 ' + '15 '.repeat(16) + ')')})`),
    set('at', `(i32.add ${get('to')} (i32.mul ${get('stride')} (i32.const ${lane})))`),
    `(v128.store offset=${half * 32} ${get('at')} ${shuffle('0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23', 'high', 'low')})`,
    `(v128.store offset=${half * 32 + 16} ${get('at')} ${shuffle('8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31', 'high', 'low')})`,
  ]),
];

const lines = (...parts: readonly (readonly string[])[]): string => parts.flat().join('\n    ');
const vectors = (...names: readonly string[]): string => names.map((name) => `(local $${name} v128)`).join(' ');
const WORD_NAMES = Array.from({ length: 16 }, (_, index) => `w${index}`);
const BETWEEN = ['lowAB', 'lowCD', 'highAB', 'highCD'];
const stateAt = (place: number): string => `offset=${place * 16} (i32.const ${STATES})`;

/** The module in WebAssembly's text format. */
export const SHA256_WAT = `(module
  (memory (export "memory") 1)
  (data (i32.const ${CONSTANTS}) "${inMemory(PRIMES.map((prime) => fraction(prime, 3n)))}")
  (data (i32.const ${FIRST_STATE}) "${inMemory(PRIMES.slice(0, 8).map((prime) => fraction(prime, 2n)))}")
  (global (export "firstState") i32 (i32.const ${FIRST_STATE}))
  (global (export "states") i32 (i32.const ${STATES}))
  (global (export "free") i32 (i32.const ${FREE}))

  ;; One block of each of four messages.
  (func $compress (param $message0 i32) (param $message1 i32) (param $message2 i32) (param $message3 i32)
    (local $constants i32) ${vectors(...STATE, 't', 'ab', 'bc', ...BETWEEN, ...WORD_NAMES)}
    ${lines([0, 1, 2, 3].flatMap(readWords))}
    ${lines(STATE.map((name, place) => set(name, `(v128.load ${stateAt(place)})`)))}
    ${set('bc', xor(get('b'), get('c')))}
    (block $done (loop $sixteen
    ${lines(WORD_NAMES.map((_, index) => round(index)))}
    ${set('constants', `(i32.add ${get('constants')} (i32.const 64))`)}
    (br_if $done (i32.eq ${get('constants')} (i32.const 256)))
    ${lines(WORD_NAMES.map((_, index) => nextWord(index)))}
    (br $sixteen)))
    ${lines(STATE.map((name, place) => `(v128.store ${stateAt(place)} ${add(`(v128.load ${stateAt(place)})`, get(name))})`))})

  ;; Blocks of four messages, $stride bytes apart, after the state at $state. Their states are left at "states".
  (func $hash (export "hash") (param $state i32) (param $message i32) (param $stride i32) (param $blocks i32)
    ${lines(STATE.map((_, place) => `(v128.store ${stateAt(place)} (v128.load32_splat offset=${place * 4} ${get('state')}))`))}
    (loop $next
      (call $compress
        ${get('message')}
        (i32.add ${get('message')} ${get('stride')})
        (i32.add ${get('message')} (i32.mul ${get('stride')} (i32.const 2)))
        (i32.add ${get('message')} (i32.mul ${get('stride')} (i32.const 3))))
      ${set('message', `(i32.add ${get('message')} (i32.const 64))`)}
      (br_if $next (local.tee $blocks (i32.sub ${get('blocks')} (i32.const 1))))))

  ;; Writes the digests as bytes, 64 apart.
  (func $bytes (param $to i32) ${vectors('a', 'b', 'c', 'd', ...BETWEEN)}
    ${lines(bytesOut(0), bytesOut(1))})

  ;; Writes the digests in hex, $stride apart.
  (func $hex (param $to i32) (param $stride i32) (local $at i32) ${vectors('a', 'b', 'c', 'd', 'digits', 'high', 'low', ...BETWEEN)}
    ${set('digits', `(v128.const i8x16 ${Buffer.from('0123456789abcdef').join(' ')})`)}
    ${lines(hexOut(0), hexOut(1))})

  ;; HMACs of the hex digests of four messages. Both are padded already, the inner messages with room for the digests at
  ;; $digests, and the outer ones 64 bytes each.
  (func (export "sign")
    (param $message i32) (param $stride i32) (param $blocks i32)
    (param $innerState i32) (param $inner i32) (param $innerStride i32) (param $digests i32)
    (param $outerState i32) (param $outer i32) (param $signatures i32)
    (call $hash (i32.const ${FIRST_STATE}) ${get('message')} ${get('stride')} ${get('blocks')})
    (call $hex ${get('digests')} ${get('innerStride')})
    (call $hash ${get('innerState')} ${get('inner')} ${get('innerStride')} (i32.shr_u ${get('innerStride')} (i32.const 6)))
    (call $bytes ${get('outer')})
    (call $hash ${get('outerState')} ${get('outer')} (i32.const 64) (i32.const 1))
    (call $hex ${get('signatures')} (i32.const 64))))
`;
