import type { Command } from 'commander';
import type { Settings } from '../tams/settings.ts';
import type { TableDefinition } from '../vastdb/engine.ts';
import type { ImportReport } from '../vastdb/foreign/import-report.ts';
import type { ImportSource } from '../vastdb/foreign/staging.ts';
import type { ManagedTransaction } from '../vastdb/managed-transaction.ts';
import type { Predicate } from '../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';

/** A feature as commands of operators know it (`mgmt`). Nothing else loads it. */
export interface Management<Own = unknown> {
  /** Its own commands. */
  readonly commands?: (operator: Operator) => readonly Command[];
  /** Its tables whose rows `mgmt cleanup` may delete by their age: nothing refers to them. */
  readonly ages?: readonly RowAge[];
  /** Checks of `mgmt verify`. */
  readonly checks?: readonly OwnerCheck[];
  /** Its tables with segments that were taken from their flows, and still use their objects. */
  readonly segmentTables?: readonly SegmentTable[];
  /** Earlier systems whose tables can be taken over into its own. */
  readonly importers?: readonly Importer<Own>[];
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

/** `mgmt import SYSTEM`. */
export interface Importer<Own> {
  readonly system: string;
  /** The rows that are taken over, for the help. */
  readonly description: string;
  /** Options that must be given, besides those of all importers: flags and descriptions. */
  readonly required?: readonly (readonly [flags: string, description: string])[];
  /** All that it cannot take is in the report. Rejects where nothing can be taken. */
  readonly take: (source: ImportSource, target: ImportTarget<Own>) => Promise<void>;
}

export interface ImportTarget<Own> {
  readonly manager: VastDBManager;
  readonly settings: Settings;
  /** The settings of the feature. */
  readonly own: Own;
  /** By name, without the dashes. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly report: ImportReport;
  readonly progress: Progress;
}

/** How far a long command has come. */
export interface Progress {
  /** Begins a step of so many units, under a name that is shown. */
  readonly start: (step: string, total: number) => void;
  readonly advance: (units: number) => void;
  readonly stop: () => void;
}
