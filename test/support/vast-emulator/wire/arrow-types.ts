import { Type, type DataType, type Field } from 'apache-arrow';

/** A field whose type is known to be one; Arrow's own default is `any`. */
export type ArrowField = Field<DataType>;

/** Fields of a nested type; none of another. */
export function childrenOf(type: DataType): readonly ArrowField[] {
  return (type.children as ArrowField[] | null | undefined) ?? [];
}

/** The field of a list's elements. */
export function elementOf(type: DataType): ArrowField {
  const [element] = childrenOf(type);
  if (element === undefined) throw new TypeError(`${describeType(type)} has no elements`);
  return element;
}

/** How many elements a fixed-size list has. */
export function listSizeOf(type: DataType): number {
  return (type as DataType & { listSize: number }).listSize;
}

/** How many bytes each value of a binary type of fixed width has. */
export function byteWidthOf(type: DataType): number {
  return (type as DataType & { byteWidth: number }).byteWidth;
}

export function isHalfFloat(type: DataType): boolean {
  return type.typeId === Type.Float && (type as DataType & { precision: number }).precision === 0;
}

/** For messages. */
export function describeType(type: DataType): string {
  return String(type as unknown);
}

/** The same text for types that hold the same: the names that writers give to elements of lists and maps do not matter. */
export function typeName(type: DataType): string {
  const children = childrenOf(type);
  if (children.length === 0) return describeType(type);
  const isStruct = type.typeId === Type.Struct;
  const parts = children.map(
    ({ name, type: child, nullable }) => `${isStruct ? name : ''} ${typeName(child)}${nullable ? '' : ' not null'}`,
  );
  const size = type.typeId === Type.FixedSizeList ? listSizeOf(type) : '';
  return `${Type[type.typeId]}${size}<${parts.join(',')}>`;
}
