import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { ApiDocument } from '../../support/fuzz/api-document.ts';
import { type FuzzRequest, requestsTo } from '../../support/fuzz/requests.ts';
import { call } from '../../support/http-client.ts';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';

/*
 * Sends to every operation what the document says it takes, and what it does not, and holds the answers against the
 * document. The same seed sends the same; FUZZ_SEED and FUZZ_RUNS (requests of each operation) ask for others and more.
 */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2);
/** Other tests have the machine too. */
const TIMEOUT_MS = 240_000 + RUNS * 10_000;

const flows = [1, 2, 3].map((n) => testId('flow', n));
const ids = [...flows, testId('source', 1)];

let server: TestServer;
const document = await ApiDocument.read(IS_NEWER ? '8.2' : undefined);

beforeAll(async () => {
  server = await startTestServer({ inProcess: 'log', env: { SOFT_DELETE: 'true' }, log: (line) => log.push(line) });
  await putFlows();
});
afterAll(() => server.close());
const log: string[] = [];

async function putFlows(): Promise<void> {
  for (const [index, make] of [videoFlow, audioFlow, multiFlow].entries()) {
    const id = flows[index] ?? '';
    await call(server.baseUrl, 'PUT', `/flows/${id}`, { json: make({ id, source_id: testId('source', index + 1) }) });
  }
}

async function send(method: string, { target, body, contentType }: FuzzRequest) {
  const headers = { 'content-type': contentType };
  const response = await fetch(server.baseUrl + target, { method, headers, ...(body !== undefined && { body }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe(`hostile requests (FUZZ_SEED=${SEED})`, () => {
  it('are answered by every operation as the document says', { timeout: TIMEOUT_MS }, async () => {
    const planned = document.operations.map((operation, index) => ({
      operation,
      requests: fc.sample(requestsTo(document, operation, ids), { seed: SEED + index, numRuns: RUNS }),
    }));
    const faults: string[] = [];
    const successes = new Set<string>();
    for (let run = 0; run < RUNS; run += 1) {
      for (const { operation, requests } of planned) {
        const request = requests[run];
        if (request === undefined) continue;
        const answer = await send(operation.method, request);
        if (answer.status < 300) successes.add(operation.id);
        for (const fault of document.faults(operation, answer)) {
          const sent = `${operation.method} ${request.target.slice(0, 300)} ${request.contentType} ${request.body?.slice(0, 500) ?? ''}`;
          faults.push(`${sent}\n  ${fault}`);
        }
      }
      // What was deleted is there again for the next round.
      await putFlows();
    }
    expect(faults.slice(0, 20), `${faults.length} faults; the log ends with ${log.slice(-5).join('\n')}`).toEqual([]);
    // Requests that are all refused would show little.
    expect(successes.size).toBeGreaterThan(document.operations.length / 4);
  });
});
