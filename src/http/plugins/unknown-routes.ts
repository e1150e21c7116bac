import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';
import { RouteTable } from '../route-table.ts';

/**
 * 404 for a path that is none, and 405 with `Allow` for a method that a path does not have. Before anything else of the
 * request is looked at: the framework would ask for the content type of a `QUERY`, and parse the body of others. To be
 * registered after the other hooks, and before all routes.
 */
export const unknownRoutesPlugin = fp(
  (app, _options, done) => {
    const routes = new RouteTable();
    routes.observe(app);
    const refuse = (request: FastifyRequest, reply: FastifyReply): AppError => {
      const methods = routes.methodsOf(request.url.split('?', 1)[0] ?? '');
      if (methods.length === 0) return new AppError('not_found', 'There is nothing at this path');
      reply.header('allow', methods.join(', '));
      const summary = `This path takes ${methods.join(', ')}, not ${request.method}`;
      return new AppError('method_not_allowed', summary);
    };
    app.addHook('onRequest', (request, reply, next) => {
      if (request.is404) next(refuse(request, reply));
      else next();
    });
    // For files of the documentation's pages that are not there.
    app.setNotFoundHandler((request, reply) => {
      throw refuse(request, reply);
    });
    done();
  },
  { name: 'tams-unknown-routes', fastify: '5.x', dependencies: ['tams-path-ids'] },
);
