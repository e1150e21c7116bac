import type { TSchema } from 'typebox';
import type { Validator } from 'typebox/schema';
import { AppError } from '../../shared/errors.ts';
import { schemaLibrary } from '../../shared/schema-library.ts';
import { bodyFailure } from './failure.ts';

/** A validator's result for Fastify: the value for the handler, or the error to answer with. */
export type Validated = { value: unknown } | { error: AppError };

export type Validate = (value: unknown) => Validated;

/** Deeper nesting than this is in no description of media, and would exhaust the stack when printed. */
const MAX_DEPTH = 32;

/** A validator of JSON bodies that changes nothing: no coercion, no defaults, no removal. */
export function compileBody(schema: TSchema): Validate {
  const validate = compileAt(schema);
  return (value) => validate(value, 'body');
}

/** As `compileBody`, but a body that is missing is passed on as `undefined`. */
export function compileOptionalBody(schema: TSchema): Validate {
  const validate = compileBody(schema);
  // The framework hands a missing body over as null; a body that is null was refused by its parser.
  return (value) => (value === null ? { value: undefined } : validate(value));
}

/** Looks for what a schema cannot say. @returns the property, and what is wrong with it */
export type CheckItem = (item: unknown) => { readonly property: string; readonly problem: string } | undefined;

/**
 * One object, or a list of at most `maxItems`. Written out instead of a union, since the error shall
 * name the item and its property, and cost no more than the items up to it.
 *
 * @param check of an item that fits its schema
 */
export function compileOneOrMany(item: TSchema, maxItems: number, noun: string, check?: CheckItem): Validate {
  const fits = compileAt(item);
  const validate: typeof fits = (value, at) => {
    const result = fits(value, at);
    const found = 'error' in result ? undefined : check?.(value);
    if (found === undefined) return result;
    const field = `${at === 'body' ? at : `body/${at}`}/${found.property}`;
    return { error: new AppError('invalid_request', `${field} ${found.problem}`, { field }) };
  };
  return (value) => {
    if (!Array.isArray(value)) return validate(value, 'body');
    if (value.length > maxItems) {
      const summary = `body holds ${value.length} ${noun}, and a request may hold ${maxItems}; send several requests`;
      return { error: new AppError('invalid_request', summary, { field: 'body' }) };
    }
    for (let index = 0; index < value.length; index++) {
      const result = validate(value[index], index);
      if ('error' in result) return result;
    }
    return { value };
  };
}

/** `at` is where the value lies: `body`, or its index in a body that is a list. */
function compileAt(schema: TSchema): (value: unknown, at: 'body' | number) => Validated {
  let check: Validator | undefined;
  return (value, at) => {
    check ??= compiled(schema);
    const isValid = check.Check(value);
    if (isValid && !isDeeperThan(value, MAX_DEPTH)) return { value };
    const field = at === 'body' ? at : `body/${at}`;
    if (!isValid) return { error: bodyFailure(check.Errors(value)[1], field) };
    const summary = `${field} is nested deeper than ${MAX_DEPTH} levels`;
    return { error: new AppError('invalid_request', summary, { field }) };
  };
}

/** Made for the first body: most schemas are never used. Versions of the API, and their mounts, share schemas. */
function compiled(schema: TSchema): Validator {
  const known = COMPILED.get(schema);
  if (known !== undefined) return known;
  const made = schemaLibrary().Compile(schema);
  COMPILED.set(schema, made);
  return made;
}

const COMPILED = new WeakMap<TSchema, Validator>();

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && isDeeperThan(inner, levels - 1)) return true;
  }
  return false;
}
