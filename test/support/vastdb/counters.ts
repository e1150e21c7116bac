import { expect } from 'vitest';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { selectOne } from './rows.ts';

export const COUNTERS = {
  name: 'counters',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
} as const;
export const EVENTS = {
  name: 'events',
  columns: [
    { name: 'counter', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  sortKey: ['counter', 'value'],
} as const;

/** Adds one to a counter, and an event that tells of it. */
export async function increment(manager: VastDBManager, id: string): Promise<void> {
  await manager.transaction(async (tx) => {
    const row = await tx.selectOne({ table: 'counters', where: eq('id', id) });
    const value = (row?.['value'] as bigint) + 1n;
    await tx.update('counters', eq('id', id), { value });
    await tx.insert('events', [{ counter: id, value }]);
  });
}

export async function valueOf(manager: VastDBManager, id: string): Promise<bigint> {
  const row = await selectOne(manager, { table: 'counters', where: eq('id', id) });
  return row?.['value'] as bigint;
}

/** Every event once, from 1 to the counter's value: nothing lost, nothing done twice. */
export async function expectExactly(manager: VastDBManager, id: string, value: bigint): Promise<void> {
  expect(await valueOf(manager, id)).toBe(value);
  const { rows } = await manager.select({ table: 'events', columns: ['value'], where: eq('counter', id) });
  const values = rows.flat().map(Number);
  expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: Number(value) }, (_, index) => index + 1));
}
