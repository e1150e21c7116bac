import { isDeepStrictEqual } from 'node:util';

type Json = Record<string, unknown>;

/**
 * Makes a component of every schema that has a title, and a reference of every place where it stands:
 * routes carry their schemas whole, the document says each of them once.
 *
 * @param optionalBodies the ids of operations whose body may be left out
 * @param examples values of components, by their titles
 * @throws Error where two different schemas have the same title
 */
export function hoistSchemas<Document extends object>(
  document: Document,
  optionalBodies: ReadonlySet<unknown>,
  examples: Readonly<Record<string, readonly unknown[]>> = {},
): Document {
  const schemas = new Map<string, Json>();

  const hoist = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(hoist);
    if (!isObject(node)) return node;
    const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, hoist(value)]));
    const title = copy['title'];
    if (typeof title !== 'string') return copy;
    const known = schemas.get(title);
    if (known !== undefined && !isDeepStrictEqual(withoutDescription(known), withoutDescription(copy))) {
      throw new Error(`Two schemas have the title ${title}; give each its own`);
    }
    // Parameters carry the description beside their schema, so it may be missing here.
    if (known?.['description'] === undefined) schemas.set(title, copy);
    return { $ref: `#/components/schemas/${title}` };
  };

  const { paths, components, ...rest } = document as { paths?: Json; components?: Json };
  const hoisted = hoist(paths) as Json;
  for (const operations of Object.values(hoisted)) {
    for (const operation of Object.values(operations as Record<string, Json>)) {
      if (optionalBodies.has(operation['operationId'])) (operation['requestBody'] as Json)['required'] = false;
      // As they stand in the URL: what comes first has to be filled in first.
      (operation['parameters'] as { in: string }[] | undefined)?.sort((a, b) => rank(a) - rank(b));
    }
  }
  const sorted = Object.fromEntries(
    [...schemas]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([title, schema]) => [title, examples[title] ? { ...schema, examples: examples[title] } : schema]),
  );
  return { ...rest, paths: hoisted, components: { ...components, schemas: sorted } } as Document;
}

const rank = (parameter: { in: string }): number => (parameter.in === 'path' ? 0 : 1);

function withoutDescription(schema: Json): Json {
  return { ...schema, description: undefined };
}

function isObject(node: unknown): node is Json {
  return typeof node === 'object' && node !== null;
}
