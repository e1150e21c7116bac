import { describe, expect, it } from 'vitest';
import { stretchesOf } from '../../web/src/pages/search/marked.ts';
import { hasLater, readQuery, writeQuery } from '../../web/src/pages/search/query.ts';

describe('the search in an address', () => {
  it('is read as it was written, without what is usual', () => {
    const usual = readQuery('?q=storm');
    expect(usual).toEqual({ q: 'storm', type: 'hybrid', speaker: '', language: '', offset: 0 });
    expect(writeQuery(usual)).toBe('q=storm');
    const whole = { q: 'a "b c" -d', type: 'semantic', speaker: 'Ann', language: 'de', offset: 40 } as const;
    expect(readQuery(writeQuery(whole))).toEqual(whole);
  });

  it('leaves out parts that no search has', () => {
    expect(readQuery('?q=x&type=magic&offset=-1')).toMatchObject({ type: 'hybrid', offset: 0 });
    expect(readQuery('?q=x&offset=10000')).toMatchObject({ offset: 0 });
    expect(readQuery('?q=x&offset=9980')).toMatchObject({ offset: 9980 });
  });

  it('leads no further than the server answers', () => {
    expect(hasLater(0, 20)).toBe(false);
    expect(hasLater(0, 21)).toBe(true);
    expect(hasLater(9980, 50_000)).toBe(false);
  });
});

describe('the highlights of a hit', () => {
  it('take its text apart and lose nothing', () => {
    const text = 'storm after storm';
    const stretches = stretchesOf(text, [
      { start: 0, end: 5 },
      { start: 12, end: 17 },
    ]);
    expect(stretches.map((one) => one.text).join('')).toBe(text);
    expect(stretches.map(({ isMarked }) => isMarked)).toEqual([true, false, true]);
    expect(stretchesOf('none', [])).toEqual([{ text: 'none', isMarked: false }]);
  });
});
