import type { AnalysedTable } from '../../domain/analytics.ts';
import { AppError } from '../../shared/errors.ts';
import type { NumberOf } from '../../vastdb/analytics/analysis.ts';
import type { ColumnDefinition, TableDefinition } from '../../vastdb/engine.ts';
import { EVENTS, FLOWS, SEGMENTS, SOURCES } from '../vast-store/tables.ts';

/** What may be analysed: nothing that has to do with credentials is among it, and names come from the schema alone. */
interface Analysed {
  readonly definition: TableDefinition;
  /** Those whose unit is a nanosecond or, by their name, a millisecond. The first is the table's own. */
  readonly times: readonly [string, ...string[]];
  readonly groups: readonly string[];
  /** Numbers that are differences of two columns. */
  readonly differences?: Readonly<Record<string, readonly [column: string, minus: string]>>;
  /** Whether rows belong to flows and sources, so that a limited view has some of them. */
  readonly hasAccess: boolean;
}

const ANALYSED: readonly Analysed[] = [
  {
    definition: SEGMENTS,
    times: ['start_ns', 'end_ns'],
    groups: ['flow_id'],
    differences: { duration_ns: ['end_ns', 'start_ns'] },
    hasAccess: true,
  },
  {
    definition: FLOWS,
    times: ['created_ns', 'content_start_ns', 'content_end_ns'],
    groups: ['source_id', 'format', 'codec', 'container', 'label', 'read_only'],
    hasAccess: true,
  },
  { definition: SOURCES, times: ['created_ns'], groups: ['format', 'label'], hasAccess: true },
  { definition: EVENTS, times: ['created_ms'], groups: ['type'], hasAccess: false },
];

const NUMERIC: ReadonlySet<ColumnDefinition['type']> = new Set(['int64', 'int32', 'float64']);
const NS_PER_MS = 1_000_000n;

export const analysedTables = (limited: boolean): AnalysedTable[] =>
  visible(limited).map(({ definition, times, groups, differences = {} }) => ({
    table: definition.name,
    numbers: [...Object.keys(differences), ...numericColumns(definition)],
    times,
    groups,
  }));

/** One of the tables, by the names of a query. @throws AppError `invalid_request` naming the parameter */
export class AnalysedNames {
  readonly table: string;
  readonly #analysed: Analysed;

  constructor(table: string, limited: boolean) {
    const found = visible(limited).find(({ definition }) => definition.name === table);
    const names = visible(limited).map(({ definition }) => definition.name);
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
    return { column: name, type: column.type === 'float64' ? 'float' : 'int' };
  }

  /** The column, and how many nanoseconds its unit has. */
  time(name: string | undefined): { readonly column: string; readonly unitNs: bigint } {
    const { times } = this.#analysed;
    const column = name ?? times[0];
    if (!times.includes(column)) throw unknownName('time', times);
    return { column, unitNs: column.endsWith('_ms') ? NS_PER_MS : 1n };
  }

  group(name: string): string {
    const { groups } = this.#analysed;
    if (!groups.includes(name)) throw unknownName('group_by', groups);
    return name;
  }
}

const visible = (limited: boolean): readonly Analysed[] =>
  limited ? ANALYSED.filter(({ hasAccess }) => hasAccess) : ANALYSED;

const numericColumns = ({ columns }: TableDefinition): string[] =>
  columns.filter(({ type }) => NUMERIC.has(type)).map(({ name }) => name);

const unknownName = (parameter: string, names: readonly string[]): AppError =>
  new AppError('invalid_request', `${parameter} must be one of ${names.join(', ')}`, { field: parameter });
