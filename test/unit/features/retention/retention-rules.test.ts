import { describe, expect, it } from 'vitest';
import { dueOf } from '../../../../src/features/retention/retention-rules.ts';
import { toJson } from '../../../../src/shared/json-text.ts';

const NOW = Date.UTC(2026, 0, 2);
const HOUR_MS = 3_600_000;
const at = (ms: number): string => new Date(ms).toISOString();

const flow = (tags: Record<string, string | string[]>, updatedMs: number, segmentsMs?: number) => ({
  id: 'f',
  document: toJson({ tags, metadata_updated: at(updatedMs) }),
  segmentsUpdated: segmentsMs === undefined ? null : at(segmentsMs),
  collectedBy: toJson<readonly string[]>([]),
});

describe('what is due of a flow', () => {
  it('is the flow, at the offset from the later of its two updates', () => {
    const tags = { flow_retention_offset: '3600:0' };
    expect(dueOf(flow(tags, NOW - HOUR_MS), NOW).flow).toBe(true);
    expect(dueOf(flow(tags, NOW - HOUR_MS + 1), NOW).flow).toBe(false);
    expect(dueOf(flow(tags, NOW - 2 * HOUR_MS, NOW - HOUR_MS + 1), NOW).flow).toBe(false);
    expect(dueOf(flow({}, 0), NOW)).toEqual({ flow: false, segmentsUntilNs: undefined });
  });

  it('are segments up to now, as TAI, without the offset', () => {
    const { segmentsUntilNs } = dueOf(flow({ segment_retention_offset: '60:5' }, NOW), NOW);
    expect(segmentsUntilNs).toBe(BigInt(NOW) * 1_000_000n + 37_000_000_000n - 60_000_000_005n);
  });

  it.each(['1', '-1:0', 'x', '99999999999:0'])('throws for the offset %j, and for a list', (offset) => {
    expect(() => dueOf(flow({ flow_retention_offset: offset }, NOW), NOW)).toThrow(/flow_retention_offset/);
    expect(() => dueOf(flow({ segment_retention_offset: [offset] }, NOW), NOW)).toThrow(/segment_retention_offset/);
  });
});
