import type { FastifySchema, preParsingHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';
import { isUuid } from '../../shared/uuid.ts';
import { PATTERNS } from '../schemas/common.ts';

/**
 * Answers 404 where an id in the path is no lower-case UUID, on every route whose schema says that it must be one. Such
 * an id is nobody's, so neither the body nor the query is looked at.
 */
export const pathIdsPlugin = fp(
  (app, _options, done) => {
    app.addHook('onRoute', (route) => {
      const names = uuidParameters(route.schema);
      if (names.length === 0) return;
      // After authentication and the rate limit, before the body is read.
      const check: preParsingHookHandler = (request, _reply, _payload, next) => {
        const params = request.params as Record<string, string>;
        for (const name of names) {
          if (isUuid(params[name] ?? '')) continue;
          next(new AppError('not_found', `There is nothing of this id: ${name} must be ${PATTERNS.uuid.expects}`));
          return;
        }
        next();
      };
      route.preParsing = [...[route.preParsing ?? []].flat(), check];
    });
    done();
  },
  { name: 'tams-path-ids', fastify: '5.x', dependencies: ['tams-authentication'] },
);

function uuidParameters(schema: FastifySchema | undefined): string[] {
  const { properties = {} } = (schema?.params ?? {}) as { properties?: Record<string, { pattern?: string }> };
  return Object.keys(properties).filter((name) => properties[name]?.pattern === PATTERNS.uuid.pattern);
}
