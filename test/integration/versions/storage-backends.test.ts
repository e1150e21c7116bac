import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, nextLink } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { TamsSpec } from '../../support/tams-spec.ts';

const backend = (number: number, more: object) => ({
  type: 'local',
  id: `b0000000-0000-4000-8000-00000000000${number}`,
  ...more,
});

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-backends-'));
  const file = join(folder, 'backends.json');
  const backends = [
    backend(1, { label: 'b', path: join(folder, '1'), default_storage: true, tags: { site: ['leeds', 'york'] } }),
    backend(2, { label: 'a', path: join(folder, '2'), tags: { site: 'york' } }),
    backend(3, { label: 'c', path: join(folder, '3') }),
  ];
  await writeFile(file, JSON.stringify(backends));
  server = await startTestServer({ env: { STORAGE_BACKENDS_FILE: file } });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const list = async (path: string) => {
  const answer = await call(server.baseUrl, 'GET', path);
  const labels = (answer.json as { label?: string }[]).map(({ label }) => label);
  return { ...answer, labels };
};

describe('GET /service/storage-backends', () => {
  it('shows 7.0 all of them without tags, as they are configured', async () => {
    const { json, labels, headers } = await list('/v7.0/service/storage-backends?reverse_order=true&limit=1');
    expect(labels).toEqual(['b', 'a', 'c']);
    expect(JSON.stringify(json)).not.toContain('tags');
    expect(headers.get('x-paging-limit')).toBeNull();
  });

  it.each([
    ['', ['a', 'b', 'c']],
    ['?reverse_order=true', ['c', 'b', 'a']],
    ['?tag.site=york', ['a', 'b']],
    ['?tag.site=oxford,leeds', ['b']],
    ['?tag_exists.site=false', ['c']],
  ])('shows 8.2 those of %j by their labels, with tags', async (query, expected) => {
    const spec = new TamsSpec('8.2');
    const { json, labels, headers } = await list(`/v8.2/service/storage-backends${query}`);
    expect(labels).toEqual(expected);
    expect(headers.get('x-paging-count')).toBe(String(expected.length));
    expect(headers.get('x-paging-reverse-order')).toBe(String(query.includes('reverse')));
    for (const each of json as object[]) expect(spec.faults({ $ref: 'storage-backend.json' }, each)).toEqual([]);
  });

  it('has pages in 8.2, in both orders', async () => {
    for (const [reverse, expected] of [
      [false, ['a', 'b', 'c']],
      [true, ['c', 'b', 'a']],
    ] as const) {
      const seen: unknown[] = [];
      let next: string | undefined = `/v8.2/service/storage-backends?limit=1&reverse_order=${reverse}`;
      while (next !== undefined) {
        const page: Awaited<ReturnType<typeof list>> = await list(next);
        seen.push(...page.labels);
        next = nextLink(page.headers)?.slice(server.baseUrl.length);
      }
      expect(seen).toEqual(expected);
    }
  });
});
