import { describe, expect, it } from 'vitest';
import { UrlCache } from '../../../src/media/url-cache.ts';

describe('UrlCache', () => {
  it('returns what was kept in the same window and counts hits and misses', () => {
    const cache = new UrlCache(10);
    expect(cache.get(300, 'a')).toBeUndefined();
    cache.set(300, 'a', 'url-a');
    expect(cache.get(300, 'a')).toBe('url-a');
    expect(cache.counts()).toEqual({ hits: 1, misses: 1, entries: 1 });
  });

  it('forgets everything when the window changes', () => {
    const cache = new UrlCache(10);
    cache.set(300, 'a', 'url-a');
    expect(cache.get(600, 'a')).toBeUndefined();
    expect(cache.counts().entries).toBe(0);
  });

  it('never holds more than its bound', () => {
    const cache = new UrlCache(10);
    for (let i = 0; i < 1000; i++) {
      cache.set(0, `path-${i}`, `url-${i}`);
      expect(cache.counts().entries).toBeLessThanOrEqual(10);
    }
    expect(cache.get(0, 'path-999')).toBe('url-999');
    expect(cache.get(0, 'path-0')).toBeUndefined();
  });

  it('keeps what is asked for again and again while others come and go', () => {
    const cache = new UrlCache(10);
    cache.set(0, 'hot', 'url');
    for (let i = 0; i < 1000; i++) {
      cache.set(0, `cold-${i}`, 'x');
      expect(cache.get(0, 'hot')).toBe('url');
    }
  });

  it('keeps nothing with a bound of 0', () => {
    const cache = new UrlCache(0);
    cache.set(0, 'a', 'url');
    expect(cache.get(0, 'a')).toBeUndefined();
  });
});
