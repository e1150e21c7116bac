import { DataType, Field, List, Struct, Type } from 'apache-arrow';
import { badRequest } from '../http/protocol-error.ts';
import type { SeenColumn } from '../store/table.ts';
import type { Value } from '../store/value.ts';
import { childrenOf, describeType } from '../wire/arrow-types.ts';
import type { NodePath } from '../wire/relation.ts';

/** One column of an answer: a leaf, wrapped into what it is a part of. */
export interface OutputColumn {
  readonly type: DataType;
  readonly value: (slot: number) => Value;
}

/** Columns are told apart by their place in the answer; this is what each is called. */
export const COLUMN_NAME = 'c';

/** What a projected position answers: the column itself, or the part of a struct, list or map that leads to a leaf. */
export function outputColumn({ field, values }: SeenColumn, path: NodePath): OutputColumn {
  const { type } = field;
  if (path.node.children.length > 0) throw badRequest(`${field.name}: only leaves can be asked for`);
  if (path.children.length === 0) {
    return { type, value: (slot) => values.get(slot) };
  }
  const part = partOf(type, path.children);
  return { type: part.type, value: (slot) => part.narrow(values.get(slot)) };
}

interface Part {
  readonly type: DataType;
  readonly narrow: (value: Value) => Value;
}

function partOf(type: DataType, [step, ...rest]: readonly number[]): Part {
  // A vector is a leaf, though its position is that of its element.
  if (step === undefined || type.typeId === Type.FixedSizeList) return { type, narrow: (value) => value };
  const child = childrenOf(type)[step];
  if (child === undefined) throw badRequest('a position leads to no field');
  const inner = partOf(child.type, rest);
  const innerField = new Field(child.name, inner.type, child.nullable);
  if (DataType.isStruct(type)) {
    return {
      type: new Struct([innerField]),
      narrow: (value) => value && [inner.narrow((value as readonly Value[])[step] ?? null)],
    };
  }
  if (type.typeId !== Type.List && type.typeId !== Type.Map)
    throw badRequest(`${describeType(type)} cannot be asked for in parts`);
  // A part of a map is no map any more: a list of structs.
  return { type: new List(innerField), narrow: (value) => value && (value as readonly Value[]).map(inner.narrow) };
}
