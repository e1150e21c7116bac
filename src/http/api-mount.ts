import type { TamsApp } from './tams-app.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The path that the route's version of the API is mounted at; undefined: the route is beside all versions. */
    api?: string;
  }
}

/** Registers the routes of a version of the API below a path; the root is an empty one. */
export async function mountApi(app: TamsApp, path: string, routes: (scope: TamsApp) => void): Promise<void> {
  await app.register(
    (scope, _options, done) => {
      scope.addHook('onRoute', (route) => {
        // In place: hooks from before have kept the object.
        Object.assign((route.config ??= {}), { api: path });
      });
      routes(scope);
      done();
    },
    { prefix: path },
  );
}
