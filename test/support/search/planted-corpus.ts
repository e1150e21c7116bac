import { seededRandom } from '../vast-emulator/seeded-random.ts';

export interface PlantedCorpus {
  readonly documents: readonly string[];
  /** Each with the one document that answers it. */
  readonly queries: readonly { readonly text: string; readonly answer: number }[];
}

const SYLLABLES = [
  'ba',
  'cor',
  'den',
  'fil',
  'gra',
  'hom',
  'jul',
  'kes',
  'lin',
  'mor',
  'net',
  'pol',
  'qui',
  'ras',
  'sto',
  'tur',
];
const ENDINGS = ['', 's', 'ed', 'ing', 'er'];
const VOCABULARY = 2_000;
const DOCUMENT_WORDS = 16;
const QUERY_WORDS = 3;

/**
 * Documents of made-up words, the frequent ones in most of them, and queries of three words of one document. A third of
 * the queries asks in the document's own words, a third in other forms of them, a third with a letter mistyped.
 */
export function plantCorpus(documents: number, queries: number, seed = 1): PlantedCorpus {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const syllable = (): string => SYLLABLES[below(SYLLABLES.length)] ?? '';
  const stems = Array.from({ length: VOCABULARY }, () => syllable() + syllable() + syllable());
  // Words are the rarer the higher their number, as in language.
  const stem = (): string => stems[Math.floor(VOCABULARY * random() ** 2)] ?? '';
  const form = (word: string): string => word + (ENDINGS[below(ENDINGS.length)] ?? '');
  const words = Array.from({ length: documents }, () =>
    Array.from({ length: DOCUMENT_WORDS }, () => {
      const plain = stem();
      return { plain, written: form(plain) };
    }),
  );
  const mistyped = (word: string): string => {
    const at = 1 + below(word.length - 2);
    return word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
  };
  return {
    documents: words.map((document) => document.map(({ written }) => written).join(' ')),
    queries: Array.from({ length: queries }, (_, index) => {
      const answer = below(documents);
      const asked = Array.from({ length: QUERY_WORDS }, () => words[answer]?.[below(DOCUMENT_WORDS)]);
      const text = asked.map((word) => {
        const { plain = '', written = '' } = word ?? {};
        if (index % 3 === 0) return written;
        return index % 3 === 1 ? form(plain) : mistyped(written);
      });
      return { text: text.join(' '), answer };
    }),
  };
}
