import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiText } from '../../../openapi/document.ts';
import { testId, videoFlow } from '../../support/examples.ts';
import { call, type CallOptions } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { RawClient } from '../operation/support/raw-client.ts';

/* What is decided about a request before its content: its path, its method, and the form of its target. */

const id = testId('flow', 1);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { SOFT_DELETE: 'true' } });
  const flow = (n: number) => videoFlow({ id: testId('flow', n), source_id: testId('source', 1) });
  for (const n of [1, 2])
    expect((await send('PUT', `/flows/${testId('flow', n)}`, { json: flow(n) })).status).toBe(201);
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);

async function sendRaw(head: string): Promise<string> {
  const client = await RawClient.open(server.baseUrl);
  client.send(`${head}\r\nconnection: close\r\n\r\n`);
  await client.ended();
  return client.received;
}

interface Document {
  paths: Record<string, Record<string, { parameters?: { in: string; name: string; schema: { pattern?: string } }[] }>>;
}
const { paths } = JSON.parse(await openApiText()) as Document;

describe('an id in a path that is no lower-case UUID', () => {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { parameters = [] }]) => {
      const ids = parameters.filter(
        (one) => one.in === 'path' && one.schema.pattern?.includes('[0-9a-f]{8}-') === true,
      );
      return ids.map(({ name }) => [method.toUpperCase(), path.replace(`{${name}}`, id.toUpperCase())] as const);
    }),
  );

  it('is that of a source, a flow, a deletion or a deletion request, in every path that has one', () => {
    expect(operations.length).toBeGreaterThan(60);
    const beside = ['objectId', 'assetId', 'versionId', 'deadLetterId', 'fileId', 'table', 'name'];
    for (const path of Object.keys(paths)) {
      const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
      const hasId = names.some((name) => !beside.includes(name));
      expect(
        operations.some(([, each]) => isOf(path, each)),
        path,
      ).toBe(hasId);
    }
  });

  it.each(operations)('is a 404 before anything else is looked at: %s %s', async (method, path) => {
    const url = `${path.replaceAll(/\{[^}]+\}/g, 'x')}?limit=0&timerange=nonsense&include_timerange=5`;
    const bodies = ['GET', 'HEAD'].includes(method) ? [undefined] : ['{', '{"id":5}', undefined];
    for (const body of bodies) {
      const result = await send(method, url, body === undefined ? {} : { body });
      expect(result.status, result.text).toBe(404);
    }
  });
});

function isOf(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
}

describe('a method that a path does not have', () => {
  const targets: [string, string[]][] = [
    ['/flows', ['GET', 'HEAD']],
    [`/flows/${id}/label`, ['DELETE', 'GET', 'HEAD', 'PUT']],
    ['/service', ['GET', 'HEAD', 'POST']],
    ['/search/queue/pause', ['POST']],
    ['/openapi.json', ['GET', 'HEAD']],
  ];
  const others = METHODS.filter((method) => !['CONNECT', 'OPTIONS'].includes(method));

  it.each(targets)('of %s is a 405 that says %j', async (path, allowed) => {
    for (const method of others.filter((each) => !allowed.includes(each))) {
      // A body of any type changes nothing.
      for (const type of ['', '\r\ncontent-type: text/plain', '\r\ncontent-type: application/json']) {
        const answer = await sendRaw(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0${type}`);
        expect(answer, `${method} ${path}`).toMatch(/^HTTP\/1\.1 405 /);
        expect(/^allow: (.*)$/im.exec(answer)?.[1]?.split(', ')).toEqual(allowed);
      }
    }
  });

  it('is a 404 where there is no path either', async () => {
    for (const method of others) {
      expect(await sendRaw(`${method} /nothing HTTP/1.1\r\nhost: localhost`), method).toMatch(/^HTTP\/1\.1 404 /);
    }
  });
});

describe('a target in absolute form', () => {
  it('is its path, and its host is that of the URLs in the answer', async () => {
    const answer = await sendRaw('GET http://127.0.0.1:81/flows?limit=1 HTTP/1.1\r\nhost: localhost');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(/^link: (.*)$/im.exec(answer)?.[1]).toMatch(
      /^<http:\/\/127\.0\.0\.1:81\/flows\?limit=1&page=[\w%.~-]+>; rel="next"$/,
    );
  });

  it.each(['http://localhost', 'HTTPS://localhost?a=b', 'http://localhost/?a=b'])('%s is the root', async (target) => {
    expect(await sendRaw(`GET ${target} HTTP/1.1\r\nhost: localhost`)).toMatch(/^HTTP\/1\.1 200 .*"flows"/s);
  });

  it.each(['http://foreign.example/flows', 'http://user@localhost/flows', 'http:///flows'])(
    '%s is refused for its host, whatever the header says',
    async (target) => {
      expect(await sendRaw(`GET ${target} HTTP/1.1\r\nhost: localhost`)).toMatch(/^HTTP\/1\.1 40[03] /);
    },
  );

  it('has to be one of HTTP, and * is for OPTIONS', async () => {
    for (const target of ['ftp://localhost/flows', '*']) {
      expect(await sendRaw(`GET ${target} HTTP/1.1\r\nhost: localhost`), target).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(await sendRaw('OPTIONS * HTTP/1.1\r\nhost: localhost')).toMatch(/^HTTP\/1\.1 204 /);
  });
});
