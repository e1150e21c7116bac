import { Type } from 'apache-arrow';
import { isUtf8 } from 'node:buffer';
import { badRequest } from '../http/protocol-error.ts';
import { compareValues, type Value } from '../store/value.ts';
import { halfToNumber } from '../wire/arrow-values.ts';
import { ARROW_TYPE, readElements, type Literal, type RelationNode } from '../wire/relation.ts';

/** What a column is compared with. */
export interface Operand {
  /** The order of a value, which is not null, and the literal. */
  readonly compare: (value: Value) => number;
  /** A value that can be looked up, where there is one. */
  readonly key: Value;
  /** The literal's bytes, for a text. */
  readonly bytes: Buffer | undefined;
}

const LIST_LITERAL = 19;

const READERS: Readonly<Record<number, (literal: Literal) => Value>> = {
  1: ({ value }) => value.boolean(0),
  2: ({ value }) => value.int8(0),
  3: ({ value }) => value.int16(0),
  4: ({ value }) => value.int32(0),
  5: ({ value }) => value.int64(0),
  6: ({ value }) => value.uint8(0),
  7: ({ value }) => value.uint16(0),
  8: ({ value }) => value.uint32(0),
  9: ({ value }) => value.uint64(0),
  10: ({ value }) => Number(value.int64(0)),
  11: ({ value, type }) => ((type.typeTable?.int32(1) ?? 32) === 64 ? value.int64(0) : Number(value.int64(0))),
  12: ({ value }) => value.int64(0),
  15: ({ value }) => decimal(value.bytes(0)),
  16: ({ value }) => halfToNumber(value.uint16(0)),
  17: ({ value }) => value.float32(0),
  18: ({ value }) => value.float64(0),
  23: ({ value }) => new Uint8Array(value.bytes(0) ?? []),
};

const STRING_LITERAL = 22;

/** The literal that each Arrow type is compared with, by the number of the type; Int and Float by width. */
const LITERAL_OF_TYPE: Readonly<Record<number, number>> = {
  [Type.Utf8]: STRING_LITERAL,
  [Type.Binary]: 23,
  [Type.Bool]: 1,
  [Type.Decimal]: 15,
  [Type.Date]: 10,
  [Type.Time]: 11,
  [Type.Timestamp]: 12,
  [Type.List]: LIST_LITERAL,
};

/**
 * A literal made ready to compare a column with.
 *
 * @param node the node that is compared; of a vector, its element.
 * @throws ProtocolError 400 when the literal is not of the node's type.
 */
export function operand(literal: Literal, node: RelationNode, isVector: boolean): Operand {
  if (isVector !== (literal.impl === LIST_LITERAL))
    throw badRequest(`${node.name} is compared with a wrong kind of literal`);
  if (literal.impl !== wantedLiteral(literal.type)) throw badRequest('a literal and its type differ');
  const element = isVector ? literal.type.children[0] : literal.type;
  if (element === undefined || !sameType(element, node)) throw badRequest(`${node.name} is compared with another type`);
  if (literal.type.name !== '') throw badRequest('the type of a literal has a name');
  if (literal.impl === STRING_LITERAL) return textOperand(literal.value.bytes(0) ?? Buffer.alloc(0));
  const value = isVector ? readElements(literal.value).map(scalar) : scalar(literal);
  const isKey = !isVector && !(value instanceof Uint8Array);
  return { compare: (other) => compareValues(other, value), key: isKey ? value : null, bytes: undefined };
}

/** A text is compared by its bytes; those of a prefix's end need not be UTF-8. */
function textOperand(bytes: Buffer): Operand {
  if (!isUtf8(bytes)) {
    return { compare: (value) => Buffer.compare(Buffer.from(value as string), bytes), key: null, bytes };
  }
  const text = bytes.toString('utf8');
  return { compare: (value) => compareValues(value, text), key: text, bytes };
}

function scalar(literal: Literal): Value {
  const read = READERS[literal.impl];
  if (read === undefined) throw badRequest(`literals of kind ${literal.impl} cannot be compared`);
  return read(literal);
}

function wantedLiteral({ type, typeTable }: RelationNode): number | undefined {
  if (type === ARROW_TYPE.int) {
    const width = Math.log2((typeTable?.int32(0) ?? 0) / 8);
    return (typeTable?.boolean(1) ? 2 : 6) + width;
  }
  if (type === ARROW_TYPE.float) return 16 + (typeTable?.int16(0) ?? 0);
  return LITERAL_OF_TYPE[type];
}

function sameType(left: RelationNode, right: RelationNode): boolean {
  return left.type === right.type && wantedLiteral(left) === wantedLiteral(right);
}

function decimal(bytes: Buffer | null): bigint {
  if (bytes?.length !== 16) throw badRequest('a decimal literal has 16 bytes');
  return (bytes.readBigInt64LE(8) << 64n) | bytes.readBigUInt64LE(0);
}
