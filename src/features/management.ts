import type { Command } from 'commander';
import type { TableDefinition } from '../vastdb/engine.ts';
import type { ManagedTransaction } from '../vastdb/managed-transaction.ts';
import type { Predicate } from '../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';

/** A feature as commands of operators know it (`mgmt`). Nothing else loads it. */
export interface Management {
  /** Its own commands. */
  readonly commands?: (operator: Operator) => readonly Command[];
  /** Its tables whose rows `mgmt cleanup` may delete by their age: nothing refers to them. */
  readonly ages?: readonly RowAge[];
  /** Checks of `mgmt verify`. */
  readonly checks?: readonly OwnerCheck[];
  /** Its tables with segments that were taken from their flows, and still use their objects. */
  readonly segmentTables?: readonly SegmentTable[];
}

/** The tables of the configured server, which may be running, for the time of `work`. */
export interface Operator {
  /** All tables. Rejects where there are none. */
  withTables<T>(work: (manager: VastDBManager) => Promise<T>): Promise<T>;
  /** These tables, which are made where they are not there. */
  withTablesOf<T>(tables: readonly TableDefinition[], work: (manager: VastDBManager) => Promise<T>): Promise<T>;
}

export interface RowAge {
  readonly table: string;
  /** The column that tells the age, for people. */
  readonly column: string;
  /** Selects rows from before a time, in milliseconds since 1970. */
  readonly before: (ms: number) => Predicate;
}

/** Looks for rows that name, in a column, a row of another table that is not there. */
export interface OwnerCheck {
  readonly name: string;
  readonly description: string;
  readonly rows: readonly OwnedRows[];
}

export interface OwnedRows {
  readonly table: string;
  readonly column: string;
  readonly where?: Predicate;
  /** The subject of the findings, before the key. */
  readonly subject: string;
  readonly owners: string;
  /** `id` unless given. */
  readonly ownerColumn?: string;
  readonly problem: string;
  /** Describes a repair that deletes the rows; undefined if a person must decide. */
  readonly deleting?: string;
  /** Deletes the rows with these keys, where that takes more than their own table. */
  readonly remove?: (tx: ManagedTransaction, keys: readonly string[]) => Promise<void>;
}

export interface SegmentTable {
  readonly name: string;
  /** The place of its segments, for people. */
  readonly place: string;
}
