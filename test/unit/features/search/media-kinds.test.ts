import { describe, expect, it } from 'vitest';
import {
  fileNameOf,
  isSidecar,
  mediumTypeOf,
  sidecarsOf,
} from '../../../../src/features/search/services/media-kinds.ts';

describe('a medium with speech in it', () => {
  it.each([
    ['a.mp4', undefined, 'video/mp4'],
    ['a.MXF', 'application/octet-stream', 'application/mxf'],
    ['no-extension', 'audio/wav', 'audio/wav'],
    ['list.m3u8', 'audio/mpegurl', undefined],
    ['.mp4', undefined, undefined],
    ['folder.mp4/readme', undefined, undefined],
    ['still.png', 'image/png', undefined],
  ])('is told by its type or else its name: %s, %s', (key, contentType, type) => {
    expect(mediumTypeOf(key, contentType)).toBe(type);
  });

  it.each([
    ['f/clip.mov', 'video/mp4', 'clip.mov'],
    ['f/0190-uuid', 'video/mp2t', '0190-uuid.ts'],
    ['f/0190-uuid', 'audio/mp4; codecs=mp4a', '0190-uuid.m4a'],
    ['f/odd', 'video/unheard-of', 'odd'],
  ])('has a name with an extension, for who tells formats by it: %s', (key, type, name) => {
    expect(fileNameOf(key, type)).toBe(name);
  });
});

describe('what lies beside a medium', () => {
  it('has its name, with or without its extension', () => {
    const keys = sidecarsOf('a/clip.mp4').map(({ key }) => key);
    expect(keys.slice(0, 2)).toEqual(['a/clip.mp4.vtt', 'a/clip.mp4.srt']);
    expect(keys).toContain('a/clip.json');
    expect(keys.every(isSidecar)).toBe(true);
    expect(sidecarsOf('a/clip')).toHaveLength(5);
  });

  it('has its name where lower case is longer than upper case', () => {
    expect(sidecarsOf('a/clip.\u0130').map(({ key }) => key)).toContain('a/clip.vtt');
  });

  it('is not looked for under keys that are longer than stores take', () => {
    const key = `${'ä'.repeat(508)}.mp4`;
    expect(Buffer.byteLength(key)).toBe(1_020);
    expect(sidecarsOf(key).map((sidecar) => sidecar.key.slice(508))).toEqual([
      ...['.mp4.vtt', '.mp4.srt'],
      ...['.vtt', '.srt', '.ttml', '.dfxp', '.json'],
    ]);
  });
});
