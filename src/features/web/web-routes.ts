import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import type { BuiltPage } from './built-page.ts';

/** The path of the page, as its index.html has it. */
export const PAGE_PATH = '/ui';

interface WebRoutes {
  readonly page: BuiltPage;
  /** The path that the server is reached under, without a slash at its end. */
  readonly path: string;
  readonly policy: () => string;
}

const isPublic = { config: { access: 'public' }, schema: { hide: true } } as const;
const METHODS = ['GET', 'HEAD'] as const;
const YEAR_S = 365 * 86_400;

/** The page's files below `/ui`, whatever the address; `/` sends browsers there. Nothing of the store is in them. */
export async function webRoutes(app: TamsApp, { page, path, policy }: WebRoutes): Promise<void> {
  const home = `${path}${PAGE_PATH}/`;
  app.addHook('onRequest', (request, reply, next) => {
    if (request.url !== '/') {
      next();
      return;
    }
    reply.header('vary', 'Origin, Accept');
    if (isNavigation(request)) reply.redirect(home);
    else next();
  });

  await app.register(async (pages) => {
    await pages.register(helmet, { contentSecurityPolicy: false, strictTransportSecurity: false });
    await pages.register(fastifyStatic, { root: page.folder, serve: false, preCompressed: true, cacheControl: false });
    pages.route({
      ...isPublic,
      method: [...METHODS],
      url: PAGE_PATH,
      handler: (_request, reply) => reply.redirect(home),
    });
    pages.route({
      ...isPublic,
      method: [...METHODS],
      url: `${PAGE_PATH}/*`,
      handler: (request, reply) => {
        const { '*': name } = request.params as { '*': string };
        if (page.files.has(name)) return sendFile(reply, name);
        // Names of assets change with each build: an old one is gone, and no address of the page.
        if (name.startsWith('assets/')) throw new AppError('not_found', 'There is no such file; load the page again');
        return reply
          .header('content-security-policy', policy())
          .header('cache-control', 'no-cache')
          .type('text/html; charset=utf-8')
          .send(page.index);
      },
    });
  });
}

/** Programs take anything or JSON; a browser that a person sends somewhere names HTML. */
const isNavigation = ({ method, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true;

function sendFile(reply: FastifyReply, name: string): FastifyReply {
  const caching = name.startsWith('assets/') ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
  return reply.header('cache-control', caching).sendFile(name);
}
