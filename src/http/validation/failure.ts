import type { TLocalizedValidationError } from 'typebox/error';
import { AppError } from '../../shared/errors.ts';
import { PATTERNS } from '../schemas/common.ts';

const EXPECTED_BY_PATTERN = new Map<string, string>(
  Object.values(PATTERNS).map(({ pattern, expects }) => [pattern, expects]),
);

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

/** Describes values of this pattern in words. */
export function expectedByPattern(pattern: string): string {
  return EXPECTED_BY_PATTERN.get(pattern) ?? `text that matches ${pattern}`;
}

/**
 * The first fault of a body, as the error to answer with: it names the property by its path
 * (`body/3/timerange`).
 *
 * @param at where the validated value lies, such as `body` or `body/3`
 */
export function bodyFailure(errors: readonly TLocalizedValidationError[], at: string): AppError {
  const error = firstFault(errors);
  if (error === undefined) return new AppError('invalid_request', `${at} is not valid`, { field: at });
  const path = at + error.instancePath;
  switch (error.keyword) {
    case 'required': {
      const field = `${path}/${error.params.requiredProperties[0] ?? ''}`;
      return fault(field, 'is required');
    }
    case 'boolean':
      return fault(path, 'is not a property that is allowed here');
    case 'additionalProperties':
      return fault(`${path}/${error.params.additionalProperties[0] ?? ''}`, 'is not a property that is allowed here');
    case 'pattern': {
      const code = error.params.pattern === PATTERNS.timerange.pattern ? 'invalid_timerange' : 'invalid_request';
      return fault(path, `must be ${expectedByPattern(String(error.params.pattern))}`, code);
    }
    case 'type':
      return fault(path, `must be ${typeName(error.params.type)}`);
    case 'enum':
      return fault(path, `must be one of ${error.params.allowedValues.map(String).join(', ')}`);
    case 'const':
      return fault(path, `must be ${String(error.params.allowedValue)}`);
    default:
      return fault(path, error.message);
  }
}

/** The first one. For a value that may have several types: what is wrong inside of it, or else all of the types. */
function firstFault(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError | undefined {
  const first = errors[0];
  const union = first?.keyword === 'type' ? /^.*\/anyOf\/(?=\d+$)/.exec(first.schemaPath)?.[0] : undefined;
  if (first?.keyword !== 'type' || union === undefined) return first;
  const alternatives = errors.filter(({ schemaPath }) => schemaPath.startsWith(union));
  const inside = alternatives.find(({ instancePath }) => instancePath !== first.instancePath);
  if (inside !== undefined) return inside;
  const type = alternatives.flatMap((each) => (each.keyword === 'type' ? each.params.type : []));
  return { ...first, params: { type } };
}

function fault(
  field: string,
  what: string,
  code: 'invalid_request' | 'invalid_timerange' = 'invalid_request',
): AppError {
  return new AppError(code, `${field} ${what}`, { field });
}

function typeName(type: string | string[]): string {
  const names = typeof type === 'string' ? [type] : type;
  return names.map((name) => TYPE_NAMES[name] ?? name).join(' or ');
}
