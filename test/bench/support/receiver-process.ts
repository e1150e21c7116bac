import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReceiverOrder, ReceiverReport } from './receiver.ts';

/* A receiver of webhooks in a process of its own: it counts what arrives, and answers unless it is told to hang. */

let order: ReceiverOrder = 'refuse';
let count = 0;
let firstAt = 0;
let lastAt = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (order === 'hang') return;
    if (order === 'take') {
      lastAt = performance.now();
      if (count === 0) firstAt = lastAt;
      count += 1;
    }
    response.writeHead(order === 'take' ? 204 : 503).end();
  });
});

process.on('message', (message: ReceiverOrder | 'report') => {
  if (message === 'report') {
    process.send?.({ count, seconds: (lastAt - firstAt) / 1000 } satisfies ReceiverReport);
    return;
  }
  order = message;
  count = 0;
});

server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
