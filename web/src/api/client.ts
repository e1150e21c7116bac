import createClient, { type FetchResponse } from 'openapi-fetch';
import type { MediaType } from 'openapi-typescript-helpers';
import { serverRoot } from '../address.ts';
import { reach } from './connection.ts';
import { ApiError } from './errors.ts';
import type { paths } from './schema.d.ts';
import { credential, endSession } from './session.ts';

/** The version of TAMS that the page speaks. */
export const TAMS_URL = `${serverRoot}v8.2`;

/** Sends a request to the server with the credential of the session. @throws ApiError | LostServerError */
export async function send(request: Request): Promise<Response> {
  const header = credential.value;
  if (header !== undefined) request.headers.set('authorization', header);
  const response = await reach(request);
  if (response.ok || response.status === 304) return response;
  const error = await ApiError.from(response);
  // A late answer to an earlier credential says nothing of the present one.
  if (response.status === 401 && credential.value === header) endSession(error.message);
  throw error;
}

// Without credentials of the browser's own: for a 401 it would ask for a password itself.
const common = { fetch: send, credentials: 'omit' } as const;

/** TAMS itself: sources, flows, segments, objects, service. */
export const tams = createClient<paths>({ ...common, baseUrl: TAMS_URL });

/** Beyond TAMS: search, exr, analytics, health, and the like. */
export const server = createClient<paths>({ ...common, baseUrl: serverRoot.replace(/\/$/, '') });

/** The data of an answer; errors are thrown before. */
export async function dataOf<T extends Record<string | number, unknown>, O, M extends MediaType>(
  answer: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>['data']>> {
  const { data } = await answer;
  return data as NonNullable<typeof data>;
}

/** A page of a listing, and the cursor of the next. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the parameter `page`; undefined: this was the last. */
  readonly next: string | undefined;
}

/** A page of a listing, whose cursor is in its headers. @throws ApiError | LostServerError */
export async function pageOf<T extends Record<string | number, unknown>, O, M extends MediaType>(
  answer: Promise<FetchResponse<T, O, M>>,
): Promise<Page<NonNullable<FetchResponse<T, O, M>['data']> extends readonly (infer Item)[] ? Item : never>> {
  const { data, response } = await answer;
  return {
    items: (data ?? []) as never,
    next: response.headers.get('x-paging-nextkey') ?? undefined,
  };
}
