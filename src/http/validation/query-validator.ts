import type { TObject, TSchema } from 'typebox';
import type { FastifySchemaCompiler } from 'fastify';
import { AppError } from '../../shared/errors.ts';
import { PATTERNS } from '../schemas/common.ts';
import { expectedByPattern } from './failure.ts';
import { compileBody, type Validate } from './body-validator.ts';

type Value = string | number | boolean;
type Read = (text: string, name: string) => Value;

/** Names that stand for many, as `tag.{name}` does. */
const TEMPLATE_SUFFIX = '{name}';

const NOTHING = Object.freeze({ value: Object.freeze({}) });

/** Keywords that are applied, and those that only describe. */
const KEYWORDS = new Set([
  ...['type', 'enum', 'pattern', 'minimum', 'maximum', 'maxLength'],
  ...['default', 'description', 'examples', 'title'],
]);

/**
 * A validator of query strings: text becomes what the schema says (`true` and `false`, digits), what
 * the schema does not know is left out, and a parameter that is given twice is refused.
 *
 * @throws Error for a schema with a keyword that is not applied, such as `format`
 */
export function compileQuery(schema: TObject): Validate {
  const exact = new Map<string, Read>();
  const templates: { prefix: string; read: Read }[] = [];
  for (const [name, property] of Object.entries(schema.properties)) {
    const unknown = Object.keys(property).find((keyword) => !KEYWORDS.has(keyword));
    if (unknown !== undefined) throw new Error(`${unknown} of the parameter ${name} would not be checked`);
    const read = reader(property);
    if (name.endsWith(TEMPLATE_SUFFIX)) {
      templates.push({ prefix: name.slice(0, -TEMPLATE_SUFFIX.length), read });
    } else {
      exact.set(name, read);
    }
  }
  const readerOf = (name: string): Read | undefined =>
    exact.get(name) ?? templates.find(({ prefix }) => name.startsWith(prefix))?.read;

  return (query) => {
    let values: Record<string, Value> | undefined;
    try {
      for (const name in query as Record<string, string | string[]>) {
        const read = readerOf(name);
        if (read === undefined) continue;
        const text = (query as Record<string, string | string[]>)[name];
        if (typeof text !== 'string') throw fault(name, 'is given more than once');
        // Without a prototype: names are the client's.
        values ??= Object.create(null) as Record<string, Value>;
        values[name] = read(text, name);
      }
    } catch (error) {
      if (error instanceof AppError) return { error };
      throw error;
    }
    return values === undefined ? NOTHING : { value: values };
  };
}

interface ParameterSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

function reader(schema: ParameterSchema): Read {
  const { type, pattern, enum: allowed } = schema;
  if (type === 'boolean') {
    return (text, name) => {
      if (text !== 'true' && text !== 'false') throw fault(name, 'must be true or false');
      return text === 'true';
    };
  }
  if (type === 'integer') return integerReader(schema);
  if (allowed !== undefined) {
    return (text, name) => {
      if (!allowed.includes(text)) throw fault(name, `must be one of ${allowed.join(', ')}`);
      return text;
    };
  }
  // The operation decides whether a timerange may be empty, and what it means.
  if (pattern !== undefined && pattern !== PATTERNS.timerange.pattern) {
    const expression = new RegExp(pattern, 'u');
    return (text, name) => {
      if (!expression.test(text)) throw fault(name, `must be ${expectedByPattern(pattern)}`);
      return text;
    };
  }
  const { maxLength = Infinity } = schema;
  return (text, name) => {
    if (text.length > maxLength) throw fault(name, `must have at most ${maxLength} characters`);
    return text;
  };
}

function integerReader({ minimum: least = -Infinity, maximum: most = Infinity }: ParameterSchema): Read {
  const takes = least < 0 ? 'must be an integer' : `must be an integer of at least ${least}`;
  return (text, name) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text)) throw fault(name, takes);
    if (value < least) throw fault(name, least < 0 ? `must be at least ${least}` : takes);
    if (value > most) throw fault(name, `must be at most ${most}`);
    return value;
  };
}

function fault(name: string, what: string): AppError {
  return new AppError('invalid_request', `${name} ${what}`, { field: name });
}

const unchecked: Validate = (value) => ({ value });

/**
 * How schemas of routes are applied. Path parameters are not validated here: a malformed id is a 404,
 * which the handlers answer; their schemas are for the OpenAPI document.
 *
 * @param body replaces the validator of the body, where a schema alone gives poor errors
 */
export function validatorCompiler(body?: Validate): FastifySchemaCompiler<TSchema> {
  return ({ schema, httpPart }) => {
    if (httpPart === 'querystring') return compileQuery(schema as TObject);
    if (httpPart === 'body') return body ?? compileBody(schema);
    return unchecked;
  };
}
