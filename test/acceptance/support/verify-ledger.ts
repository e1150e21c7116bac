import { expect } from 'vitest';
import type { Segment, TamsClient } from '../../support/tams-client.ts';
import { secondAt } from './flows.ts';
import { contentOf, type FlowLedger, type SegmentsWrite } from './ledger.ts';

/** Where on the timeline objects go that were uploaded, but had no segment when the server was killed. */
const ADOPTED_START = 10_000;

/**
 * Checks that what a server has of a flow is what its clients wrote: every acknowledged write once, a write that
 * was only sent once or not at all, nothing else, and objects whole or not at all.
 */
export async function verifyLedger(client: TamsClient, ledger: FlowLedger): Promise<void> {
  if (!(await verifyFlow(client, ledger))) return;
  await adoptObjects(client, ledger);
  const found = await client.listSegments(ledger.flow.id);
  verifySegments(found, ledger);
  await verifyObjects(client, found, ledger);
}

/** Returns whether the flow exists. */
async function verifyFlow(client: TamsClient, { flow, labels }: FlowLedger): Promise<boolean> {
  const { status, body } = await client.getFlow(flow.id);
  const acknowledged = labels.findLastIndex(({ progress }) => progress === 'acknowledged');
  if (acknowledged === -1 && status === 404) return false;
  expect(status, `the flow ${flow.id}`).toBe(200);
  expect(body).toMatchObject(flow);
  const possible = labels.slice(Math.max(acknowledged, 0)).map(({ label }) => label);
  expect(possible, `labels that the flow ${flow.id} may have`).toContain(body.label);
  return true;
}

/** An acknowledged upload can be used afterwards: objects without a segment get one. */
async function adoptObjects(client: TamsClient, ledger: FlowLedger): Promise<void> {
  const used = new Set((await client.listSegments(ledger.flow.id)).map(({ object_id }) => object_id));
  const unused = [...ledger.uploads.keys()].filter((objectId) => !used.has(objectId));
  for (const [index, object_id] of unused.entries()) {
    const start = ADOPTED_START + ledger.segments.length + index;
    const segment = { object_id, timerange: secondAt(start) };
    const { status, body } = await client.postSegments(ledger.flow.id, segment);
    expect(status, JSON.stringify(body)).toBe(201);
    ledger.segments.push({ segments: [segment], progress: 'acknowledged' });
  }
}

function verifySegments(found: readonly Segment[], { flow, segments: writes, deletion }: FlowLedger): void {
  const counts = new Map<string, number>();
  for (const segment of found) counts.set(keyOf(segment), (counts.get(keyOf(segment)) ?? 0) + 1);
  let expected = 0;
  for (const write of writes) {
    const each = write.segments.map((segment) => counts.get(keyOf(segment)) ?? 0);
    const [count = 0] = each;
    expect(new Set(each).size, `a request was done in part, flow ${flow.id}: ${each.join(' ')}`).toBe(1);
    expect(possibleCounts(write, deletion), `times that ${keyOf(write.segments[0])} may be there`).toContain(count);
    expected += count * each.length;
  }
  expect(found, `segments that nobody wrote, flow ${flow.id}`).toHaveLength(expected);
}

function possibleCounts(write: SegmentsWrite, deletion: FlowLedger['deletion']): number[] {
  if (deletion?.write === write) return deletion.progress === 'acknowledged' ? [0] : [0, 1];
  return write.progress === 'acknowledged' ? [1] : [0, 1];
}

async function verifyObjects(client: TamsClient, found: readonly Segment[], { uploads }: FlowLedger): Promise<void> {
  const byObject = new Map(found.map((segment) => [segment.object_id, segment]));
  for (const [objectId, progress] of uploads) {
    const segment = byObject.get(objectId);
    if (segment === undefined) throw new Error(`The object ${objectId} has no segment.`);
    const { status, body } = await client.downloadSegment(segment);
    if (progress === 'sent' && status === 404) continue;
    expect(status, `the object ${objectId}, upload ${progress}`).toBe(200);
    expect(Buffer.compare(body, contentOf(objectId)), `the bytes of ${objectId}, upload ${progress}`).toBe(0);
  }
}

const keyOf = (segment: Pick<Segment, 'object_id' | 'timerange'> | undefined): string =>
  `${segment?.object_id ?? ''} ${segment?.timerange ?? ''}`;
