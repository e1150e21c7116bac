import type { FastifyInstance } from 'fastify';

/** Tells which methods a path has, for requests with another one. */
export class RouteTable {
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
