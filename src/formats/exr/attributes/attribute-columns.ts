import type { ExrAttribute } from './attribute.ts';

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
