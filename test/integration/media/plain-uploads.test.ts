import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Authentication } from '../../../src/http/access-check.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import type { UploadOptions } from '../../../src/media/media-store.ts';
import type { PlainUploads } from '../../../src/media/routes/media-request.ts';
import { mediaRoutes } from '../../../src/media/routes/media-routes.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { ANYBODY, NOBODY, type Principal, toPrincipal } from '../../../src/shared/principal.ts';

const backend = {
  id: '5f3c1a9e-0b1d-4c2e-8f3a-4b5c6d7e8f90',
  store_type: 'http_object_store',
  provider: 'local',
  store_product: 'files',
} as const;
const path = 'flow/2025/01/02/signed';

let directory: string;
let store: LocalMediaStore;
let servers: FastifyInstance[];

describe('PUT without a signature', () => {
  const writer = toPrincipal({ name: 'writer', scopes: ['write'], classes: ['news'] });
  const tokens: Record<string, Principal> = {
    'Bearer w': writer,
    'Bearer r': toPrincipal({ name: 'reader', scopes: ['read', 'delete'], classes: undefined }),
  };
  const authentication: Authentication = {
    authenticator: {
      byHeader: (header) => {
        const found = tokens[header];
        if (found === undefined) throw new AppError('unauthorized', 'unknown');
        return found;
      },
      byUrlToken: () => writer,
      markOf: () => undefined,
      present: () => Promise.resolve(undefined),
    },
    audit: { record: () => undefined },
    schemes: ['bearer_token_auth'],
  };
  const allowed = 'flow/2025/01/02/plain';
  const asked: unknown[] = [];
  const plainUploads = (by: Authentication | undefined): PlainUploads => ({
    authentication: by,
    allows: (principal, storageId, storagePath) => {
      asked.push([principal.name, storageId, storagePath]);
      return Promise.resolve(storagePath === allowed);
    },
  });

  async function listen(by: Authentication | undefined): Promise<string> {
    const server = Fastify();
    server.setErrorHandler((error: AppError, _request, reply) => reply.code(error.status).send({ type: error.code }));
    server.decorateRequest('auth', { getter: () => ANYBODY });
    if (by !== undefined)
      server.addHook('onRequest', (request, _reply, next) => {
        Object.defineProperty(request, 'auth', { value: NOBODY, writable: true });
        next();
      });
    const upload = (media: LocalMediaStore, to: string, body: Readable, options: UploadOptions) =>
      media.put(to, body, options);
    const localMedia = new Map([[backend.id, store]]);
    await server.register(mediaRoutes, { localMedia, upload, plainUploads: plainUploads(by) });
    servers.push(server);
    return server.listen({ port: 0, host: '127.0.0.1' });
  }

  beforeEach(async () => {
    servers = [];
    asked.length = 0;
    directory = await mkdtemp(join(tmpdir(), 'plain-uploads-'));
    const limits = { expiresS: 600, gridS: 1, maxObjectBytes: 1000, urlCacheMax: 100 };
    store = new LocalMediaStore({ backend, directory, secret: 'secret', ...limits });
    await store.ensureReady();
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await rm(directory, { recursive: true });
  });

  const put = async (url: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const answer = await fetch(url, { method: 'PUT', body: 'plain', headers });
    return [answer.status, await answer.text()];
  };
  const FORBIDDEN = [403, '{"type":"invalid_signature"}'];

  it('is for an object that it is allowed for, while authentication is off', async () => {
    const at = await listen(undefined);
    const { url, ...rest } = store.plainPut(allowed, 'video/mp4', at);
    expect([url, rest]).toEqual([`${at}/media/${backend.id}/${allowed}`, { 'content-type': 'video/mp4' }]);
    expect(await put(url, { 'content-type': 'video/mp4' })).toEqual([200, '']);
    expect(await store.head(allowed)).toMatchObject({ size: 5, contentType: 'video/mp4' });
    expect(asked).toEqual([['anonymous', backend.id, allowed]]);

    const signed = store.presignPut(path, undefined, at).url;
    expect(await put(signed.replace(/\?.*/, ''))).toEqual(FORBIDDEN);
    expect(await put(signed.replace(/signature=.*/, ''))).toEqual(FORBIDDEN);
    expect(await put(`${url}?signature=x`)).toEqual(FORBIDDEN);
    expect((await fetch(url)).status).toBe(403);
  });

  it('needs a principal with the scope write, while authentication is on', async () => {
    const at = await listen(authentication);
    const { url } = store.plainPut(allowed, undefined, at);
    expect(await put(url)).toEqual([401, '{"type":"unauthorized"}']);
    expect(await put(url, { authorization: 'Bearer x' })).toEqual([401, '{"type":"unauthorized"}']);
    expect(await put(url, { authorization: 'Bearer r' })).toEqual([403, '{"type":"insufficient_scope"}']);
    expect(asked).toEqual([]);
    expect(await put(url, { authorization: 'Bearer w' })).toEqual([200, '']);
    expect(asked).toEqual([['writer', backend.id, allowed]]);
    const other = store.plainPut(path, undefined, at).url;
    expect(await put(other, { authorization: 'Bearer w' })).toEqual(FORBIDDEN);
    // A signature needs no credentials beside it.
    expect(await put(store.presignPut(path, undefined, at).url)).toEqual([200, '']);
  });
});
