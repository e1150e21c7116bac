import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { get } from '../../../mgmt/tams-client/get.ts';
import { TamsClient } from '../../../mgmt/tams-client/tams-client.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('waits as long as the server asks for, and tries again after broken connections', async () => {
  const times: number[] = [];
  const url = await serve((request, response) => {
    times.push(performance.now());
    if (times.length === 1) request.socket.destroy();
    else if (times.length === 2) response.writeHead(503, { 'retry-after': '1' }).end();
    else response.setHeader('content-type', 'application/json').end('{"id":"f"}');
  });
  expect(await new TamsClient(url, { scheme: 'none' }).flow('f')).toEqual({ id: 'f' });
  expect(times).toHaveLength(3);
  expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(990);
});

test("an error says what the server said, and nothing of the request's query", async () => {
  let requests = 0;
  const url = await serve((_request, response) => {
    requests++;
    response.writeHead(403).end('{"type":"forbidden","summary":"no\\u001b[2J write scope"}');
  });
  const client = new TamsClient(`${url}/api`, { scheme: 'url_token', token: 'secret-token' });
  const failure = await client.flow('f').catch((error: unknown) => String(error));
  expect(failure).toContain('GET /api/flows/f answered 403: no [2J write scope');
  expect(failure).not.toContain('secret');
  expect(requests).toBe(1);
});

test('credentials go to the API, and to no other origin', async () => {
  const seen: (string | undefined)[] = [];
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end('bytes');
  });
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end('bytes');
  });
  const client = new TamsClient(url, { scheme: 'basic', user: 'me', password: 'pass' });
  const read = (response: Response): Promise<string> => response.text();
  await client.download(`${url}/media/1`, read);
  await client.download(`${other}/media/1`, read);
  expect(seen).toEqual([`Basic ${Buffer.from('me:pass').toString('base64')}`, undefined]);
});

test('an address with a password in it is refused, and not repeated', () => {
  const open = (): unknown => new TamsClient('http://me:secret@127.0.0.1:1', { scheme: 'none' });
  expect(open).toThrow(/^--url: a name and a password do not belong/);
});

test('pages are followed to the end', async () => {
  const url = await serve((request, response) => {
    const page = new URL(request.url ?? '', 'http://x').searchParams.get('page');
    if (page === null) response.setHeader('link', '</flows/f/segments?page=2>; rel="next"');
    response.end(JSON.stringify([{ object_id: page ?? '1', timerange: '[0:0_1:0)' }]));
  });
  const ids: string[] = [];
  for await (const { object_id: id } of new TamsClient(url, { scheme: 'none' }).segments('f', '_')) ids.push(id);
  expect(ids).toEqual(['1', '2']);
});

test('a download is read slowly, from a server that closes the connection behind it', async () => {
  const bytes = Buffer.alloc(3_000_000, 'x');
  const url = await serve((_request, response) => {
    response.setHeader('connection', 'close').end(bytes);
  });
  const read = async ({ body }: Response): Promise<number> => {
    let size = 0;
    for await (const chunk of body ?? []) {
      size += (chunk as Uint8Array).length;
      await pause(1);
    }
    return size;
  };
  const client = new TamsClient(url, { scheme: 'none' });
  for (let count = 0; count < 5; count++) expect(await client.download(`${url}/media/1`, read)).toBe(bytes.length);
});

test('a download whose first packet holds an error behind the headers is one that failed', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const answer = await get(new URL(`http://127.0.0.1:${port}/media/1`), () => ({}));
  await expect(answer.text()).rejects.toThrow('the connection broke');
});

test('an answer without a body is told by its status', async () => {
  const url = await serve((_request, response) => void response.writeHead(204).end());
  const client = new TamsClient(url, { scheme: 'none' });
  await expect(client.download(`${url}/media/1`, (response) => response.text())).rejects.toThrow('204');
});

test('a download that breaks is tried again, and a redirect is followed, without credentials to another origin', async () => {
  const seen: string[] = [];
  const other = await serve((request, response) => {
    seen.push(`other ${request.headers.authorization}`);
    if (seen.length > 2) response.end('bytes');
    else {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      setTimeout(() => response.destroy(), 50);
    }
  });
  const url = await serve((request, response) => {
    seen.push(`own ${request.headers.authorization}`);
    response.writeHead(307, { location: `${other}/there` }).end();
  });
  const client = new TamsClient(url, { scheme: 'bearer', token: 'a-token' });
  expect(await client.download('/media/1', (response) => response.text())).toBe('bytes');
  expect(seen).toEqual(['own Bearer a-token', 'other undefined', 'own Bearer a-token', 'other undefined']);
});
