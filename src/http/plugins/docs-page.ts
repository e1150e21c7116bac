import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';

/** A flow of four segments, one of which is chosen. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1b2733"/>' +
  '<path fill="#8aa4b8" d="M4 12h5v8H4zM11 12h5v8h-5zM25 12h3v8h-3z"/><path fill="#ffb000" d="M18 8h5v16h-5z"/></svg>';

/** Each HEAD has the parameters and the headers of its GET: shown as well, the list would be half as long again. */
const STYLE = `
.swagger-ui .opblock-head { display: none; }
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .opblock-tag small { flex: 2; }
.swagger-ui .parameters-col_description textarea { min-height: 60px; }
`;

/** A document that the page can show. */
interface ShownDocument {
  readonly name: string;
  /** Relative to the host of the page. */
  readonly url: string;
}

/**
 * How the pages at `/docs` look: the groups of operations closed, to be seen at a glance; above them a choice of the
 * documents, the first of which is shown at first.
 */
export function docsPage(documents: readonly ShownDocument[]): Omit<FastifySwaggerUiOptions, 'routePrefix'> {
  return {
    theme: {
      title: 'VAST TAMS API',
      css: [{ filename: 'docs.css', content: STYLE }],
      favicon: [{ filename: 'icon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: ICON }],
    },
    logo: { type: 'image/svg+xml', content: ICON },
    uiConfig: {
      urls: [...documents],
      docExpansion: 'none',
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      filter: true,
    },
  };
}

/** The document as the page needs it. */
export function pageDocument<Document extends object>(document: Document): Document {
  const copy = structuredClone(document);
  for (const operation of operationsOf(copy as Readonly<Record<string, unknown>>))
    operation.parameters?.forEach(openName);
  return copy;
}

interface Parameter {
  readonly name: string;
  readonly schema: object;
  readonly description?: string;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
}

const operationsOf = ({ paths }: Readonly<Record<string, unknown>>): Operation[] =>
  Object.values(paths as Record<string, Record<string, Operation>>).flatMap((item) => Object.values(item));

/**
 * `tag.{name}` stands for any name, but "Try it out" would send it literally. On the page such a parameter is an object:
 * a query has one parameter for each of its keys.
 */
function openName(parameter: Parameter): void {
  const [prefix, rest] = parameter.name.split('{name}');
  if (prefix === undefined || rest === undefined) return;
  const value = 'type' in parameter.schema && parameter.schema.type === 'boolean' ? 'true' : '"value"';
  Object.assign(parameter, {
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: parameter.schema },
    // Made up from the schema unless there is one, and sent.
    example: {},
    description: `${parameter.description ?? ''} To try it out, name each whole, as JSON: \`{"${prefix}NAME": ${value}}\`.`,
  });
}
