import { expect, it } from 'vitest';
import { tagValueOf } from '../../web/src/pages/media/tag-value.ts';

it('makes a list of values of a new tag alone: a text may have commas', () => {
  expect(tagValueOf('news, sport', undefined)).toEqual(['news', 'sport']);
  expect(tagValueOf('news', undefined)).toBe('news');
  expect(tagValueOf('news, sport', 'news')).toBe('news, sport');
  expect(tagValueOf('news', ['news', 'sport'])).toEqual(['news']);
});
