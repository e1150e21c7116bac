import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';

/** The page as `npm run web` leaves it. */
interface BuiltPage {
  readonly folder: string;
  /** index.html, which every address of the page answers with. */
  readonly index: string;
  /** Paths of the files beside it, with slashes; compressed copies are not among them. */
  readonly files: ReadonlySet<string>;
}

const FOLDER = new URL('../../../web/dist', import.meta.url).pathname;

/**
 * Reads the built page; undefined where there is none.
 *
 * @param path of the public URL, without a slash at its end: what the page lies under besides its own `/ui/`
 */
export function readBuiltPage(path: string): BuiltPage | undefined {
  let html: string;
  try {
    html = readFileSync(join(FOLDER, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const names = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name) && entry.name !== 'index.html')
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(FOLDER.length + 1)
        .replaceAll('\\', '/'),
    );
  return { folder: FOLDER, index: html.replace('<base href="/', `<base href="${path}/`), files: new Set(names) };
}

/** The path of the page, as its index.html has it. */
const PAGE_PATH = '/ui';

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
