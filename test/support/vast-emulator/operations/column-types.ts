import { Type, type DataType } from 'apache-arrow';
import { notImplemented, ProtocolError } from '../http/protocol-error.ts';
import { isAtLeast, LIMITS } from '../settings.ts';
import { childrenOf, describeType, elementOf, listSizeOf, type ArrowField } from '../wire/arrow-types.ts';

const SCALARS: readonly Type[] = [
  Type.Int,
  Type.Float,
  Type.Decimal,
  Type.Bool,
  Type.Utf8,
  Type.Binary,
  Type.FixedSizeBinary,
  Type.Date,
  Type.Time,
  Type.Timestamp,
];

const NESTED: readonly Type[] = [Type.List, Type.Map, Type.Struct];
const NO_ELEMENTS: readonly Type[] = [Type.Utf8, Type.Binary, Type.FixedSizeBinary, Type.Bool];
const DATE_DAY = 0;
const DECIMAL_BITS = 128;

/** @throws ProtocolError 400 when a cluster has no columns of the field's type. */
export function requireStorable({ type, name }: ArrowField, version: string): void {
  const { typeId } = type;
  if (typeId === Type.FixedSizeList) {
    requireVector(type, name);
    return;
  }
  if (NESTED.includes(typeId)) {
    for (const child of childrenOf(type)) requireStorable(child, version);
    return;
  }
  const { unit, bitWidth, timezone } = type as DataType & {
    unit?: number;
    bitWidth?: number;
    timezone?: string | null;
  };
  const isWrongWidth = typeId === Type.Decimal && bitWidth !== DECIMAL_BITS;
  const isWrongUnit = typeId === Type.Date && unit !== DATE_DAY;
  if (!SCALARS.includes(typeId) || isWrongWidth || isWrongUnit) throw unsupported(type, name);
  if (typeId === Type.Timestamp && timezone != null && timezone !== '' && !isAtLeast(version, [5, 4])) {
    throw notImplemented('time zones');
  }
}

/** A vector: a list of a fixed size, of numbers or times that are never null. */
function requireVector(type: DataType, name: string): void {
  const element = elementOf(type);
  const { typeId } = element.type;
  const isElement = SCALARS.includes(typeId) && !NO_ELEMENTS.includes(typeId);
  const size = listSizeOf(type);
  if (!isElement || element.nullable || size > LIMITS.cellBytes) throw unsupported(type, name);
  if (size < 1) throw new ProtocolError(400, 'TabularInvalidColumnTypeParam', `${name}: ${describeType(type)}`);
}

function unsupported(type: DataType, name: string): ProtocolError {
  return new ProtocolError(400, 'TabularUnsupportedColumnType', `${name}: ${describeType(type)}`);
}
