import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VERSIONS } from '../../fixtures/tams/facts.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { FIRST } from './support/first-requests.ts';
import { OBJECTS, randomRequest } from './support/random-requests.ts';
import { ValidAnswers } from './support/valid-answers.ts';

/** One in `npm test`, more in `slow`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1);

let server: TestServer;
beforeAll(async () => {
  // Deletions of more than one segment go on after their request.
  server = await startTestServer({ env: { DELETE_SYNC_MAX: '1', LOG_LEVEL: 'error' } });
});
afterAll(() => server.close());

it('a store that both versions write at random has only answers that are valid in their version', async () => {
  const answers = new ValidAnswers(server.baseUrl);
  const property = fc.asyncProperty(fc.array(randomRequest, { minLength: 60, maxLength: 60 }), async (requests) => {
    for (const request of [...FIRST, ...requests]) await answers.send(request);
    for (const version of VERSIONS) await answers.readAll(version, OBJECTS);
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  expect(answers.count).toBeGreaterThan(RUNS * 60);
  console.info(`versions: ${answers.count} answers of a random store are valid`);
}, 600_000);
