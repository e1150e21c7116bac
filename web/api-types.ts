import openapiTypescript, { astToString } from 'openapi-typescript';

/** Only for people, or not for the page: without these the types are a quarter as long. */
const LEFT_OUT = new Set(['head', 'headers', 'description', 'summary', 'example', 'examples', 'title']);

/** The types of the API as TypeScript, from its OpenAPI document. */
export async function apiTypes(document: object): Promise<string> {
  const nodes = await openapiTypescript(lean(document) as Parameters<typeof openapiTypescript>[0], {
    alphabetize: true,
  });
  return `// Made by \`npm run openapi\`.\n${astToString(nodes)}`;
}

function lean(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => lean(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, item]) => isNames || !LEFT_OUT.has(key) || typeof item === 'boolean',
  );
  // Keys of these are names, and may be any word.
  return Object.fromEntries(entries.map(([key, item]) => [key, lean(item, key === 'properties' || key === 'schemas')]));
}
