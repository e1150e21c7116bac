import {
  Binary,
  Bool,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  Schema,
  Utf8,
} from 'apache-arrow';
import type { ColumnDefinition } from '../engine.ts';

/** The Arrow schema of a table's columns. All are nullable, as those that were added later are. */
export function arrowSchema(columns: readonly ColumnDefinition[]): Schema {
  return new Schema(columns.map((column) => new Field(column.name, arrowType(column), true)));
}

export function arrowType({ type, dimension = 0 }: ColumnDefinition): DataType {
  switch (type) {
    case 'string':
      return new Utf8();
    case 'int64':
      return new Int64();
    case 'int32':
      return new Int32();
    case 'float64':
      return new Float64();
    case 'bool':
      return new Bool();
    case 'binary':
      return new Binary();
    case 'vector':
      return new FixedSizeList(dimension, new Field('item', new Float32(), false));
  }
}
