import type { HTTPMethods, RouteHandlerMethod } from 'fastify';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import { OF_NEWEST } from './translate.ts';

/** Says where operations are that this version does not have, below a path that it has. */
export function ofNewer(app: TamsApp, method: HTTPMethods[], url: string): void {
  const refuse: RouteHandlerMethod = (request) => {
    const path = request.url.split('?', 1)[0]?.replace(/^\/v[^/]+/, '') ?? '';
    const summary = `There is nothing at this path; it is ${OF_NEWEST}${path}`;
    throw new AppError('not_found', summary);
  };
  app.route({ method, url, schema: { hide: true }, config: { access: 'read' }, handler: refuse });
}
