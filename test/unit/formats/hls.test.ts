import { expect, it } from 'vitest';
import { withTimestampMap } from '../../../src/formats/hls.ts';

const S = 1_000_000_000n;

it.each([
  [
    'WEBVTT\n\n00:00.000 --> 00:01.000\na\n',
    S,
    'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:90000,LOCAL:00:00:00.000\n\n00:00.000 --> 00:01.000\na\n',
  ],
  [
    '\uFEFFWEBVTT - words\r\nSTYLE: none\r\n\r\n',
    0n,
    'WEBVTT - words\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\r\nSTYLE: none\r\n\r\n',
  ],
  ['WEBVTT', S, 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:90000,LOCAL:00:00:00.000\n'],
  // Before the media's own beginning, and after their clock began anew.
  ['WEBVTT\n', -S, 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:8589844592,LOCAL:00:00:00.000\n'],
  ['WEBVTT\n', 95_444n * S, 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:25408,LOCAL:00:00:00.000\n'],
  // It says so itself; a cue does not.
  [
    'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:5\n\n',
    S,
    'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:5\n\n',
  ],
  [
    'WEBVTT\n\n00:00.000 --> 00:01.000\nX-TIMESTAMP-MAP\n',
    0n,
    'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:00.000 --> 00:01.000\nX-TIMESTAMP-MAP\n',
  ],
])('a text says which time of the media its time 0 is: %j', (file, mediaNs, expected) => {
  expect(withTimestampMap(Buffer.from(file), mediaNs)?.toString()).toBe(expected);
});

it.each(['', 'WEBVTTX\n', '1\n00:00:00,000 --> 00:00:01,000\nSubRip\n'])(
  'what is no WebVTT stays as it is: %j',
  (file) => {
    expect(withTimestampMap(Buffer.from(file), 0n)).toBeUndefined();
  },
);
