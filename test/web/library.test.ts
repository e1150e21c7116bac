import { describe, expect, it } from 'vitest';
import { queryOf, readFilters, writeFilters } from '../../web/src/pages/library/filters.ts';
import { rowsInView } from '../../web/src/pages/library/rows.ts';

describe('the library', () => {
  it('has its filters in the address, and nothing else', () => {
    expect(writeFilters(readFilters({}))).toBe('');
    const query = '?kind=sources&format=urn%3Ax-nmos%3Aformat%3Avideo&tag=site%3Dlondon&order=label';
    expect(writeFilters(readFilters(Object.fromEntries(new URLSearchParams(query))))).toBe(query);
    expect(writeFilters(readFilters({ order: 'nonsense', kind: 'nonsense' }))).toBe('');
  });

  it('asks for what the filters say', () => {
    const asked = (query: Record<string, string>) => queryOf(readFilters(query));
    expect(asked({})).toEqual({ sort_by: 'created', reverse_order: 'true' });
    expect(asked({ tag: 'a=b=c', time: '[0:0_1:0)', order: 'changed' })).toEqual({
      sort_by: 'metadata_updated',
      reverse_order: 'true',
      timerange: '[0:0_1:0)',
      'tag.a': 'b=c',
    });
    // Sources have neither codecs nor times, and another name for their changes.
    expect(asked({ kind: 'sources', codec: 'x', time: '_', tag: 'site', order: 'changed' })).toEqual({
      sort_by: 'updated',
      reverse_order: 'true',
      'tag_exists.site': 'true',
    });
  });

  it('draws rows in view alone, however many there are', () => {
    const rows = rowsInView(1_500_000, 600, 30, 100_000);
    expect(rows).toEqual({ first: 49_980, end: 50_040 });
    expect(rowsInView(0, 600, 30, 5)).toEqual({ first: 0, end: 5 });
    expect(rowsInView(90_000, 600, 30, 5)).toEqual({ first: 5, end: 5 });
  });
});
