import type { TSchema } from 'typebox';
import Type from 'typebox';
import { Timerange } from './common.ts';
import { DeletionRequestSchema } from './deletion-request.ts';
import { ErrorResponse } from './error.ts';

/** A response as the OpenAPI document shows it. */
export interface ResponseDoc {
  description: string;
  headers?: Record<string, TSchema>;
  content?: Record<string, { schema: TSchema }>;
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

const error = (description: string): ResponseDoc => json(description, ErrorResponse);

export const badQuery = error('A query parameter is not what the operation takes.');
export const badBody = error('The body is not what the operation takes; the summary names the property.');
export const readOnly = error('The flow is read-only, or the credentials lack the scope.');
export const unauthorized: ResponseDoc = json('There are no credentials, or they are not valid.', ErrorResponse, {
  'WWW-Authenticate': Type.String({ description: 'The schemes that are accepted.' }),
});
export const forbidden = error('The credentials lack the scope.');
export const notFound = error('There is nothing of this id.');
export const conflict = error('What is there now stands against it, or the deletion still runs; the type tells which.');

const count = (description: string) => Type.Integer({ description });

export const pagingHeaders = {
  Link: Type.String({ description: 'The URL of the next page as `rel="next"`; absent on the last page.' }),
  'X-Paging-Limit': count('Results per page, as applied.'),
  'X-Paging-NextKey': Type.String({ description: 'The cursor of the next page; absent on the last page.' }),
};

export const segmentPagingHeaders = {
  ...pagingHeaders,
  'X-Paging-Timerange': Type.Unsafe<string>({ ...Timerange, description: 'What the segments of this page cover.' }),
  'X-Paging-Count': count('Segments on this page.'),
  'X-Paging-Reverse-Order': Type.Boolean({ description: 'Whether the latest segment comes first.' }),
};

export const deletionAccepted = json(
  'The deletion goes on; its progress is found at `Location`.',
  DeletionRequestSchema,
  { Location: Type.String({ description: 'The absolute URL of the deletion request.' }) },
);
