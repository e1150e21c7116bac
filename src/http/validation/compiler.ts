import type { FastifySchemaCompiler } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import type { Validate } from './body-validator.ts';
import { compileBody } from './body-validator.ts';
import { compileQuery } from './query-validator.ts';

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
