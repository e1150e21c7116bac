import type { FastifyServerOptions } from 'fastify';
import { validatorCompiler } from './validation/query-validator.ts';

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>;

/**
 * Option `schemaController` of Fastify. With it the framework does not load its own compilers, and Ajv with them:
 * requests are validated here, and payloads are JSON texts already.
 */
export const OWN_COMPILERS: SchemaController = {
  // The type names Ajv's validators alone.
  compilersFactory: {
    buildValidator: () => validatorCompiler(),
    buildSerializer: () => () => (payload: unknown) => JSON.stringify(payload),
  } as unknown as SchemaController['compilersFactory'],
};
