import type { KnownSizes } from '../vastdb/analytics/analysis.ts';
import type { TableDefinition } from '../vastdb/engine.ts';

/** A table that statistics may be made of. Nothing that has to do with credentials is among them. */
export interface AnalysedTable {
  readonly definition: TableDefinition;
  /** Columns in nanoseconds or, by their name, milliseconds. The first is the table's own time, if it has one. */
  readonly times: readonly string[];
  readonly groups: readonly string[];
  /** Numbers that are differences of two columns. */
  readonly differences?: Readonly<Record<string, readonly [column: string, minus: string]>>;
  /** Whether its rows may be exported, too. */
  readonly isExported?: boolean;
  /** Columns by which rows belong to flows and sources. */
  readonly filters?: readonly ('flow_id' | 'source_id')[];
}

/** A feature's tables for statistics. */
export interface Statistics {
  readonly analysed?: readonly AnalysedTable[];
  /** Tables that know sizes of objects. */
  readonly sizes?: readonly KnownSizes[];
  /** Tables that no list shows. */
  readonly hidden?: readonly TableDefinition[];
}
