import { Binary } from 'apache-arrow/fb/binary';
import { Bool } from 'apache-arrow/fb/bool';
import { Decimal } from 'apache-arrow/fb/decimal';
import { Endianness } from 'apache-arrow/fb/endianness';
import { Field } from 'apache-arrow/fb/field';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { List } from 'apache-arrow/fb/list';
import { Precision } from 'apache-arrow/fb/precision';
import { Schema } from 'apache-arrow/fb/schema';
import { TimeUnit } from 'apache-arrow/fb/time-unit';
import { Timestamp } from 'apache-arrow/fb/timestamp';
import { Type } from 'apache-arrow/fb/type';
import { Utf8 } from 'apache-arrow/fb/utf8';
import type { Builder, Offset } from 'flatbuffers';
import { TableError } from '../../../table-error.ts';
import { malformed } from './malformed.ts';
import type { WireColumn, WireType } from './wire-column.ts';

/** Name of a list's element in Arrow and the cluster's own tools. */
const ELEMENT = 'item';
const ROW_ID_DIGITS = 38;
/** In the order of their numbers. */
const TIME_UNITS = [TimeUnit.SECOND, TimeUnit.MILLISECOND, TimeUnit.MICROSECOND, TimeUnit.NANOSECOND];

/** Adds Arrow's Schema of the columns. */
export function addSchema(builder: Builder, columns: readonly WireColumn[]): Offset {
  const fields = columns.map((column) => addField(builder, column));
  return Schema.createSchema(builder, Endianness.Little, Schema.createFieldsVector(builder, fields), 0, 0);
}

/**
 * Adds the Field that tells the type of a literal, which has no name. Vectors are compared with a plain
 * list: the cluster does not know literals of a fixed length.
 */
export function addLiteralField(builder: Builder, column: WireColumn): Offset {
  if (column.type !== 'vector') return addNullableField(builder, 0, column.nullable, ...addType(builder, column), 0);
  const children = Field.createChildrenVector(builder, [addLiteralElement(builder)]);
  List.startList(builder);
  return addNullableField(builder, 0, column.nullable, Type.List, List.endList(builder), children);
}

/** Adds the Field that tells the type of one element of a vector's literal. */
export function addLiteralElement(builder: Builder): Offset {
  return addElement(builder, 0);
}

/** Reads a column; undefined for a type that is never read. */
export function readField(field: Field): WireColumn | undefined {
  const name = field.name() ?? '';
  const nullable = field.nullable();
  if (field.typeType() === Type.FixedSizeList) {
    const element = field.children(0);
    if (element === null || readType(element) !== 'float32') return undefined;
    return { name, type: 'vector', nullable, dimension: readAs(field, new FixedSizeList()).listSize() };
  }
  if (field.typeType() === Type.Timestamp) {
    const timestamp = readAs(field, new Timestamp());
    const timezone = timestamp.timezone();
    return { name, type: 'timestamp', nullable, dimension: timestamp.unit(), ...(timezone !== null && { timezone }) };
  }
  const type = readType(field);
  return type && { name, type, nullable, dimension: 0 };
}

function addField(builder: Builder, column: WireColumn): Offset {
  const name = builder.createString(column.name);
  const children =
    column.type === 'vector'
      ? Field.createChildrenVector(builder, [addElement(builder, builder.createString(ELEMENT))])
      : 0;
  return addNullableField(builder, name, column.nullable, ...addType(builder, column), children);
}

function addElement(builder: Builder, name: Offset): Offset {
  const type = FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
  return addNullableField(builder, name, false, Type.FloatingPoint, type, 0);
}

function addNullableField(
  builder: Builder,
  name: Offset,
  nullable: boolean,
  typeType: Type,
  type: Offset,
  children: Offset,
): Offset {
  Field.startField(builder);
  if (name !== 0) Field.addName(builder, name);
  Field.addNullable(builder, nullable);
  Field.addTypeType(builder, typeType);
  Field.addType(builder, type);
  if (children !== 0) Field.addChildren(builder, children);
  return Field.endField(builder);
}

function addType(builder: Builder, { name, type, dimension, timezone }: WireColumn): [Type, Offset] {
  switch (type) {
    case 'string':
      return [Type.Utf8, Utf8.createUtf8(builder)];
    case 'binary':
      return [Type.Binary, Binary.createBinary(builder)];
    case 'bool':
      return [Type.Bool, Bool.createBool(builder)];
    case 'int64':
      return [Type.Int, Int.createInt(builder, 64, true)];
    case 'int32':
      return [Type.Int, Int.createInt(builder, 32, true)];
    case 'float64':
      return [Type.FloatingPoint, FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE)];
    case 'float32':
      return [Type.FloatingPoint, FloatingPoint.createFloatingPoint(builder, Precision.SINGLE)];
    case 'timestamp': {
      const zone = timezone === undefined ? 0 : builder.createString(timezone);
      return [Type.Timestamp, Timestamp.createTimestamp(builder, TIME_UNITS[dimension] ?? TimeUnit.NANOSECOND, zone)];
    }
    case 'rowId':
      return [Type.Int, Int.createInt(builder, 64, false)];
    case 'sortedRowId':
      return [Type.Decimal, Decimal.createDecimal(builder, ROW_ID_DIGITS, 0, 128)];
    case 'vector':
      if (!Number.isSafeInteger(dimension) || dimension < 1) {
        throw new TableError('invalid', `The vector column ${name} needs a dimension of at least 1.`);
      }
      return [Type.FixedSizeList, FixedSizeList.createFixedSizeList(builder, dimension)];
  }
}

function readType(field: Field): Exclude<WireType, 'vector' | 'timestamp'> | undefined {
  switch (field.typeType()) {
    case Type.Utf8:
      return 'string';
    case Type.Binary:
      return 'binary';
    case Type.Bool:
      return 'bool';
    case Type.Int: {
      const int = readAs(field, new Int());
      if (int.isSigned()) return int.bitWidth() === 64 ? 'int64' : int.bitWidth() === 32 ? 'int32' : undefined;
      return int.bitWidth() === 64 ? 'rowId' : undefined;
    }
    case Type.FloatingPoint: {
      const precision = readAs(field, new FloatingPoint()).precision();
      return precision === Precision.DOUBLE ? 'float64' : precision === Precision.SINGLE ? 'float32' : undefined;
    }
    case Type.Decimal: {
      const decimal = readAs(field, new Decimal());
      return decimal.scale() === 0 && decimal.bitWidth() === 128 ? 'sortedRowId' : undefined;
    }
    default:
      return undefined;
  }
}

function readAs<T>(field: Field, type: T): T {
  const read = field.type(type) as T | null;
  if (read === null) throw malformed(`field ${field.name() ?? ''} has no type`);
  return read;
}
