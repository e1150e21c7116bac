import type { Builder, Offset } from 'flatbuffers';
import { TableError } from '../../../table-error.ts';
import {
  BinaryLiteral,
  BooleanLiteral,
  Float32Literal,
  Float64Literal,
  Int32Literal,
  Int64Literal,
  ListLiteral,
  Literal,
  LiteralImpl,
  StringLiteral,
} from '../flatbuffers/compute-ir.generated.ts';
import { addLiteralElement } from './arrow-fields.ts';
import { type Comparand, TextBytes } from './conjunction.ts';
import type { WireColumn } from './wire-column.ts';

/**
 * Adds the value that a column is compared with.
 *
 * @param field the column's `addLiteralField`, which all its literals share.
 * @throws TableError `invalid` for a value of another type than the column's.
 */
export function addLiteral(builder: Builder, column: WireColumn, field: Offset, value: Comparand): Offset {
  return addTyped(builder, ...addImpl(builder, column, value), field);
}

function addTyped(builder: Builder, type: LiteralImpl, impl: Offset, field: Offset): Offset {
  Literal.startLiteral(builder);
  Literal.addImplType(builder, type);
  Literal.addImpl(builder, impl);
  Literal.addType(builder, field);
  return Literal.endLiteral(builder);
}

function addImpl(builder: Builder, column: WireColumn, value: Comparand): [LiteralImpl, Offset] {
  switch (column.type) {
    case 'string':
      if (typeof value === 'string' || value instanceof TextBytes) {
        const text = builder.createString(value instanceof TextBytes ? value.utf8 : value);
        return [LiteralImpl.StringLiteral, StringLiteral.createStringLiteral(builder, text)];
      }
      break;
    case 'int64':
      if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
        return [LiteralImpl.Int64Literal, Int64Literal.createInt64Literal(builder, value)];
      }
      break;
    case 'int32':
      if (typeof value === 'number' && (value | 0) === value) {
        return [LiteralImpl.Int32Literal, Int32Literal.createInt32Literal(builder, value)];
      }
      break;
    case 'float64':
      if (typeof value === 'number' && !Number.isNaN(value)) {
        return [LiteralImpl.Float64Literal, Float64Literal.createFloat64Literal(builder, value)];
      }
      break;
    case 'bool':
      if (typeof value === 'boolean') {
        return [LiteralImpl.BooleanLiteral, BooleanLiteral.createBooleanLiteral(builder, value)];
      }
      break;
    case 'binary':
      if (value instanceof Uint8Array) {
        return [LiteralImpl.BinaryLiteral, BinaryLiteral.createBinaryLiteral(builder, builder.createByteVector(value))];
      }
      break;
    case 'vector':
      if (value instanceof Float32Array && value.length === column.dimension) {
        return [LiteralImpl.ListLiteral, addElements(builder, value)];
      }
      break;
    default:
  }
  throw new TableError('invalid', `Column ${column.name} holds ${column.type}: it cannot be compared with this value.`);
}

function addElements(builder: Builder, vector: Float32Array): Offset {
  const field = addLiteralElement(builder);
  const elements = Array.from(vector, (element) =>
    addTyped(builder, LiteralImpl.Float32Literal, Float32Literal.createFloat32Literal(builder, element), field),
  );
  return ListLiteral.createListLiteral(builder, ListLiteral.createValuesVector(builder, elements));
}
