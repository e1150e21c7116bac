import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { SegmentBody, TamsClient } from '../../support/tams-client.ts';

/** Outcomes of segments that were posted, by object id: each is posted once. */
export interface Claims {
  readonly taken: Map<string, string>;
  readonly refused: Set<string>;
  /** Sent to a server that was killed before it answered, or that could not tell: may be there, or not. */
  readonly unknown: Map<string, string>;
}

/** An answer that is about something else than overlaps. */
export class RefusedClaim extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`POST segments answered ${status}: ${body}`);
    this.status = status;
  }
}

export const noClaims = (): Claims => ({ taken: new Map(), refused: new Set(), unknown: new Map() });

/** Times are whole milliseconds in these tests. */
const instant = (ms: number): string => `${Math.floor(ms / 1000)}:${(ms % 1000) * 1_000_000}`;

/** A segment of an object of its own, which lies elsewhere. */
export function segmentAt(startMs: number, lengthMs: number): SegmentBody & { get_urls: { url: string }[] } {
  const object_id = randomUUID();
  return {
    object_id,
    timerange: `[${instant(startMs)}_${instant(startMs + lengthMs)})`,
    get_urls: [{ url: `https://media.example/${object_id}` }],
  };
}

/**
 * Posts segments and writes down which were taken. Overlaps are refused, others are not: any other answer throws, and so
 * does a lost connection. After either all segments are unknown.
 */
export async function claim(
  client: TamsClient,
  flowId: string,
  segments: readonly SegmentBody[],
  claims: Claims,
): Promise<void> {
  const [only] = segments;
  const body = segments.length === 1 && only !== undefined ? only : segments;
  const forget = (error: unknown): never => {
    for (const { object_id, timerange } of segments) claims.unknown.set(object_id, timerange);
    throw error;
  };
  const answer = await client.postSegments(flowId, body).catch(forget);
  const failed = answer.body?.failed_segments;
  const isTaken = answer.status === 201 || (answer.status === 200 && failed !== undefined);
  const isRefused = answer.status === 400 && answer.body?.type === 'segment_overlap';
  const isOverlap = failed === undefined || failed.every(({ error }) => error.type === 'segment_overlap');
  if ((!isTaken && !isRefused) || !isOverlap) {
    forget(new RefusedClaim(answer.status, JSON.stringify(answer.body)));
  }
  const refused = new Set(isRefused ? segments.map(({ object_id }) => object_id) : failed?.map((one) => one.object_id));
  for (const { object_id, timerange } of segments) {
    if (refused.has(object_id)) claims.refused.add(object_id);
    else claims.taken.set(object_id, timerange);
  }
}

/**
 * Checks that a flow holds every segment that was taken, once; none that was refused; of the others nothing that was
 * never sent; and no two that overlap.
 */
export async function verifyClaims(client: TamsClient, flowId: string, claims: Claims): Promise<void> {
  const found = await client.listSegments(flowId);
  const timeranges = new Map(found.map(({ object_id, timerange }) => [object_id, timerange]));
  expect(timeranges.size, `segments that are there twice, flow ${flowId}`).toBe(found.length);
  const missing = [...claims.taken].filter(([objectId, timerange]) => timeranges.get(objectId) !== timerange);
  expect(missing, `segments that were taken and are not there, flow ${flowId}`).toEqual([]);
  const unasked = [...timeranges.keys()].filter((id) => !claims.taken.has(id) && !claims.unknown.has(id));
  expect(unasked, `segments that were refused and are there, flow ${flowId}`).toEqual([]);
  const bounds = found.map(({ timerange }) => boundsOf(timerange)).sort(([a], [b]) => a - b);
  const overlaps = bounds.filter(([start], index) => start < (bounds[index - 1]?.[1] ?? 0));
  expect(overlaps, `segments that overlap, flow ${flowId}`).toEqual([]);
}

/** Start and end in milliseconds. */
function boundsOf(timerange: string): [start: number, end: number] {
  const match = /^\[(\d+):(\d+)_(\d+):(\d+)\)$/.exec(timerange);
  if (match === null) throw new Error(`Another timerange than was posted: ${timerange}`);
  const [startS = NaN, startNs = NaN, endS = NaN, endNs = NaN] = match.slice(1).map(Number);
  return [startS * 1000 + startNs / 1e6, endS * 1000 + endNs / 1e6];
}
