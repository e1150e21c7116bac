import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressGuard } from '../../../../../src/shared/address-guard.ts';
import { WebhookSender } from '../../../../../src/tams/webhooks/delivery/webhook-sender.ts';

const TIMEOUT_MS = 1_000;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function newSender(timeoutMs = TIMEOUT_MS): WebhookSender {
  const guard = new AddressGuard({ hosts: ['localhost'], networks: ['127.0.0.0/8'] });
  const sender = new WebhookSender(guard, { timeoutMs, sockets: 2, userAgent: 'test' });
  closing.push(() => {
    sender.close();
  });
  return sender;
}

const send = (sender: WebhookSender, url: string, signal = new AbortController().signal): Promise<string | undefined> =>
  sender
    .send({ url: new URL(url), eventId: 'event', body: '{}', apiKey: undefined }, signal)
    .then(({ problem }) => problem);

const toReceiver = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(createHttpServer(answer))}/hook`;

describe('a WebhookSender', () => {
  it('uses a connection again where the answer was an ordinary one', async () => {
    const ports = new Set<number | undefined>();
    const url = await toReceiver((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('thank you');
    });
    const sender = newSender();
    for (let n = 0; n < 3; n++) expect(await send(sender, url)).toBeUndefined();
    expect(ports.size).toBe(1);
  });

  it('waits no longer when it is told to stop', async () => {
    const url = await toReceiver(() => undefined);
    const stop = new AbortController();
    // Longer than this test may take.
    const sending = send(newSender(600_000), url, stop.signal);
    stop.abort();
    expect(await sending).toMatch(/aborted/);
  });

  it('says why it could not connect, whichever addresses the name has', async () => {
    const server = createHttpServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await send(newSender(), `http://${host}:${port}/`), host).toMatch(/ECONNREFUSED/);
    }
  });

  it('trusts no certificate that nobody vouches for', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    let asked = 0;
    const server = createHttpsServer({ key, cert }, (_request, response) => {
      asked += 1;
      response.end();
    });
    expect(await send(newSender(), `https://localhost:${await listen(server)}/`)).toMatch(/certificate/);
    expect(asked).toBe(0);
  });

  it('gives a short reason, however many names a certificate has', async () => {
    const altNames = Array.from({ length: 200 }, (_, n) => ({ type: 2 as const, value: `name-${n}.receiver.example` }));
    const extensions = [{ name: 'subjectAltName' as const, altNames }];
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'receiver.example' }], { extensions });
    const port = await listen(createHttpsServer({ key, cert }));
    const trusted = getCACertificates('default');
    closing.push(() => {
      setDefaultCACertificates(trusted);
    });
    setDefaultCACertificates([cert]);
    const problem = await send(newSender(), `https://localhost:${port}/`);
    expect(problem).toMatch(/altnames/);
    expect(problem?.length).toBe(200);
  });
});
