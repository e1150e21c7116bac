import { expect, it } from 'vitest';
import { codecStrings } from '../../../src/formats/isobmff.ts';

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 4, 'latin1');
  const bytes = Buffer.concat([head, ...content]);
  bytes.writeUInt32BE(bytes.length);
  return bytes;
}

const track = (...entries: readonly Buffer[]): Buffer => {
  const description = box('stsd', Buffer.alloc(8), ...entries);
  return box('trak', box('tkhd'), box('mdia', box('minf', box('stbl', box('stts'), description))));
};

it('tells the codec of each track, of its first sample entry', () => {
  const avc = box('avc1', Buffer.alloc(78), box('avcC', Buffer.from('0164001fff', 'hex')));
  expect(codecStrings(box('moov', track(avc, box('Opus')), track(box('Opus')), track(box('Opus'))))).toEqual([
    'avc1.64001f',
    'opus',
  ]);
  expect(codecStrings(box('moov', track(box('Opus')), track(box('none'))))).toBeUndefined();
});

it('tells nothing of boxes that lie in each other without end', () => {
  const depth = 8_192;
  const bytes = Buffer.alloc(depth * 8);
  for (let at = 0; at < bytes.length; at += 8) {
    bytes.writeUInt32BE(bytes.length - at, at);
    bytes.write('moov', at + 4, 'latin1');
  }
  expect(codecStrings(bytes)).toBeUndefined();
});
