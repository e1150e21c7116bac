import { describe, expect, it } from 'vitest';
import { openApiText } from '../../openapi/document.ts';
import { TamsSpec } from '../support/tams-spec.ts';

interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { required: boolean };
  responses: Record<string, { headers?: Record<string, unknown> }>;
}

/** The tags of what this server has besides. */
const NOT_TAMS = new Set(['Operation', 'MediaSearch', 'Analytics', 'EXR metadata']);

/** Listings that TAMS 7.0 has no pages of, and this server has: a page has an end here, whatever is listed. */
const PAGED_BESIDES = new Set(['/service/webhooks', '/flow-delete-requests']);
const PAGING = ['limit', 'page'].map((name) => ({ name, in: 'query', required: false }));

describe('the OpenAPI document, compared with TAMS 7.0', async () => {
  const spec = new TamsSpec();
  const document = JSON.parse(await openApiText()) as { paths: Record<string, Record<string, Operation>> };

  it('has all of the 74 operations, under their published ids, and no others but those of areas of our own', () => {
    const ours = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([, { tags }]) => !tags.some((tag) => NOT_TAMS.has(tag)))
        .map(([method, operation]) => `${method} ${path} ${operation.operationId}`),
    );
    const published = spec.operations.map(({ method, path, id }) => `${method} ${path} ${id}`);
    expect(published).toHaveLength(74);
    expect(ours.sort()).toEqual(published.sort());
    console.info(`conformance: ${ours.length} of ${published.length} operations are in the document`);
  });

  it.each(spec.operations.map((operation) => [operation.id, operation] as const))(
    '%s lacks nothing',
    (_id, published) => {
      const operation = document.paths[published.path]?.[published.method];
      const parameters = (operation?.parameters ?? []).map(({ name, in: place, required }) => ({
        name,
        in: place,
        required: required === true,
      }));
      const besides = PAGED_BESIDES.has(published.path) ? PAGING : [];
      const order = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(parameters.sort(order)).toEqual(
        [
          ...published.parameters.map(({ name, in: place, required }) => ({ name, in: place, required })),
          ...(['get', 'head'].includes(published.method) ? besides : []),
        ].sort(order),
      );
      expect(operation?.requestBody?.required).toBe(published.requestBody?.required);
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(Object.keys(published.responses)));
      for (const [status, response] of Object.entries(published.responses)) {
        const headers = Object.keys(operation?.responses[status]?.headers ?? {});
        expect(headers).toEqual(expect.arrayContaining(Object.keys(response.headers)));
      }
    },
  );
});
