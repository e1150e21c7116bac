import { randomInt } from 'node:crypto';
import { eq, isIn } from '../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../vastdb/managed-transaction.ts';
import type { TableReads } from './table-access.ts';
import { defineTable, text } from '../vastdb/schema/define-table.ts';

type CounterName = 'registrations_version' | 'event_log_start' | 'event_log_end' | 'event_reader_next';

/** The largest random integer. */
const MAX_VERSION = 2 ** 48 - 1;

export const COUNTERS = defineTable({
  name: 'counters',
  doc: 'Counters of the server.',
  columns: [
    { name: 'name', type: text<CounterName>(), required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
  internal: true,
  docs: { name: 'Name of the counter.', value: 'Its value.' },
});

/** The values of these counters, in their order; 0 for one that was never set. */
export async function readCounters(reader: TableReads, names: readonly CounterName[]): Promise<number[]> {
  const { rows } = await reader.select({
    table: COUNTERS,
    columns: ['name', 'value'],
    where: isIn('name', names),
  });
  const values = new Map(rows);
  return names.map((name) => Number(values.get(name) ?? 0n));
}

/** Transactions that set one counter collide, on engines where they could run side by side. */
export async function setCounter(tx: ManagedTransaction, name: CounterName, value: number): Promise<void> {
  // If two set it for the first time, only one inserts the row.
  if ((await tx.update(COUNTERS, eq('name', name), { value: BigInt(value) })) > 0) return;
  await tx.lock([`counter:${name}`]);
  await tx.insertArrays(COUNTERS, ['name', 'value'], [[name, BigInt(value)]]);
}

/** Tells every transaction and every replica that others want to be told of events. */
export async function countRegistrationChange(tx: ManagedTransaction): Promise<void> {
  // Random: a count that was seen and then rolled back must not come again for other registrations.
  await setCounter(tx, 'registrations_version', randomInt(1, MAX_VERSION));
}
