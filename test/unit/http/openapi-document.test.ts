import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApiFile, openApiText } from '../../../openapi/document.ts';
import { hoistSchemas } from '../../../src/http/plugins/documentation.ts';
import { apiTypes } from '../../../web/api-types.ts';
import { VERSIONS } from '../../../src/tams/versions/surfaces.ts';

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; description?: string; schema: { $ref?: string } }[];
  responses?: Record<string, { description?: string }>;
}

it('is where the types of the web page come from; `npm run openapi` brings them up to date', async () => {
  const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const document = JSON.parse(read(`openapi/${openApiFile(VERSIONS.at(-1) ?? '')}`)) as object;
  const isFresh = (await apiTypes(document)) === read('web/src/api/schema.d.ts');
  expect(isFresh, 'web/src/api/schema.d.ts is stale: npm run openapi').toBe(true);
});

describe.each(VERSIONS)('the document of %s', async (version) => {
  const generated = await openApiText(version);
  const document = JSON.parse(generated) as {
    openapi: string;
    tags: { name: string }[];
    paths: Record<string, Record<string, Operation>>;
  };
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

  it('is what the schemas of the routes say now; `npm run openapi` brings it up to date', () => {
    const file = openApiFile(version);
    const checkedIn = readFileSync(new URL(`../../../openapi/${file}`, import.meta.url), 'utf8');
    expect(checkedIn === generated, `openapi/${file} is stale: npm run openapi`).toBe(true);
  });

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives every operation a summary, a description, a declared tag, and responses with descriptions', () => {
    const declared = document.tags.map(({ name }) => name);
    for (const { operationId, summary, description: prose, tags, responses } of operations) {
      // A summary is an order: `List flows`. Sentences say the rest.
      expect(summary, operationId).toMatch(/^(?!An? |The )[A-Z].*[^.]$/);
      expect(prose, operationId).toMatch(/^\S.*\.$/s);
      expect(tags, operationId).toHaveLength(1);
      expect(declared, operationId).toEqual(expect.arrayContaining(tags ?? []));
      const described = Object.values(responses ?? {});
      expect(described.length, operationId).toBeGreaterThan(0);
      for (const { description } of described) expect(description, operationId).not.toMatch(/^(Default Response)?$/);
    }
  });

  it('declares every parameter of its paths, and no other', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      for (const operation of Object.values(item) as { parameters?: { in: string; name: string }[] }[]) {
        const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
        expect(declared.sort()).toEqual(named.sort());
      }
    }
  });

  it('names the parameters of the path first', () => {
    for (const { operationId, parameters = [] } of operations) {
      const places = (parameters as unknown as { in: string }[]).map((one) => one.in);
      expect(places, operationId).toEqual([...places].sort((a, b) => Number(b === 'path') - Number(a === 'path')));
    }
  });

  it('says of every parameter what it is', () => {
    const { components } = document as unknown as { components: { schemas: Record<string, { description?: string }> } };
    for (const { operationId, parameters = [] } of operations) {
      for (const { name, description, schema } of parameters) {
        const ofSchema = components.schemas[schema.$ref?.split('/').at(-1) ?? '']?.description;
        expect(description ?? ofSchema, `${operationId} ${name}`).toMatch(/\.$/);
      }
    }
  });

  it('has references that all resolve', () => {
    const references = [...generated.matchAll(/"\$ref": "([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) {
      const target = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
      expect(target, reference).toBeTypeOf('object');
    }
  });
});

describe('the components of the document', () => {
  const withSchemas = (...schemas: object[]) => ({
    paths: { '/': { get: { operationId: 'a', responses: Object.fromEntries(schemas.entries()) } } },
  });

  it('are the schemas with a title, each of them once', () => {
    const schema = () => ({ title: 'Thing', type: 'string' });
    const { paths, components } = hoistSchemas(withSchemas(schema(), schema()), new Set()) as ReturnType<
      typeof withSchemas
    > & { components: object };
    expect(components).toEqual({ schemas: { Thing: { title: 'Thing', type: 'string' } } });
    const reference = { $ref: '#/components/schemas/Thing' };
    expect(paths['/'].get.responses).toEqual({ 0: reference, 1: reference });
  });

  it('cannot be two different schemas of the same title', () => {
    const twice = withSchemas({ title: 'Thing', type: 'string' }, { title: 'Thing', type: 'integer' });
    expect(() => hoistSchemas(twice, new Set())).toThrow(/Thing/);
  });
});
