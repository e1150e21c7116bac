import { Type, type DataType } from 'apache-arrow';
import type { Value } from '../store/value.ts';
import { byteWidthOf, childrenOf, elementOf, isHalfFloat, listSizeOf, type ArrowField } from './arrow-types.ts';

/** The parts of an Arrow record batch: a node per field, depth first, and its buffers in Arrow's order. */
export interface ColumnBuffers {
  readonly nodes: { readonly length: number; readonly nulls: number }[];
  readonly buffers: Uint8Array[];
}

const NO_BYTES = new Uint8Array(0);

/** Lays out the values of a column as Arrow wants them. */
export function columnBuffers(type: DataType, values: readonly Value[], into?: ColumnBuffers): ColumnBuffers {
  const target = into ?? { nodes: [], buffers: [] };
  const { bitmap, nulls } = validity(values);
  target.nodes.push({ length: values.length, nulls });
  target.buffers.push(bitmap);
  switch (type.typeId) {
    case Type.Utf8:
      addTexts(values, target);
      break;
    case Type.Binary:
      addBinaries(values, target);
      break;
    case Type.FixedSizeBinary:
      addFixedSizeBinaries(byteWidthOf(type), values, target);
      break;
    case Type.Bool:
      target.buffers.push(bits(values, (value) => value === true).bitmap);
      break;
    case Type.Decimal:
      target.buffers.push(decimals(values));
      break;
    case Type.Struct:
      childrenOf(type).forEach(({ type: child }, index) => {
        columnBuffers(
          child,
          values.map((value) => (value as Value[] | null)?.[index] ?? null),
          target,
        );
      });
      break;
    case Type.List:
    case Type.Map:
      addLists(elementOf(type), values as (readonly Value[] | null)[], target);
      break;
    case Type.FixedSizeList:
      addFixedSizeLists(type, values as (ArrayLike<Value> | null)[], target);
      break;
    default:
      target.buffers.push(numbers(type, values));
  }
  return target;
}

function validity(values: readonly Value[]): { bitmap: Uint8Array; nulls: number } {
  if (!values.includes(null)) return { bitmap: NO_BYTES, nulls: 0 };
  const { bitmap, ones } = bits(values, (value) => value !== null);
  return { bitmap, nulls: values.length - ones };
}

function bits(values: readonly Value[], isSet: (value: Value) => boolean): { bitmap: Uint8Array; ones: number } {
  const bitmap = new Uint8Array((values.length + 7) >> 3);
  let ones = 0;
  values.forEach((value, index) => {
    if (!isSet(value)) return;
    ones += 1;
    bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return { bitmap, ones };
}

function addTexts(values: readonly Value[], { buffers }: ColumnBuffers): void {
  const texts = values as readonly (string | null)[];
  const offsets = new Int32Array(texts.length + 1);
  let room = 0;
  for (const text of texts) room += text === null ? 0 : text.length * 3;
  const bytes = Buffer.allocUnsafe(room);
  let end = 0;
  for (let index = 0; index < texts.length; index += 1) {
    const text = texts[index];
    if (text != null && text !== '') end += bytes.write(text, end, 'utf8');
    offsets[index + 1] = end;
  }
  buffers.push(asBytes(offsets), bytes.subarray(0, end));
}

function addBinaries(values: readonly Value[], { buffers }: ColumnBuffers): void {
  const binaries = values as readonly (Uint8Array | null)[];
  const offsets = new Int32Array(binaries.length + 1);
  binaries.forEach((binary, index) => (offsets[index + 1] = (offsets[index] ?? 0) + (binary?.length ?? 0)));
  buffers.push(asBytes(offsets), Buffer.concat(binaries.map((binary) => binary ?? NO_BYTES)));
}

function addFixedSizeBinaries(width: number, values: readonly Value[], { buffers }: ColumnBuffers): void {
  const binaries = values as readonly (Uint8Array | null)[];
  buffers.push(Buffer.concat(binaries.map((binary) => binary ?? new Uint8Array(width))));
}

function addLists(child: ArrowField, lists: readonly (readonly Value[] | null)[], target: ColumnBuffers): void {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => (offsets[index + 1] = (offsets[index] ?? 0) + (list?.length ?? 0)));
  target.buffers.push(asBytes(offsets));
  columnBuffers(
    child.type,
    lists.flatMap((list) => list ?? []),
    target,
  );
}

function addFixedSizeLists(type: DataType, lists: readonly (ArrayLike<Value> | null)[], target: ColumnBuffers): void {
  const listSize = listSizeOf(type);
  const child = elementOf(type);
  const elements = new Array<Value>(lists.length * listSize);
  // The elements may not be null, not even those of a list that is.
  const filler: Value = isBigInt(child.type) ? 0n : 0;
  lists.forEach((list, row) => {
    for (let index = 0; index < listSize; index += 1) elements[row * listSize + index] = list?.[index] ?? filler;
  });
  columnBuffers(child.type, elements, target);
}

function decimals(values: readonly Value[]): Uint8Array {
  const words = new BigUint64Array(values.length * 2);
  values.forEach((value, index) => {
    const number = (value ?? 0n) as bigint;
    words[index * 2] = BigInt.asUintN(64, number);
    words[index * 2 + 1] = BigInt.asUintN(64, number >> 64n);
  });
  return asBytes(words);
}

function numbers(type: DataType, values: readonly Value[]): Uint8Array {
  const array = new (type.ArrayType as new (length: number) => Uint8Array | BigInt64Array)(values.length);
  if (isHalfFloat(type)) {
    const halves = new Float16Array(values.length);
    values.forEach((value, index) => (halves[index] = (value ?? 0) as number));
    return asBytes(halves);
  }
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value != null) (array as { [index: number]: unknown })[index] = value;
  }
  return asBytes(array);
}

function isBigInt(type: DataType): boolean {
  return type.typeId === Type.Decimal || type.ArrayType === BigInt64Array || type.ArrayType === BigUint64Array;
}

function asBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
