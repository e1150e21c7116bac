import { isDeepStrictEqual } from 'node:util';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify';
import { OWN_COMPILERS } from '../own-compilers.ts';
import { SECURITY_SCHEMES, type SecurityScheme } from '../security-schemes.ts';
import { COMPONENT_EXAMPLES } from '../schemas/examples.ts';
import { noBody, OTHER_ERRORS } from '../schemas/responses.ts';
import { sendJson } from '../send-json.ts';
import { type ApiVersion, DOCS_PATH, type DocumentationOptions, documentPath } from './document-paths.ts';
import { docsPage, pageDocument } from './docs-page.ts';

const pageDocumentPath = ({ version }: ApiVersion): string => `${DOCS_PATH}/${version}.json`;

/** Bodies that may be left out; the generator takes each of them for required. */
const OPTIONAL_BODIES: ReadonlySet<unknown> = new Set(['POST_flows-flowId-storage']);

/** Parameters whose published names a route cannot have. */
const PARAMETER_NAMES: Readonly<Record<string, string>> = { requestId: 'request-id' };

/** Rules for all operations, in Markdown. */
const description = (version: string): string =>
  `
A server of [TAMS ${version}](https://github.com/bbc/tams). It keeps an index of media segments on timelines, and hands out the
URLs that media are uploaded to and downloaded from.

- **To begin**: put a flow, register a segment, and list the segments of a time range. "Try it out" sends examples that
  fit together. To store media, allocate an object before, and upload it to its \`put_url\`.
- **Times** are \`seconds:nanoseconds\`. In a range, \`[\` and \`]\` include the bound and \`(\` and \`)\` do not:
  \`[0:0_10:0)\` is the first ten seconds, \`_\` is all of time.
- **Lists** have pages: the header \`Link\` of \`rel="next"\` leads to the next one.
- **Errors** have one form. Programs go by \`type\`; \`summary\` names the parameter or the property at fault.
- **HEAD** is there for every GET, with the same status and headers.
`.trim();

const TAGS = [
  { name: 'Service', description: 'The service itself.' },
  { name: 'Sources', description: 'Pieces of content, apart from how they are encoded.' },
  { name: 'Flows', description: 'Sources in one particular encoding.' },
  { name: 'FlowSegments', description: 'Segments on the timeline of a flow.' },
  { name: 'Objects', description: 'The media objects that segments refer to.' },
  { name: 'MediaStorage', description: 'Room for the upload of media objects.' },
  { name: 'FlowDeleteRequests', description: 'Deletions that go on after their request was answered.' },
  { name: 'Webhooks', description: 'Registrations for events.' },
  { name: 'Profiles', description: 'Technical properties that many flows share.' },
];
/** After those of features. */
const OPERATION_TAG = { name: 'Operation', description: 'For those who run this server; not a part of TAMS.' };

/**
 * Serves the OpenAPI document of each version, generated from the schemas of the routes, and the pages at `/docs` that show
 * them. It is an application of its own, which does not listen: the server asks it.
 */
export async function buildDocumentation(
  routes: readonly RouteOptions[],
  options: DocumentationOptions,
): Promise<FastifyInstance> {
  const app = Fastify({ schemaController: OWN_COMPILERS, exposeHeadRoutes: false });
  for (const api of options.apis) await documentOf(app, api, options);
  await app.register(async (pages) => {
    await pages.register(helmet, pageProtection(options.publicUrl));
    const shown = shownVersions(options.apis);
    const base = new URL(options.publicUrl ?? '/', 'http://unused').pathname.replace(/\/$/, '');
    const documents = shown.map((api) => ({ name: `TAMS ${api.version}`, url: base + pageDocumentPath(api) }));
    for (const api of shown) documentRoute(pages, pageDocumentPath(api), () => pageDocument(app[generatorOf(api)]()));
    await pages.register(swaggerUi, { ...docsPage(documents), routePrefix: DOCS_PATH });
  });
  // They are documented, and not there: a path such as /docs/../flows leads to them.
  for (const { method, url, schema, config } of routes) {
    const documented = { ...schema, response: config?.responses?.() };
    app.route({ method, url, schema: documented, config, onRequest: notThere, handler: notThere });
  }
  await app.ready();
  return app;
}

/** Before parameters are validated. */
const notThere = (_request: FastifyRequest, reply: FastifyReply): void => {
  reply.callNotFound();
};

/** Each version once, that of the root first: paths are shorter there. */
const shownVersions = (apis: readonly ApiVersion[]): ApiVersion[] =>
  apis.filter(({ version }, index) => apis.findIndex((api) => api.version === version) === index);

/** The generator of the document at the root has the name that the page at `/docs` knows. */
const generatorOf = ({ path }: ApiVersion): 'swagger' => `swagger${path}` as 'swagger';

async function documentOf(
  app: FastifyInstance,
  api: ApiVersion,
  { publicUrl = '/', schemes, tags }: DocumentationOptions,
): Promise<void> {
  const generator = generatorOf(api);
  await app.register(swagger, {
    decorator: generator,
    exposeHeadRoutes: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'VAST TAMS',
        summary: 'A Time-addressable Media Store',
        description: description(api.version),
        version: api.version,
        license: { name: 'Apache 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: api.path === '' ? publicUrl : publicUrl.replace(/\/$/, '') + api.path }],
      tags: [...TAGS, ...tags, OPERATION_TAG],
      // Left out without authentication: even an empty list would show a button to sign in.
      ...(schemes.length > 0 && {
        components: { securitySchemes: Object.fromEntries(schemes.map((name) => [name, SECURITY_SCHEMES[name]])) },
      }),
    },
    transform: ({ schema, url, route }) => {
      const { api: path } = route.config ?? {};
      const below = path === undefined ? url : url.slice(path.length);
      if ((path !== undefined && path !== api.path) || below === '') return { schema: { ...schema, hide: true }, url };
      const documented = withSecurity(withOwnId(withOtherErrors(schema)), schemes);
      const isBeside = path === undefined && api.path !== '';
      return renameParameters(isBeside ? { ...documented, servers: [{ url: publicUrl }] } : documented, below);
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) throw new Error('The document must be OpenAPI, not Swagger 2');
      return hoistSchemas(document.openapiObject, OPTIONAL_BODIES, COMPONENT_EXAMPLES);
    },
  });

  documentRoute(app, documentPath(api), () => app[generator]());
}

/** Serves a document that is made when it is first asked for. */
function documentRoute(app: FastifyInstance, url: string, make: () => object): void {
  let text: string | undefined;
  app.route({
    method: ['GET', 'HEAD'],
    url,
    schema: { hide: true },
    handler: (_request, reply) => {
      text ??= JSON.stringify(make());
      return sendJson(reply, text);
    },
  });
}

/** For the only pages that browsers show. They run what lies beside them, and call the API wherever it is. */
function pageProtection(publicUrl: string | undefined): FastifyHelmetOptions {
  const api = publicUrl === undefined ? [] : [new URL(publicUrl).origin];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // Swagger UI sets styles of its own elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", ...api],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    // Whether a host is to be reached by https alone is for whoever ends TLS in front of this server.
    strictTransportSecurity: false,
  };
}

/** Errors that every operation may answer. */
function withOtherErrors<Schema extends object>(schema: Schema): Schema {
  const { operationId, response } = schema as { operationId?: string; response?: object };
  if (response === undefined) return schema;
  const isHead = operationId?.startsWith('HEAD_') === true;
  return { ...schema, response: { ...response, default: isHead ? noBody(OTHER_ERRORS.description) : OTHER_ERRORS } };
}

/** Operations that answer HEAD have ids of their own here; the generator suffixes them as if they were derived. */
function withOwnId<Schema extends object>(schema: Schema): Schema {
  const { operationId } = schema as { operationId?: string };
  return operationId?.startsWith('HEAD_') === true
    ? { ...schema, operationId: operationId.replace(/-head$/, '') }
    : schema;
}

/** Leaves out the schemes that this server does not accept. */
function withSecurity<Schema extends object>(schema: Schema, schemes: readonly SecurityScheme[]): Schema {
  const { security } = schema as { security?: Record<string, unknown>[] };
  if (security === undefined) return schema;
  const accepted = security.filter((scheme) => schemes.some((name) => name in scheme));
  return { ...schema, security: accepted };
}

function renameParameters<Schema extends object>(schema: Schema, url: string): { schema: Schema; url: string } {
  const params = (schema as { params?: { properties: Record<string, unknown> } } | undefined)?.params;
  const renamed = Object.entries(PARAMETER_NAMES).filter(([name]) => params?.properties[name] !== undefined);
  if (params === undefined || renamed.length === 0) return { schema, url };
  const properties = Object.fromEntries(
    Object.entries(params.properties).map(([name, property]) => [PARAMETER_NAMES[name] ?? name, property]),
  );
  return {
    schema: { ...schema, params: { type: 'object', properties } },
    url: renamed.reduce((path, [name, published]) => path.replace(`:${name}`, `{${published}}`), url),
  };
}

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
