import type { TSchema } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { ERROR_CODES, type ErrorCode } from '../../shared/errors.ts';
import { DateTime, Timerange } from './common.ts';
import { EXAMPLE_FLOW_ID } from './examples.ts';

/** The cause of a failed deletion or segment (TAMS 7.0, `schemas/error.json`). */
export const ErrorSchema = Type.Object(
  {
    type: Type.String({ description: 'A stable code.' }),
    summary: Type.String(),
    traceback: Type.Optional(Type.Array(Type.String())),
    time: DateTime,
  },
  { title: 'Error' },
);

/** The body of every error response: TAMS's error object, for browsers' clients with `message` too. */
export const ErrorResponse = Type.Object(
  {
    type: Type.Enum(Object.keys(ERROR_CODES) as ErrorCode[], {
      type: 'string',
      description: 'A stable code; docs/errors.md lists them.',
    }),
    summary: Type.String(),
    time: DateTime,
    message: Type.String({ description: 'The same as `summary`.' }),
    request_id: Type.String({ description: 'Finds the request in the log of the server.' }),
    trace_id: Type.Optional(Type.String({ description: 'Finds the request in the traces, where it is traced.' })),
  },
  { title: 'ErrorResponse' },
);

/** A response as the OpenAPI document shows it. */
export interface ResponseDoc {
  description: string;
  headers?: Record<string, TSchema>;
  content?: Record<string, { schema: TSchema; example?: unknown }>;
  /** Tells the document's generator that there is no body. */
  type?: 'null';
}

export type ResponseDocs = Record<number, ResponseDoc>;

export function json(description: string, schema: TSchema, headers?: Record<string, TSchema>): ResponseDoc {
  return { description, ...(headers && { headers }), content: { 'application/json': { schema } } };
}

export function noBody(description: string): ResponseDoc {
  return { description, type: 'null' };
}

/** An error response, with a likely error as its example: code and message. */
function error(description: string, type: ErrorCode, summary: string): ResponseDoc {
  const example = { type, summary, time: '2025-03-01T12:00:00.000Z', message: summary, request_id: 'Zk3v0a1B-2f' };
  return { description, content: { 'application/json': { schema: ErrorResponse, example } } };
}

export const OTHER_ERRORS = error(
  'Any other error: a body that is too large (413), too many requests (429), or a failure of the ' +
    'server (5xx). A 429, and most 503, say in `Retry-After` when to try again.',
  'overloaded',
  'There is more to do than the server can; try again later',
);
export const badQuery = error(
  'A query parameter is not what the operation takes.',
  'invalid_request',
  'limit must be an integer of at least 1',
);
export const badBody = error(
  'The body is not what the operation takes; the summary names the property.',
  'invalid_request',
  'body/timerange is required',
);
export const readOnly = error(
  'The flow is read-only, or the credentials lack the scope.',
  'flow_read_only',
  `flow ${EXAMPLE_FLOW_ID} is read-only; PUT false to its read_only first`,
);
export const unauthorized: ResponseDoc = {
  ...error('There are no credentials, or they are not valid.', 'unauthorized', 'This needs credentials'),
  headers: { 'WWW-Authenticate': Type.String({ description: 'The schemes that are accepted.' }) },
};
export const forbidden = error('The credentials lack the scope.', 'insufficient_scope', 'This needs the scope write');
export const notFound = error('There is nothing of this id.', 'not_found', `there is no flow ${EXAMPLE_FLOW_ID}`);
export const notAnId = error(
  'The id is no lower-case UUID. One of no flow is no error: the answer is an empty list.',
  'not_found',
  'There is nothing of this id: flowId must be a lower-case UUID',
);
export const transcriptConflict = error(
  'Another transcript of the version is being put.',
  'transcript_being_put',
  'Another transcript of this version is being put; try again later',
);
export const conflict = error(
  'It conflicts with present content, or the deletion still runs; the type tells which.',
  'deletion_unfinished',
  'The deletion still runs; try again when it is done',
);

const count = (description: string) => Type.Integer({ description });

export const pagingHeaders = {
  Link: Type.String({
    description:
      'The URL of the next page as `rel="next"`; absent on the last page. A page may have fewer results than its limit.',
  }),
  'X-Paging-Limit': count('Results per page, as applied.'),
  'X-Paging-NextKey': Type.String({ description: 'The cursor of the next page; absent on the last page.' }),
};

/** Headers of listings whose order can be chosen. */
export const sortedHeaders = {
  ...pagingHeaders,
  'X-Paging-Count': count('Results on this page.'),
  'X-Paging-Reverse-Order': Type.Boolean({ description: 'Whether the order is reversed.' }),
};

export const segmentPagingHeaders = {
  ...pagingHeaders,
  'X-Paging-Timerange': Type.Unsafe<string>({
    ...Timerange,
    description: 'The range that the segments of this page cover.',
  }),
  'X-Paging-Count': count('Segments on this page.'),
  'X-Paging-Reverse-Order': Type.Boolean({ description: 'Whether the latest segment comes first.' }),
};
