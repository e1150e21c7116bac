import { expect, test } from 'vitest';
import { ContinuityCounters } from '../../../mgmt/media/transport-stream.ts';

/** A packet of a PID; `payload` unless it has an adaptation field alone. */
function packet(pid: number, counter: number, payload = true): Buffer {
  const bytes = Buffer.alloc(188, 0x47);
  bytes.writeUInt16BE(pid, 1);
  bytes.writeUInt8((payload ? 0x10 : 0x20) | counter, 3);
  return bytes;
}

const countersOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 188 }, (_, index) => bytes.readUInt8(index * 188 + 3) & 15);

test('counters go on where one stream follows another, of each PID by itself', () => {
  const counters = new ContinuityCounters();
  const first = Buffer.concat([packet(256, 14), packet(257, 3), packet(256, 15)]);
  counters.begin();
  counters.rewrite(first);
  expect(countersOf(first)).toEqual([14, 3, 15]);
  // What is the same within a stream stays: a packet twice, one that is lost, and one without payload.
  const second = Buffer.concat([
    ...[packet(256, 0), packet(257, 0), packet(256, 0), packet(256, 2)],
    ...[packet(256, 2, false), packet(0x1fff, 7)],
  ]);
  counters.begin();
  counters.rewrite(second);
  expect(countersOf(second)).toEqual([0, 4, 0, 2, 2, 7]);
});

test('bytes that are no packets stay as they are', () => {
  const counters = new ContinuityCounters();
  counters.begin();
  counters.rewrite(packet(256, 3));
  counters.begin();
  const shifted = Buffer.concat([Buffer.from([0]), packet(256, 9), packet(256, 10)]);
  const before = Buffer.from(shifted);
  counters.rewrite(shifted);
  expect(shifted).toEqual(before);
});
