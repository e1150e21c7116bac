import { tableFromIPC } from 'apache-arrow';
import type { Field } from 'apache-arrow/fb/field';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { Precision } from 'apache-arrow/fb/precision';
import { Type } from 'apache-arrow/fb/type';
import { ByteBuffer, Encoding } from 'flatbuffers';
import {
  BinaryLiteral,
  BooleanLiteral,
  Call,
  Deref,
  type Expression,
  ExpressionImpl,
  FieldIndex,
  FieldRef,
  Float32Literal,
  Float64Literal,
  Int32Literal,
  Int64Literal,
  ListLiteral,
  Literal,
  LiteralImpl,
  Relation,
  RelationImpl,
  Source,
  StringLiteral,
} from '../../../../../src/vastdb/engines/vast/flatbuffers/compute-ir.generated.ts';
import type {
  RecordedExpression,
  RecordedField,
  RecordedLiteral,
  RecordedRelation,
} from '../../../../support/vastdb/recordings.ts';

/** Requests as the recordings show them, so that ours can be compared with theirs. */

/** The fields and rows of an Arrow stream, as apache-arrow reads them. */
export function decodeArrow(body: Uint8Array): { fields: string[]; rows: unknown[][] } {
  const table = tableFromIPC(body);
  const fields = table.schema.fields.map((field) => `${field.name}: ${String(field.type)} ${field.nullable}`);
  const columns = table.schema.fields.map((_, index) => table.getChildAt(index));
  const rows = Array.from({ length: table.numRows }, (_, row) =>
    columns.map((column) => {
      const value: unknown = column?.get(row);
      if (value === null || typeof value !== 'object') return value;
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : [...(value as Iterable<unknown>)];
    }),
  );
  return { fields, rows };
}

export function decodeRelation(body: Uint8Array): RecordedRelation {
  const relation = Relation.getRootAsRelation(new ByteBuffer(body));
  if (relation.implType() !== RelationImpl.Source) throw new Error('a relation is no source');
  const source = relation.impl(new Source()) as Source;
  const schema = present(source.schema());
  const fields = range(schema.fieldsLength()).map((index) => decodeField(present(schema.fields(index))));
  return {
    impl: 'Source',
    name: source.name() ?? '',
    schema: fields,
    filter: decodeExpression(present(source.filter()), nodeNames(fields)),
    projection: range(source.projectionLength()).map((index) => present(source.projection(index)).position()),
  };
}

/** A relation without what may differ: names instead of positions, columns of the filter alone in one order. */
export function comparable(relation: RecordedRelation): unknown {
  const names = nodeNames(relation.schema);
  const projected = relation.projection.map((position) => names[position]);
  const roots = projected.map((name) => name?.split('.')[0]);
  const inOrder = relation.schema.filter(({ name }) => roots.includes(name ?? ''));
  const others = relation.schema.filter(({ name }) => !roots.includes(name ?? ''));
  return {
    ...relation,
    schema: [...inOrder, ...others.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))],
    projection: projected,
    filter: withoutPositions(relation.filter),
  };
}

function withoutPositions(expression: RecordedExpression): unknown {
  if ('call' in expression) return { ...expression, args: expression.args.map(withoutPositions) };
  return 'field' in expression ? { name: expression.name } : expression;
}

/** Names of all nodes of a schema, depth first. */
function nodeNames(fields: readonly RecordedField[], parent = ''): string[] {
  return fields.flatMap(({ name, children = [] }) => {
    const path = parent === '' ? (name ?? '') : `${parent}.${name ?? ''}`;
    return [path, ...nodeNames(children, path)];
  });
}

function decodeField(field: Field): RecordedField {
  const children = range(field.childrenLength()).map((index) => decodeField(present(field.children(index))));
  return {
    name: field.name(),
    type: typeName(field),
    nullable: field.nullable(),
    ...(children.length > 0 ? { children } : {}),
  };
}

function typeName(field: Field): string {
  switch (field.typeType()) {
    case Type.Int: {
      const int = field.type(new Int()) as Int;
      return `${int.isSigned() ? 'int' : 'uint'}${int.bitWidth()}`;
    }
    case Type.FloatingPoint:
      return (field.type(new FloatingPoint()) as FloatingPoint).precision() === Precision.DOUBLE
        ? 'float64'
        : 'float32';
    case Type.FixedSizeList:
      return `fixed_size_list[${(field.type(new FixedSizeList()) as FixedSizeList).listSize()}]`;
    default:
      return Type[field.typeType()].toLowerCase();
  }
}

function decodeExpression(expression: Expression, names: readonly string[]): RecordedExpression {
  switch (expression.implType()) {
    case ExpressionImpl.Call: {
      const call = expression.impl(new Call()) as Call;
      const args = range(call.argumentsLength()).map((index) =>
        decodeExpression(present(call.arguments_(index)), names),
      );
      return { call: call.name() ?? '', args };
    }
    case ExpressionImpl.FieldRef: {
      const reference = expression.impl(new FieldRef()) as FieldRef;
      if (reference.refType() !== Deref.FieldIndex) throw new Error('a field is not named by its position');
      const position = (reference.ref(new FieldIndex()) as FieldIndex).position();
      return { field: position, name: names[position] ?? '' };
    }
    case ExpressionImpl.Literal:
      return decodeLiteral(expression.impl(new Literal()) as Literal);
    default:
      throw new Error('an expression of an unknown kind');
  }
}

function decodeLiteral(literal: Literal): RecordedLiteral {
  const [name = ''] = Object.entries(LiteralImpl).find(([, value]) => value === literal.implType()) ?? [];
  return { literal: name, value: literalValue(literal), type: decodeField(present(literal.type())) };
}

function literalValue(literal: Literal): unknown {
  const as = <T>(impl: T): T => literal.impl(impl) as T;
  switch (literal.implType()) {
    case LiteralImpl.BooleanLiteral:
      return as(new BooleanLiteral()).value();
    case LiteralImpl.Int32Literal:
      return as(new Int32Literal()).value();
    case LiteralImpl.Int64Literal:
      return as(new Int64Literal()).value().toString();
    case LiteralImpl.Float32Literal:
      return as(new Float32Literal()).value();
    case LiteralImpl.Float64Literal:
      return as(new Float64Literal()).value();
    case LiteralImpl.StringLiteral: {
      const bytes = Buffer.from(as(new StringLiteral()).value(Encoding.UTF8_BYTES) as Uint8Array);
      const text = bytes.toString('utf8');
      return Buffer.from(text, 'utf8').equals(bytes) ? text : { base64: bytes.toString('base64') };
    }
    case LiteralImpl.BinaryLiteral:
      return Buffer.from(as(new BinaryLiteral()).valueArray() ?? []).toString('base64');
    case LiteralImpl.ListLiteral: {
      const list = as(new ListLiteral());
      return range(list.valuesLength()).map((index) => decodeLiteral(present(list.values(index))));
    }
    default:
      throw new Error('a literal of an unknown kind');
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

function present<T>(value: T | null): T {
  if (value === null) throw new Error('a part of a relation is missing');
  return value;
}
