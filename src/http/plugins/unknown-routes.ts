import fp from 'fastify-plugin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../shared/errors.ts';
import type { ApiVersion } from './document-paths.ts';

/**
 * 404 for a path that is none, which names the version of the API that has it, and 405 with `Allow` for a method that a
 * path does not have. Before anything else of the request is looked at: the framework would ask for the content type of a
 * `QUERY`, and parse the body of others. To be registered after the other hooks, and before all routes.
 */
export const unknownRoutesPlugin = fp<{ apis: readonly ApiVersion[] }>(
  (app, { apis }, done) => {
    const routes = new RouteTable();
    routes.observe(app);
    /** Where another version has it. */
    const elsewhere = (path: string): string => {
      const mounted = apis.filter((api) => api.path !== '');
      const own = mounted.find((api) => path.startsWith(`${api.path}/`));
      const below = path.slice(own?.path.length ?? 0);
      const other = mounted.find((api) => api !== own && routes.methodsOf(api.path + below).length > 0);
      if (other === undefined) return '';
      return `; it is of TAMS ${other.version}, which this server speaks at ${other.path}${below}`;
    };
    const refuse = (request: FastifyRequest, reply: FastifyReply): AppError => {
      const path = request.url.split('?', 1)[0] ?? '';
      const methods = routes.methodsOf(path);
      if (methods.length === 0) return new AppError('not_found', `There is nothing at this path${elsewhere(path)}`);
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

/** Tells which methods a path has, for requests with another one. */
class RouteTable {
  readonly #routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** Watches routes being registered; call it before they are. */
  observe(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      const route = this.#routes.get(url) ?? { pattern: toPattern(url), methods: new Set<string>() };
      for (const name of [method].flat()) route.methods.add(name);
      this.#routes.set(url, route);
    });
  }

  /** The methods of the path, none where there is no such path. */
  methodsOf(path: string): string[] {
    const methods = [...this.#routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .map((route) => route.methods);
    return [...new Set(methods.flatMap((names) => [...names]))].sort();
  }
}

function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.+' : part.replace(/[^\w-]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
