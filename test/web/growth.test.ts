import { expect, it } from 'vitest';
import { contentOf, isLive, lookAfterMs } from '../../web/src/pages/media/growth.ts';

it('looks for more as often as more may come', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  const updated = { segments_updated: '2026-11-23T11:59:45Z' };
  const old = { segments_updated: '2026-11-23T11:00:00Z' };
  expect([isLive([updated], now), lookAfterMs([updated], now)]).toEqual([true, 2_000]);
  expect([isLive([old], now), lookAfterMs([old], now)]).toEqual([false, 15_000]);
  expect(lookAfterMs([{ ...old, status: 'ingesting' }], now)).toBe(2_000);
  expect(lookAfterMs([{}], now)).toBe(15_000);
  expect(lookAfterMs([], now)).toBe(15_000);
  const closed = { ...updated, status: 'closed_complete' } as const;
  expect([isLive([closed], now), lookAfterMs([closed], now)]).toEqual([false, undefined]);
  expect(lookAfterMs([closed, updated], now)).toBe(2_000);
  expect(contentOf([{ id: 'a', ...old }])).not.toBe(contentOf([{ id: 'a', ...updated }]));
});
