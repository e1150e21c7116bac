import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell, ColumnDefinition } from '../../../../src/vastdb/engine.ts';

/** Recorded exchanges of the official client, which are not part of this project. */

const DIRECTORY = process.env['VAST_VECTORS_DIR'] ?? join(import.meta.dirname, '../../../../../shared/vast-vectors');

/** Why tests that need the recordings are skipped, or undefined when they are there. */
export const recordingsMissing = existsSync(join(DIRECTORY, 'README.md'))
  ? undefined
  : `skipped: no recordings at ${DIRECTORY}; set VAST_VECTORS_DIR to their folder`;

export interface RecordedField {
  readonly name: string | null;
  readonly type: string;
  readonly nullable: boolean;
  readonly children?: readonly RecordedField[];
}

export type RecordedExpression =
  | { readonly call: string; readonly args: readonly RecordedExpression[] }
  | { readonly field: number; readonly name: string }
  | RecordedLiteral;

export interface RecordedLiteral {
  readonly literal: string;
  readonly value: unknown;
  readonly type: RecordedField;
}

export interface RecordedRelation {
  readonly impl: string;
  readonly name: string;
  readonly schema: readonly RecordedField[];
  readonly filter: RecordedExpression;
  readonly projection: readonly number[];
}

export type RecordedRow = Readonly<Record<string, unknown>>;

export interface Exchange {
  readonly n: number;
  readonly label: string;
  readonly op: string;
  readonly injected?: string;
  readonly client_raises?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly decoded?: Readonly<Record<string, unknown>>;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly decoded?: Readonly<Record<string, unknown>>;
    readonly frames?: readonly unknown[];
  };
  readonly relation?: RecordedRelation;
  readonly expect?: {
    readonly columns: readonly RecordedField[];
    readonly rows?: readonly RecordedRow[];
    readonly pages: readonly { readonly stream: number; readonly next: string; readonly rows: number }[];
    readonly count?: number;
    readonly error?: string;
  };
}

/** The exchanges of one file; none when there are no recordings. */
export function recorded(file: string): readonly Exchange[] {
  if (recordingsMissing !== undefined) return [];
  const { exchanges } = JSON.parse(readFileSync(join(DIRECTORY, `${file}.json`), 'utf8')) as {
    exchanges: readonly Exchange[];
  };
  return exchanges;
}

const TYPES: Readonly<Record<string, ColumnDefinition['type']>> = {
  utf8: 'string',
  int64: 'int64',
  int32: 'int32',
  float64: 'float64',
  bool: 'bool',
  binary: 'binary',
};

/** Undefined for a type that our tables do not use. */
export function definitionOf({ name, type, nullable, children }: RecordedField): ColumnDefinition | undefined {
  const required = nullable ? {} : { required: true };
  const [, dimension] = /^fixed_size_list\[(\d+)\]$/.exec(type) ?? [];
  if (dimension !== undefined && children?.[0]?.type === 'float32') {
    return { name: name ?? '', type: 'vector', dimension: Number(dimension), ...required };
  }
  const ours = TYPES[type];
  return ours === undefined ? undefined : { name: name ?? '', type: ours, ...required };
}

/** A recorded value as a cell of a column. */
export function cellOf({ type }: Pick<ColumnDefinition, 'type'>, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'int64':
      return BigInt(value as string);
    case 'binary':
      return new Uint8Array(Buffer.from(value as string, 'base64'));
    case 'vector':
      return Float32Array.from(value as number[]);
    default:
      return value as Cell;
  }
}
