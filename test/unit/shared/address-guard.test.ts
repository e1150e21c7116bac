import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressGuard } from '../../../src/shared/address-guard.ts';
import { WebhookSender } from '../../../src/tams/webhooks/delivery/webhook-sender.ts';

const NOBODY = { hosts: [], networks: [] };
const guard = new AddressGuard(NOBODY);
const refusalOf = (url: string, by = guard): string | undefined => by.refusalOf(new URL(url));

describe('the URL of a receiver', () => {
  it.each([
    ['loopback', 'http://127.0.0.1/'],
    ['another loopback', 'http://127.255.255.254/'],
    ['short', 'http://127.1/'],
    ['decimal', 'http://2130706433/'],
    ['octal', 'http://0177.0.0.1/'],
    ['octal in one number', 'http://017700000001/'],
    ['hexadecimal', 'http://0x7f000001/'],
    ['hexadecimal parts', 'http://0x7f.0x0.0x0.0x1/'],
    ['full width digits', 'http://１２７.０.０.１/'],
    ['a dot at the end', 'http://127.0.0.1./'],
    ['escaped', 'http://%31%32%37.0.0.1/'],
    ['unspecified', 'http://0.0.0.0/'],
    ['this network', 'http://0.1.2.3/'],
    ['private, class A', 'http://10.1.2.3/'],
    ['private, class B', 'https://172.16.0.1/'],
    ['private, class C', 'https://192.168.255.255/'],
    ['private in decimal', 'http://167772161/'],
    ['link-local, where clouds keep their metadata', 'http://169.254.169.254/latest/meta-data'],
    ['metadata in hexadecimal', 'http://0xa9fea9fe/'],
    ['metadata of a carrier-grade NAT', 'http://100.100.100.200/'],
    ['metadata in the IETF block', 'http://192.0.0.192/'],
    ['a platform service with a public address', 'http://168.63.129.16/'],
    ['carrier-grade NAT', 'http://100.64.0.1/'],
    ['multicast', 'http://224.0.0.1/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['reserved', 'http://240.0.0.1/'],
    ['documentation', 'http://192.0.2.1/'],
    ['benchmarking', 'http://198.18.0.1/'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['IPv6 loopback, written out', 'http://[0:0:0:0:0:0:0:1]/'],
    ['IPv6 unspecified', 'http://[::]/'],
    ['IPv6 link-local', 'http://[fe80::1]/'],
    ['IPv6 unique local', 'http://[fd00:ec2::254]/'],
    ['IPv6 site-local', 'http://[fec0::1]/'],
    ['IPv6 multicast', 'http://[ff02::1]/'],
    ['IPv6 documentation', 'http://[2001:db8::1]/'],
    ['mapped loopback', 'http://[::ffff:127.0.0.1]/'],
    ['mapped metadata, in hexadecimal', 'http://[::ffff:a9fe:a9fe]/'],
    ['mapped public', 'http://[::ffff:8.8.8.8]/'],
    ['IPv4-compatible', 'http://[::127.0.0.1]/'],
    ['NAT64', 'http://[64:ff9b::7f00:1]/'],
    ['local NAT64', 'http://[64:ff9b:1::a00:1]/'],
    ['6to4', 'http://[2002:7f00:1::]/'],
    ['Teredo', 'http://[2001:0:7f00:1::]/'],
    ['outside of what is given out', 'http://[4000::1]/'],
  ])('is refused: %s', (_, url) => {
    expect(refusalOf(url)).toMatch(/not a public address/);
  });

  it.each([
    ['file:///etc/passwd', /http or https/],
    ['ftp://8.8.8.8/', /http or https/],
    ['gopher://8.8.8.8/', /http or https/],
    ['https://user:secret@hook.example/', /credentials/],
    ['https://user@hook.example/', /credentials/],
  ])('is refused: %s', (url, reason) => {
    const refusal = refusalOf(url);
    expect(refusal).toMatch(reason);
    expect(refusal).not.toContain('secret');
  });

  it.each(['http://8.8.8.8/', 'https://134744072:8443/', 'http://[2606:4700::1111]/', 'https://hook.example/a?b=c'])(
    'is taken: %s',
    (url) => {
      expect(refusalOf(url)).toBeUndefined();
    },
  );

  it('is taken where the operator allows its address, and nothing beside that', () => {
    const open = new AddressGuard({ hosts: [], networks: ['10.1.0.0/16', '127.0.0.1', 'fd00::/8'] });
    for (const url of ['http://10.1.255.3/', 'http://2130706433/', 'http://[fd12::1]/']) {
      expect(refusalOf(url, open), url).toBeUndefined();
    }
    for (const url of ['http://10.2.0.1/', 'http://127.0.0.2/', 'http://[::ffff:10.1.0.1]/', 'http://[fe80::1]/']) {
      expect(refusalOf(url, open), url).toBeDefined();
    }
  });
});

const PRIVATE: LookupAddress = { address: '127.0.0.1', family: 4 };
const PUBLIC: LookupAddress = { address: '8.8.8.8', family: 4 };

/** Names resolve to these lists, one after the other; the last one stays. */
function resolvingTo(...answers: LookupAddress[][]) {
  let asked = 0;
  return (): Promise<LookupAddress[]> => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return Promise.resolve(answer);
  };
}

function lookUp(by: AddressGuard, options: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    by.lookup('hook.example', options, (error, address) => {
      if (error === null) resolve(address);
      else reject(error);
    });
  });
}

describe('a name', () => {
  it('is checked each time that it is resolved: first public and then private gains nothing', async () => {
    const rebinding = new AddressGuard(NOBODY, resolvingTo([PUBLIC], [PRIVATE]));
    expect(await lookUp(rebinding)).toBe('8.8.8.8');
    await expect(lookUp(rebinding)).rejects.toThrow(/hook\.example leads to an address that is not public/);
  });

  it('is refused for one bad address among good ones, whichever form the socket asks in', async () => {
    const mixed = new AddressGuard(NOBODY, resolvingTo([PUBLIC, PRIVATE]));
    await expect(lookUp(mixed)).rejects.toThrow(/not public/);
    await expect(lookUp(mixed, { all: true })).rejects.toThrow(/not public/);
    await expect(lookUp(new AddressGuard(NOBODY, resolvingTo([])))).rejects.toThrow(/no address/);
  });

  it.each(['::1', '::ffff:10.0.0.1', 'fe80::1%eth0', '64:ff9b::a00:1'])('is refused for %s', async (address) => {
    const by = new AddressGuard(NOBODY, resolvingTo([{ address, family: 6 }]));
    await expect(lookUp(by, { all: true })).rejects.toThrow(/not public/);
  });

  it('is let through where the operator names it', async () => {
    const open = new AddressGuard({ hosts: ['hook.example'], networks: [] }, resolvingTo([PRIVATE]));
    expect(await lookUp(open, { all: true })).toEqual([PRIVATE]);
  });
});

describe('a delivery', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listen(handler: Parameters<typeof createServer>[1]): Promise<number> {
    server = createServer(handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  const send = (by: AddressGuard, url: string): Promise<string | undefined> => {
    const sender = new WebhookSender(by, { timeoutMs: 1000, sockets: 1, userAgent: 'test' });
    const delivery = { url: new URL(url), eventId: 'id', body: '{}', apiKey: undefined };
    const outcome = sender.send(delivery, new AbortController().signal).finally(() => {
      sender.close();
    });
    return outcome.then(({ problem }) => problem);
  };

  it('does not reach a private address behind a name or in a URL', async () => {
    let requests = 0;
    const port = await listen((_request, response) => {
      requests += 1;
      response.end();
    });
    const bound = new AddressGuard(NOBODY, resolvingTo([PRIVATE]));
    expect(await send(bound, `http://hook.example:${port}/`)).toMatch(/not public/);
    expect(await send(guard, `http://localhost:${port}/`)).toMatch(/not public/);
    expect(await send(guard, `http://127.1:${port}/`)).toMatch(/not a public address/);
    expect(requests).toBe(0);
    const open = new AddressGuard({ hosts: ['hook.example'], networks: [] }, resolvingTo([PRIVATE]));
    expect(await send(open, `http://hook.example:${port}/`)).toBeUndefined();
    expect(requests).toBe(1);
  });

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = [];
    const port = await listen((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/inside' }).end();
    });
    const open = new AddressGuard({ hosts: [], networks: ['127.0.0.0/8'] });
    expect(await send(open, `http://127.0.0.1:${port}/`)).toMatch(/status 307/);
    expect(paths).toEqual(['/']);
  });

  it('does not read an endless answer, and does not wait for one that does not come', async () => {
    const closed = Promise.withResolvers<undefined>();
    const port = await listen((request, response) => {
      if (request.url === '/silent') return;
      response.on('close', () => closed.resolve(undefined));
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const open = new AddressGuard({ hosts: [], networks: ['127.0.0.0/8'] });
    expect(await send(open, `http://127.0.0.1:${port}/`)).toBeUndefined();
    await closed.promise;
    expect(await send(open, `http://127.0.0.1:${port}/silent`)).toMatch(/did not answer within 1000 ms/);
  });
});
