import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { flowBody } from '../http/flow-actions.ts';
import type { AttackOrder, AttackReport } from '../attacks.ts';

const STALLING = 100;
const STALL_BYTES = 9 * 2 ** 20;
const PAGE_READERS = 16;
const GAP_READERS = 10;
const LARGE_FLOWS = 100;
const GAPPED_FLOWS = 400;
const REST_MS = 5;
/**
 * Attackers have machines of their own. Here they share the cores with the server and with honest clients, who should not
 * wait for what attackers compute: with this niceness they have a tenth of a core that others want too.
 */
const NICENESS = 10;

let baseUrl = '';
let attacks = false;
let sent = 0;

interface Sent {
  readonly status: number;
}

async function send(method: string, path: string, json?: object): Promise<Sent> {
  const body = json === undefined || json instanceof Uint8Array ? json : JSON.stringify(json);
  const headers = { 'content-type': 'application/json' };
  try {
    const response = await fetch(baseUrl + path, { method, ...(body !== undefined && { body, headers }) });
    await response.body?.pipeTo(new WritableStream());
    return response;
  } catch {
    // To be cut off is what attackers have to expect.
    return { status: 0 };
  }
}

const newFlow = (more: object = {}): { id: string } => {
  const id = randomUUID();
  return { ...flowBody(id, randomUUID(), 'Of an attacker'), ...more, id };
};
const large = 'x'.repeat(1_000_000);
const bytesOf = (json: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(json));
const manyTags = bytesOf(
  newFlow({ tags: Object.fromEntries(Array.from({ length: 800_000 }, (_, n) => [`t${n}`, ''])) }),
);
const stalling = Buffer.alloc(STALL_BYTES - 1000, ' ');
const tags = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`tag ${n}`, 'x']));

/** What the attacks need to be there. */
async function prepare(): Promise<string> {
  for (let n = 0; n < LARGE_FLOWS; n++) {
    const flow = newFlow({ description: large });
    await send('PUT', `/flows/${flow.id}`, flow);
  }
  for (let n = 0; n < GAPPED_FLOWS; n++) {
    const flow = newFlow();
    await send('PUT', `/flows/${flow.id}`, flow);
    const segments = [0, 100].map((second) => ({
      object_id: `${flow.id} ${second}`,
      timerange: `[${second}:0_${second + 1}:0)`,
      get_urls: [{ url: 'https://else.example/object' }],
    }));
    await send('POST', `/flows/${flow.id}/segments`, segments);
  }
  const tagged = newFlow({ tags });
  await send('PUT', `/flows/${tagged.id}`, tagged);
  return tagged.id;
}

/** Sends all of a body but its end, and stands still until it is cut off. */
function stall(flowId: string): Promise<void> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  const head = `POST /flows/${flowId}/segments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  socket.write(`${head}content-length: ${STALL_BYTES}\r\n\r\n[`);
  socket.write(stalling);
  const timer = setInterval(() => attacks || socket.destroy(), 100);
  return new Promise((resolve) => {
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

/** Again and again, while there is an attack. */
async function repeat(attack: () => Promise<unknown>): Promise<void> {
  for (;;) {
    if (attacks) {
      await attack();
      sent++;
    }
    await pause(attacks ? REST_MS : 50);
  }
}

async function run(): Promise<void> {
  const tagged = await prepare();
  setPriority(Math.min(19, getPriority() + NICENESS));
  report();
  const many = (count: number, attack: () => Promise<unknown>) => Array.from({ length: count }, () => repeat(attack));
  // A deleted flow's id, taken again.
  const squat = async (): Promise<void> => {
    const flow = newFlow();
    for (let times = 0; times < 2; times++) {
      await send('PUT', `/flows/${flow.id}`, flow);
      await send('DELETE', `/flows/${flow.id}`);
    }
  };
  const members = bytesOf(Array.from({ length: 1_000 }, () => ({ id: tagged, role: 'x' })));
  await Promise.all([
    ...many(2, squat),
    ...many(2, () => send('PUT', `/flows/${randomUUID()}`, manyTags)),
    ...many(2, () => send('PUT', `/flows/${tagged}/label`, bytesOf(randomUUID()))),
    ...many(1, () => send('PUT', `/flows/${tagged}/flow_collection`, members)),
    ...many(PAGE_READERS, () => send('GET', '/flows?limit=1000')),
    ...many(STALLING, () => stall(tagged)),
    ...many(GAP_READERS, () => send('GET', '/flows?limit=1000&timerange=[50:0_51:0)')),
  ]);
}

function report(): void {
  const { user, system } = process.cpuUsage();
  process.send?.({ sent, cpuSeconds: (user + system) / 1e6 } satisfies AttackReport);
}

process.on('message', ({ baseUrl: where, attack }: AttackOrder) => {
  const isFirst = baseUrl === '';
  baseUrl = where;
  attacks = attack;
  if (isFirst) void run();
  else report();
});
