import type { AnalysedTable } from '../analytics.ts';
import { AppError } from '../../../shared/errors.ts';
import type { NumberOf } from '../../../vastdb/analytics/analysis.ts';
import type { ColumnDefinition, TableDefinition } from '../../../vastdb/engine.ts';
import type { AnalysedTable as FeatureTable } from '../../statistics.ts';
import { UNSIGNED_COLUMNS } from '../../../tams/flows/flow-row.ts';
import { FLOWS } from '../../../tams/flows/flow-tables.ts';
import { OBJECTS } from '../../../tams/objects/object-tables.ts';
import { SEGMENTS } from '../../../tams/segments/segment-tables.ts';
import { SOURCES } from '../../../tams/sources/source-tables.ts';
import { EVENTS } from '../../../tams/webhooks/webhook-tables.ts';

/** Tables for analyses. None has credentials, and names come only from the schema. */
interface Analysed extends FeatureTable {
  /** Whether rows belong to flows and sources, so that a limited view shows some of them. */
  readonly hasAccess?: boolean;
}

/** Those of TAMS. */
const ANALYSED: readonly Analysed[] = [
  {
    definition: SEGMENTS,
    times: ['start_ns', 'end_ns'],
    groups: ['flow_id'],
    differences: { duration_ns: ['end_ns', 'start_ns'] },
    hasAccess: true,
    isExported: true,
  },
  {
    definition: FLOWS,
    times: ['created_ns', 'content_start_ns', 'content_end_ns'],
    groups: ['source_id', 'format', 'codec', 'container', 'label', 'read_only'],
    hasAccess: true,
    isExported: true,
  },
  { definition: SOURCES, times: ['created_ns'], groups: ['format', 'label'], hasAccess: true },
  { definition: EVENTS, times: ['created_ms'], groups: ['type'] },
];

const NUMERIC: ReadonlySet<ColumnDefinition['type']> = new Set(['int64', 'int32', 'float64']);
const NS_PER_MS = 1_000_000n;

/** The tables, as a view that classes limit may see them. */
export interface Seen {
  readonly tables: readonly string[];
  readonly limited: boolean;
  readonly ofFeatures: readonly FeatureTable[];
}

export const analysedTables = (seen: Seen): AnalysedTable[] =>
  visible(seen).map(({ definition, times, groups, differences = {} }) => ({
    table: definition.name,
    numbers: [...Object.keys(differences), ...numericColumns(definition)],
    times,
    groups,
  }));

/** A table whose rows are exported. @throws AppError `invalid_request` */
export function exportedTable(name: string, seen: Seen): TableDefinition {
  // Objects have nothing to analyse.
  const tables = [
    ...visible(seen)
      .filter(({ isExported }) => isExported)
      .map(({ definition }) => definition),
    OBJECTS,
  ];
  const found = tables.find((table) => table.name === name);
  if (found === undefined) {
    throw unknownName(
      'table',
      tables.map((table) => table.name),
    );
  }
  return found;
}

/** A column with the nanoseconds of its unit. */
export interface TimeColumn {
  readonly column: string;
  readonly unitNs: bigint;
}

/** Finds a table by the names of a query. @throws AppError `invalid_request` naming the parameter */
export class AnalysedNames {
  readonly table: string;
  readonly #analysed: Analysed;

  constructor(table: string, seen: Seen) {
    const found = visible(seen).find(({ definition }) => definition.name === table);
    const names = visible(seen).map(({ definition }) => definition.name);
    if (found === undefined) throw unknownName('table', names);
    this.table = table;
    this.#analysed = found;
  }

  number(name: string, parameter = 'column'): NumberOf {
    const { definition, differences = {} } = this.#analysed;
    const difference = Object.hasOwn(differences, name) ? differences[name] : undefined;
    if (difference !== undefined) {
      const [column, minus] = difference;
      return { column, minus, type: 'int' };
    }
    const column = definition.columns.find((each) => each.name === name);
    if (column === undefined || !NUMERIC.has(column.type)) {
      throw unknownName(parameter, [...Object.keys(differences), ...numericColumns(definition)]);
    }
    if (column.type === 'float64') return { column: name, type: 'float' };
    return { column: name, type: UNSIGNED_COLUMNS.has(name) ? 'uint' : 'int' };
  }

  /** Columns by which rows belong to flows and sources. */
  get filters(): readonly string[] {
    return this.#analysed.filters ?? [];
  }

  /** The time column that a timerange filters; undefined if the table has none. */
  get ownTime(): TimeColumn | undefined {
    return this.#analysed.times.length === 0 ? undefined : this.time(undefined);
  }

  time(name: string | undefined): TimeColumn {
    const { times } = this.#analysed;
    if (times.length === 0) {
      throw new AppError('invalid_request', `table: ${this.table} has no time, so there is no series of it`, {
        field: 'table',
      });
    }
    const column = name ?? times[0];
    if (column === undefined || !times.includes(column)) throw unknownName('time', times);
    return { column, unitNs: column.endsWith('_ms') ? NS_PER_MS : 1n };
  }

  group(name: string): string {
    const { groups } = this.#analysed;
    if (!groups.includes(name)) throw unknownName('group_by', groups);
    return name;
  }
}

const visible = ({ tables, limited, ofFeatures }: Seen): readonly Analysed[] =>
  [...ANALYSED, ...ofFeatures].filter(
    ({ definition, hasAccess = false }: Analysed) => tables.includes(definition.name) && (hasAccess || !limited),
  );

const numericColumns = ({ columns }: TableDefinition): string[] =>
  columns.filter(({ type }) => NUMERIC.has(type)).map(({ name }) => name);

const unknownName = (parameter: string, names: readonly string[]): AppError =>
  new AppError('invalid_request', `${parameter} must be one of ${names.join(', ')}`, { field: parameter });
