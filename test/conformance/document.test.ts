import { describe, expect, it } from 'vitest';
import { openApiText } from '../../openapi/document.ts';
import { VERSIONS } from '../fixtures/tams/facts.ts';
import { TamsSpec } from '../support/tams-spec.ts';

interface Operation {
  operationId: string;
  tags: string[];
  servers?: { url: string }[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { required: boolean };
  responses: Record<string, { headers?: Record<string, unknown> }>;
}

/** The tags of what this server has besides. */
const NOT_TAMS = new Set(['Timelines', 'Playback', 'Operation', 'MediaSearch', 'Analytics', 'EXR metadata']);

/** Listings that TAMS 7.0 has no pages of, and this server has: a page has an end here, whatever is listed. */
const PAGED_BESIDES = new Set(['/service/webhooks', '/flow-delete-requests']);
const PAGING = ['limit', 'page'].map((name) => ({ name, in: 'query', required: false }));

const OPERATIONS = { '7.0': 74, '8.2': 85 };

describe.each(VERSIONS)('the OpenAPI document of TAMS %s, compared with the published one', async (version) => {
  const spec = new TamsSpec(version);
  const { servers, paths } = JSON.parse(await openApiText(version)) as {
    servers: { url: string }[];
    paths: Record<string, Record<string, Operation>>;
  };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const isOfTams = ({ operation }: { operation: Operation }) => !operation.tags.some((tag) => NOT_TAMS.has(tag));

  it('has all of the operations, under their published ids, and no others but those of areas of our own', () => {
    const named = (all: readonly { method: string; path: string; id: string }[]) =>
      all.map(({ method, path, id }) => `${method} ${path} ${id}`).sort();
    expect(spec.operations).toHaveLength(OPERATIONS[version]);
    const ours = operations
      .filter(isOfTams)
      .map(({ method, path, operation }) => ({ method, path, id: operation.operationId }));
    expect(named(ours)).toEqual(named(spec.operations));
    console.info(
      `conformance: ${ours.length} of ${spec.operations.length} operations of ${version} are in its document`,
    );
  });

  it('leads to the path of the version, and to the root for what is beside all versions', () => {
    expect(servers).toEqual([{ url: version === '7.0' ? '/' : `/v${version}` }]);
    const besides = version === '7.0' ? undefined : [{ url: '/' }];
    expect(operations.filter(isOfTams).filter(({ operation }) => operation.servers !== undefined)).toEqual([]);
    for (const each of operations) if (!isOfTams(each)) expect(each.operation.servers, each.path).toEqual(besides);
  });

  it.each(spec.operations.map((operation) => [operation.id, operation] as const))(
    '%s lacks nothing',
    (_id, published) => {
      const operation = paths[published.path]?.[published.method];
      const all = (operation?.parameters ?? []).map(fact);
      const wanted = published.parameters.map(fact);
      const besides = PAGED_BESIDES.has(published.path) && ['get', 'head'].includes(published.method) ? PAGING : [];
      const added = besides.filter(({ name }) => !wanted.some((parameter) => parameter.name === name));
      const order = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(all.sort(order)).toEqual([...wanted, ...added].sort(order));
      expect(operation?.requestBody?.required).toBe(published.requestBody?.required);
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(Object.keys(published.responses)));
      for (const [status, response] of Object.entries(published.responses)) {
        const headers = Object.keys(operation?.responses[status]?.headers ?? {});
        expect(headers).toEqual(expect.arrayContaining(Object.keys(response.headers)));
      }
    },
  );
});

const fact = ({ name, in: place, required }: { name: string; in: string; required?: boolean }) => ({
  name,
  in: place,
  required: required === true,
});
