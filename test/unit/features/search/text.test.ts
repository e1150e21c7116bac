import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuse } from '../../../../src/features/search/rules/ranking.ts';
import { bm25, phraseNeedle } from '../../../../src/vastdb/query/text-match.ts';
import { chunkTranscript } from '../../../../src/features/search/rules/searchable-transcript.ts';
import { HashingEmbedder } from '../../../../src/features/search/rules/embedding.ts';
import {
  indexedWords,
  makeSnippet,
  parseQueryText,
  wordsOf,
} from '../../../../src/features/search/rules/query-text.ts';

describe('words', () => {
  it('are folded, and know where they stand', () => {
    const text = 'Ça va? ﬁne’s 東京 Straße 3½ naïve_x';
    const words = [...wordsOf(text)];
    expect(words.map(({ folded }) => folded)).toEqual([
      'ca',
      'va',
      'fines',
      '東',
      '京',
      'straße',
      '31',
      '2',
      'naive',
      'x',
    ]);
    expect(words.map(({ start, end }) => text.slice(start, end))).toEqual([
      'Ça',
      'va',
      'ﬁne’s',
      '東',
      '京',
      'Straße',
      '3½',
      '3½',
      'naïve',
      'x',
    ]);
    expect(indexedWords(' A  b ')).toBe(' a b ');
    expect(indexedWords('...')).toBe(' ');
  });

  it('are found where they came from, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const words = [...wordsOf(text)];
        let last = 0;
        for (const { folded, start, end } of words) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(folded).not.toMatch(/\s/);
          last = start;
        }
        for (const { folded } of words) {
          const [[phrase] = []] = parseQueryText(`"${folded}"`).all;
          // What was folded once is not folded further: a word of the text finds the text.
          expect(indexedWords(text)).toContain(phrase === undefined ? '?' : phraseNeedle(phrase));
        }
      }),
    );
  });
});

describe('a query', () => {
  it('is read as people type it, and no text of it is an operator of the engine', () => {
    expect(parseQueryText('One "two three" fou* -five six OR "seven eight"*')).toEqual({
      all: [
        [{ words: ['one'], prefix: false }],
        [{ words: ['two', 'three'], prefix: false }],
        [{ words: ['fou'], prefix: true }],
        [
          { words: ['six'], prefix: false },
          { words: ['seven', 'eight'], prefix: true },
        ],
      ],
      none: [{ words: ['five'], prefix: false }],
    });
    expect(
      parseQueryText('OR state-of-the-art "open')
        .all.flat()
        .map(({ words }) => words),
    ).toEqual([['state', 'of', 'the', 'art'], ['open']]);
    expect(parseQueryText('NEAR(a b) {c} ^d').all).toHaveLength(4);
    const long = Array.from({ length: 33 }, (_, index) => `w${index}`).join(' ');
    for (const refused of ['', '-a', 'x'.repeat(1_001), long]) expect(() => parseQueryText(refused)).toThrow();
  });
});

describe('BM25', () => {
  it('prefers rare words, many of them, and short texts', () => {
    const query = parseQueryText('storm OR sea');
    const texts = ['a storm', 'a storm and much else that is said', 'storm and storm', 'the sea', 'a storm'].map(
      indexedWords,
    );
    const [short = 0, long = 0, often = 0, rare = 0, same = 0] = bm25(query, texts);
    expect(short).toBeGreaterThan(long);
    expect(often).toBeGreaterThan(short);
    expect(rare).toBeGreaterThan(short);
    expect(same).toBe(short);
    expect(bm25(query, [])).toHaveLength(0);
  });
});

describe('a snippet', () => {
  it('highlights phrases as a whole and beginnings as words', () => {
    const text = 'The Prime Minister met ministers.';
    const { highlights } = makeSnippet(text, parseQueryText('"prime minister" minist*'));
    expect(highlights.map(([start, end]) => text.slice(start, end))).toEqual(['Prime Minister', 'ministers']);
    expect(makeSnippet(text)).toEqual({ text, highlights: [] });
  });

  it('is cut around what was found first', () => {
    const words = Array.from({ length: 200 }, (_, index) => `word${index}`);
    for (const wanted of ['word0', 'word100', 'word199']) {
      const { text, highlights } = makeSnippet(words.join(' '), parseQueryText(wanted));
      expect(highlights.map(([start, end]) => text.slice(start, end))).toEqual([wanted]);
      expect(text.split(' ').length).toBeLessThanOrEqual(42);
      expect(text.startsWith('… ')).toBe(wanted !== 'word0');
      expect(text.endsWith(' …')).toBe(wanted !== 'word199');
    }
  });
});

describe('fusion', () => {
  const keyword = [
    { id: 'a', score: 30 },
    { id: 'b', score: 10 },
  ];
  const semantic = [
    { id: 'b', score: 0.9 },
    { id: 'c', score: 0.1 },
  ];

  it('adds reciprocal ranks', () => {
    const fused = fuse(keyword, semantic, 'reciprocal_rank');
    expect(fused.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(fused[0]?.score).toBeCloseTo(1 / 62 + 1 / 61, 12);
  });

  it('adds scores scaled within their lists, by weight', () => {
    const fused = fuse(keyword, semantic, 'weighted_sum', { keyword: 2, semantic: 1 });
    expect(fused).toEqual([
      { id: 'a', score: 2 },
      { id: 'b', score: 1 },
      { id: 'c', score: 0 },
    ]);
    expect(fuse([{ id: 'a', score: -3 }], [], 'weighted_sum')).toEqual([{ id: 'a', score: 1 }]);
  });
});

describe('the hashing embedder', () => {
  const embedder = new HashingEmbedder();

  it('makes vectors of unit length, the same each time, and zero of nothing', async () => {
    const [one, again, nothing] = await embedder.embed(['Election results', 'Election results', '...']);
    expect(one).toEqual(again);
    expect(one).toHaveLength(384);
    expect(Math.hypot(...(one ?? []))).toBeCloseTo(1, 5);
    expect(nothing?.every((element) => element === 0)).toBe(true);
  });

  it('puts forms and misspellings of a word nearer than other words', async () => {
    const [word, plural, typo, other] = await embedder.embed(['election', 'elections', 'electoin', 'football']);
    const cosine = (a?: Float32Array, b?: Float32Array): number =>
      (a ?? new Float32Array()).reduce((sum, element, index) => sum + element * (b?.[index] ?? 0), 0);
    expect(cosine(word, plural)).toBeGreaterThan(0.3);
    expect(cosine(word, typo)).toBeGreaterThan(cosine(word, other) + 0.1);
    expect(Math.abs(cosine(word, other))).toBeLessThan(0.15);
  });
});

describe('chunking', () => {
  const S = 1_000_000_000n;
  const cue = (startS: number, endS: number, text: string, speaker: string | null = null, confidence = 0.5) => ({
    startNs: BigInt(startS) * S,
    endNs: BigInt(endS) * S,
    text,
    speaker,
    confidence,
  });

  it('joins neighbours of one speaker up to a limit, and at the ends of sentences', () => {
    const chunks = chunkTranscript([
      cue(0, 4, 'We begin', 'Ada', 1),
      cue(4, 8, 'with this.', 'Ada', 0),
      cue(8, 18, 'And go on like that.', 'Ada'),
      cue(18, 22, 'A new thought', 'Ada'),
      cue(22, 24, 'says Bob', 'Bob'),
      cue(30, 31, 'after a pause', 'Bob'),
      cue(31, 100, 'one that is too long by itself', 'Bob'),
    ]);
    expect(chunks.map(({ text }) => text)).toEqual([
      'We begin with this. And go on like that.',
      'A new thought',
      'says Bob',
      'after a pause',
      'one that is too long by itself',
    ]);
    expect(chunks.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
    expect(chunks[0]).toMatchObject({ startNs: 0n, endNs: 18n * S, speaker: 'Ada', confidence: 0.5 });
    expect(chunkTranscript([])).toEqual([]);
  });

  it('loses no word, whatever the cues', () => {
    const cues = Array.from({ length: 500 }, (_, index) => cue(index, index + 2, `word${index} and some more`));
    const chunks = chunkTranscript(cues);
    expect(chunks.map(({ text }) => text).join(' ')).toBe(cues.map(({ text }) => text).join(' '));
    expect(chunks.every(({ text }) => text.length <= 400)).toBe(true);
    expect(chunks.every(({ startNs, endNs }) => endNs - startNs <= 30n * S)).toBe(true);
  });
});
