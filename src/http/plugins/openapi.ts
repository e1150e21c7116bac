import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';
import { type DocumentationOptions, DOCS_PATH, documentPaths } from './document-paths.ts';

/** Headers of an answer that are those of its connection, or that the server sets itself. */
const NOT_COPIED: ReadonlySet<string> = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);

/**
 * The OpenAPI document of each version at its path, `/openapi.json` for that at the root, which is to be read and tried out
 * at `/docs`. They are made when the first of them is asked for: their libraries are 120 modules. To be registered before
 * the routes.
 */
export const openApiPlugin = fp<DocumentationOptions>(
  (app, options, done) => {
    const routes: RouteOptions[] = [];
    app.addHook('onRoute', (route) => {
      if (route.schema?.hide !== true) routes.push(route);
    });
    let documentation: Promise<FastifyInstance> | undefined;
    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      documentation ??= import('./documentation.ts').then(({ buildDocumentation }) =>
        buildDocumentation(routes, options),
      );
      // A failure of the moment, such as too many open files, is tried again.
      documentation.catch(() => (documentation = undefined));
      const { url, headers } = request;
      const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
      const page = await (await documentation).inject({ method, url, headers });
      if (page.statusCode === 404) throw new AppError('not_found', 'There is nothing at this path');
      for (const [name, value] of Object.entries(page.headers)) {
        if (!NOT_COPIED.has(name)) reply.header(name, value);
      }
      return reply.code(page.statusCode).send(page.rawPayload);
    };
    for (const url of [...documentPaths(options.apis), `${DOCS_PATH}/*`]) {
      app.route({ method: ['GET', 'HEAD'], url, schema: { hide: true }, handler: answer });
    }
    done();
  },
  { name: 'tams-openapi', fastify: '5.x' },
);
