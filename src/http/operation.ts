import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
} from 'fastify';
import type { TObject, TSchema } from 'typebox';
import type { RequiredScope } from './plugins/authentication.ts';
import type { Traffic } from './plugins/request-guard.ts';
import type { ResponseDoc, ResponseDocs } from './schemas/responses.ts';
import { forbidden, unauthorized } from './schemas/responses.ts';
import { securityOf } from './security-schemes.ts';
import type { TamsApp } from './tams-app.ts';
import type { Validate } from './validation/body-validator.ts';
import { validatorCompiler } from './validation/query-validator.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For the document alone. Not in the schema: the framework would make a table of serializers of them, while payloads
     * are JSON texts. Made when asked for, since an object with the keys 200 to 404 has room for all of those between them.
     */
    responses?: () => ResponseDocs;
  }
}

/** The tags of TAMS, and those of this server's own operations. */
export type OperationTag =
  | 'Service'
  | 'Sources'
  | 'Flows'
  | 'FlowSegments'
  | 'Objects'
  | 'MediaStorage'
  | 'FlowDeleteRequests'
  | 'Webhooks'
  | 'Profiles'
  | 'EXR metadata'
  | 'MediaSearch'
  | 'Analytics'
  | 'Timelines'
  | 'Playback'
  | 'Operation';

interface OperationSchema {
  params?: TObject;
  querystring?: TObject;
  body?: TSchema;
}

type Handler<Schema extends OperationSchema> = RouteHandlerMethod<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  RouteGenericInterface,
  unknown,
  Schema,
  TypeBoxTypeProvider
>;

interface Documented<Schema extends OperationSchema> {
  url: string;
  /** The operation's id in TAMS 7.0 without its method: `flows-flowId` of `GET_flows-flowId`. */
  name: string;
  tag: OperationTag;
  summary: string;
  description?: string;
  schema: Schema;
  /** The scope that the caller needs; by default that of the method: read, write or delete. */
  access?: RequiredScope;
  /** Whether the audit log records it; operations that need `admin` are recorded anyway. */
  audited?: boolean;
  /** Limits that apply; by default those of requests. */
  traffic?: Traffic;
  responses: ResponseDocs;
  handler: Handler<Schema>;
}

export interface Operation<Schema extends OperationSchema> extends Documented<Schema> {
  method: 'POST' | 'PUT' | 'DELETE';
  /** `large`: the body may be larger than a document. */
  body?: 'large';
  /** Validates the body instead of its schema, which then is only for the document. */
  validateBody?: Validate;
}

const ACCESS_OF_METHOD = { GET: 'read', HEAD: 'read', POST: 'write', PUT: 'write', DELETE: 'delete' } as const;

/** Registers an operation that is neither GET nor HEAD. */
export function operation<const Schema extends OperationSchema>(app: TamsApp, route: Operation<Schema>): void {
  register(app, route, route.method, route);
}

/**
 * Registers a GET and its HEAD, an operation of its own with the same status and headers. The one
 * handler serves both; it looks at `request.method` only to save the work of the body.
 */
export function readOperation<const Schema extends OperationSchema>(app: TamsApp, route: Documented<Schema>): void {
  register(app, route, 'GET');
  register(app, route, 'HEAD');
}

function register<const Schema extends OperationSchema>(
  app: TamsApp,
  route: Documented<Schema>,
  method: keyof typeof ACCESS_OF_METHOD,
  { validateBody, body }: Pick<Operation<Schema>, 'validateBody' | 'body'> = {},
): void {
  const access = route.access ?? ACCESS_OF_METHOD[method];
  const documented = {
    operationId: `${method}_${route.name}`,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    security: securityOf(access),
  };
  app.route<RouteGenericInterface, unknown, Schema>({
    method,
    url: route.url,
    schema: { ...route.schema, ...documented },
    config: {
      access,
      responses: () => responsesOf(method, access, route.responses),
      ...(route.audited && { audited: true }),
      ...(route.traffic !== undefined && { traffic: route.traffic }),
      ...(body && { body }),
    },
    validatorCompiler: validatorCompiler(validateBody),
    handler: route.handler,
  });
}

/** Operations that are not public can be refused before they begin; answers to HEAD have no body. */
function responsesOf(method: string, access: RequiredScope, responses: ResponseDocs): ResponseDocs {
  const all = access === 'public' ? responses : { 401: unauthorized, 403: forbidden, ...responses };
  return method === 'HEAD' ? withoutBodies(all) : all;
}

function withoutBodies(responses: ResponseDocs): ResponseDocs {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, headers }]): [string, ResponseDoc] => [
      status,
      { description, ...(headers && { headers }), type: 'null' },
    ]),
  );
}

/** A path parameter of routes that are made for several resources. */
export function paramOf(request: { params: unknown }, name: string): string {
  return (request.params as Record<string, string>)[name] ?? '';
}
