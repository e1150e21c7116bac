import { expect, test } from 'vitest';
import { notesOn, trackName } from '../../../mgmt/ingest/split-file.ts';

test('a track is called what the file calls it, without what a terminal would obey', () => {
  expect(trackName('audio-1', { index: 1 })).toBe('audio-1');
  expect(trackName('audio-1', { index: 1, tags: { language: 'und' } })).toBe('audio-1');
  expect(trackName('audio-1', { index: 1, tags: { language: 'deu', title: 'Ton\u001b[2J' } })).toBe(
    'audio-1 (Ton [2J, deu)',
  );
});

test('what is left out, and pictures that were hidden, are told; the lead-in of sound is not', () => {
  const packets = [{ pts: -1n, dts: -1n, duration: 1n, isKey: true, isHidden: true }];
  const notes = notesOn(
    'clip.mov',
    [{ index: 2, codec_type: 'data' }],
    [
      { prefix: 'video-0', stream: { index: 0, codec_type: 'video' }, packets },
      { prefix: 'audio-1', stream: { index: 1, codec_type: 'audio' }, packets },
    ],
  );
  expect(notes).toEqual([
    expect.stringMatching(/^clip.mov: stream 2 \(data\) is left out/),
    expect.stringMatching(/^1 pictures of video-0 that clip.mov hides/),
  ]);
});
