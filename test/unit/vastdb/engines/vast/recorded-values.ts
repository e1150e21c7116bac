import type { Cell, ColumnDefinition } from '../../../../../src/vastdb/engine.ts';
import type { RecordedField } from '../../../../support/vastdb/recordings.ts';

/** Recorded columns and values as those of our own table layer. */

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
