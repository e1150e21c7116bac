import type { ManagedReader } from '../vastdb/managed-reader.ts';

/** Reads of repositories, inside a transaction or outside. */
export type TableReads = Pick<ManagedReader, 'select' | 'spans' | 'list' | 'inSnapshot'>;
