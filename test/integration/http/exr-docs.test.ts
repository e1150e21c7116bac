import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFlow } from '../../support/examples.ts';
import { ExrApi, renderedFrame } from '../../support/exr-objects.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const TEXT = readFileSync(new URL('../../../docs/exr.md', import.meta.url), 'utf8');
const FLOW = '3f1c0de0-0000-4000-8000-00000000e0e1';
const FRAMES = [1001, 1002, 1003, 1006];

interface Example {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly expected: unknown;
}

/** Each request of the document, with the part of the answer that follows it. */
const EXAMPLES = [...TEXT.matchAll(/```http\n(\w+) (.+)\n([\s\S]*?)```\n\n```json\n([\s\S]*?)```/g)].map(
  ([, method = '', path = '', body = '', expected = '']): Example => ({
    method,
    path,
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
    expected: partOf(JSON.parse(expected)),
  }),
);

/** Lists may go on, and a number may be said in words. */
function partOf(value: unknown): unknown {
  if (typeof value === 'string' && value.endsWith(' or more'))
    return expect.toSatisfy((n) => Number(n) >= parseFloat(value));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, partOf(inner)] as const);
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

let server: TestServer;
let api: ExrApi;
beforeAll(async () => {
  server = await startTestServer();
  api = new ExrApi(server.baseUrl);
  const exr = { codec: 'image/x-exr', container: 'image/x-exr' };
  await api.must('PUT', `/flows/${FLOW}`, imageFlow({ id: FLOW, source_id: FLOW.replace('3f', '5f') }, exr));
  await api.uploadAll(FLOW, Object.fromEntries(FRAMES.map((n) => [`shots/sq010/beauty.${n}.exr`, renderedFrame(n)])));
  // The document inspects the first one itself.
  for (const n of FRAMES.slice(1)) await api.inspect(`shots/sq010/beauty.${n}.exr`);
});
afterAll(() => server.close());

describe('docs/exr.md', () => {
  it('has its examples', () => {
    expect(EXAMPLES).toHaveLength((TEXT.match(/```http/g) ?? []).length);
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(8);
  });

  it.each(EXAMPLES.map((example, index) => [`${index + 1}. ${example.method} ${example.path}`, example] as const))(
    '%s',
    async (_name, { method, path, body, expected }) => {
      const named = /\{id of ([^}]+)\}/.exec(path)?.[1];
      const id = named === undefined ? undefined : (await api.inspect(named)).persistence?.id;
      const answer = await api.must(method, path.replace(/\{id of [^}]+\}/, id ?? ''), body);
      const shown = Array.isArray(answer) && Array.isArray(expected) ? answer.slice(0, expected.length) : answer;
      expect(withFirstFiles(shown)).toMatchObject(expected as object);
    },
  );
});

/** The document shows the first of several files that were checked. */
function withFirstFiles(answer: unknown): unknown {
  const { files } = answer as { files?: unknown[] };
  return files === undefined ? answer : { ...(answer as object), files: files.slice(0, 1) };
}
