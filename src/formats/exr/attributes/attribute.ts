import type { RawAttribute } from '../header/raw-header.ts';
import { DECODERS, ValueError } from './decoders.ts';
import { base64, type ExrValue } from './values.ts';

/** An attribute of a part, as answers show it. */
export interface ExrAttribute {
  /** The index of its part. */
  readonly part: number;
  readonly name: string;
  /** Type as named in the file: a predefined one, or any other. */
  readonly type: string;
  /** Size of the value in the file, in bytes. */
  readonly size: number;
  readonly value: ExrValue;
}

/** A problem of a file that is readable all the same. */
export interface ExrProblem {
  readonly part: number;
  readonly attribute: string;
  /** In bytes from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

/**
 * Reads the value of an attribute that the image does not depend on. A value of an unknown type is kept as base64, a
 * malformed one too, and is reported.
 */
export function readAttribute(part: number, raw: RawAttribute, report: (problem: ExrProblem) => void): ExrAttribute {
  const { name, type, size, offset, bytes } = raw;
  const attribute = (value: ExrValue): ExrAttribute => ({ part, name, type, size, value });
  const reportThat = (message: string): void => report({ part, attribute: name, offset, message });
  if (bytes.length < size && type !== 'preview') {
    reportThat(`The value takes ${size} bytes and was not fetched.`);
    return attribute(null);
  }
  const decoder = DECODERS.get(type);
  if (decoder === undefined) return attribute(base64(bytes));
  if (decoder.size !== undefined && decoder.size !== size) {
    reportThat(`The value takes ${size} bytes; the type ${type} takes ${decoder.size}.`);
    return attribute(base64(bytes));
  }
  try {
    return attribute(decoder.decode(bytes));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    reportThat(`The value ${error.message}.`);
    return attribute(base64(bytes));
  }
}

/** The value of an attribute in searchable columns; null if the value is of another kind. */
interface AttributeColumns {
  readonly value_text: string | null;
  readonly value_number: number | null;
}

/** A time code is searched by its text, a rational by its quotient. */
export function attributeColumns({ value }: ExrAttribute): AttributeColumns {
  const columns = { value_text: null, value_number: null };
  if (typeof value === 'string') return { ...columns, value_text: value };
  if (typeof value === 'number') return { ...columns, value_number: value };
  if (typeof value !== 'object' || value === null) return columns;
  if ('text' in value) return { ...columns, value_text: value.text };
  if ('numerator' in value && value.denominator !== 0) {
    return { ...columns, value_number: value.numerator / value.denominator };
  }
  return columns;
}
