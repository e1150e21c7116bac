import { expect, it } from 'vitest';
import { KeptFlows } from '../../../../src/tams/flows/kept-flows.ts';
import type { FlowDocument } from '../../../../src/tams/flows/flow-state.ts';

const asIs = (text: string): string => text;

const flowOf = (id: string, document: string): FlowDocument => ({
  id,
  document: document as FlowDocument['document'],
  segmentsUpdated: null,
  collectedBy: '[]' as FlowDocument['collectedBy'],
});

it('a flow that was read before a commit, and is told of after it, is not taken for the present one', () => {
  const kept = new KeptFlows(2 ** 20);
  const show = (document: string, dataVersion: number): string =>
    kept.shown(flowOf('a', document), asIs, dataVersion, () => document);
  // Two requests; the slower one read the flow first.
  expect(show('new', 2)).toBe('new');
  expect(show('old', 1)).toBe('old');
  expect(kept.get('a', asIs, 2)).toBeUndefined();
  expect(show('new', 2)).toBe('new');
  expect(kept.get('a', asIs, 2)).toBe('new');
});

it('flows are kept within their memory, those that were asked for last, and one that is larger than it is shown all the same', () => {
  const kept = new KeptFlows(100_000);
  const show = (id: string, length: number): number =>
    kept.shown(flowOf(id, 'x'.repeat(length)), asIs, 1, () => 'x'.repeat(length)).length;
  const ids = Array.from({ length: 20 }, (_, n) => `flow ${n}`);
  // A document and two texts of it.
  for (const id of ids) {
    expect(show(id, 3_000)).toBe(3_000);
    kept.get('flow 0', asIs, 1);
  }
  const present = ids.filter((id) => kept.get(id, asIs, 1) !== undefined);
  expect(present.length).toBeLessThanOrEqual(11);
  expect([present[0], present.at(-1)]).toEqual(['flow 0', 'flow 19']);
  expect(kept.bytes).toBeGreaterThan(present.length * 9_000);
  expect(kept.bytes).toBeLessThanOrEqual(100_000);
  expect(show('large', 200_000)).toBe(200_000);
  expect(kept.get('large', asIs, 1)).toBeUndefined();
});
