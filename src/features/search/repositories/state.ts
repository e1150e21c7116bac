import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq } from '../../../vastdb/predicate/builder.ts';
import { STATE } from '../search-tables.ts';

type StateName =
  /** Counts changes of the vectors that searches may see. */
  | 'vector_revision'
  /** 1 while no job is to be taken. */
  | 'queue_paused';

export const readRevision = (reader: ManagedReader): Promise<bigint> => read(reader, 'vector_revision');

/** Only one of two concurrent transactions commits. Returns the new revision. */
export async function nextRevision(tx: ManagedTransaction): Promise<bigint> {
  const value = (await readRevision(tx)) + 1n;
  await write(tx, 'vector_revision', value);
  return value;
}

export const readQueuePaused = async (reader: ManagedReader): Promise<boolean> =>
  (await read(reader, 'queue_paused')) === 1n;

export const writeQueuePaused = (tx: ManagedTransaction, paused: boolean): Promise<void> =>
  write(tx, 'queue_paused', paused ? 1n : 0n);

/** 0 if it was never written. */
async function read(reader: ManagedReader, name: StateName): Promise<bigint> {
  const { rows } = await reader.select({ table: STATE, columns: ['value'], where: eq('name', name) });
  return rows[0]?.[0] ?? 0n;
}

async function write(tx: ManagedTransaction, name: StateName, value: bigint): Promise<void> {
  // If two write it for the first time, only one inserts the row.
  if ((await tx.update(STATE, eq('name', name), { value })) > 0) return;
  await tx.lock([`search:${name}`]);
  await tx.insertArrays(STATE, ['name', 'value'], [[name, value]]);
}
