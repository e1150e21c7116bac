import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { redactUrl } from '../operation/redact-url.ts';
import { shownNow } from '../shared/time/shown-times.ts';
import type { ErrorCode } from '../shared/errors.ts';
import { AppError } from '../shared/errors.ts';
import { sendJson } from './send-json.ts';

const BODY_TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE';

/** The body of every error: TAMS's error object (`schemas/error.json`), with properties for browser clients. */
export function errorBody(code: ErrorCode, summary: string, request: Pick<FastifyRequest, 'id' | 'traceId'>): string {
  return JSON.stringify({
    type: code,
    summary,
    time: shownNow(),
    message: summary,
    request_id: request.id,
    trace_id: request.traceId,
  });
}

/** The one place where errors become responses. Causes of 5xx go to the log, not to the client. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const appError = isBrokenOff(error, request) ? brokenOff(error) : toAppError(error, request);
  const { id: requestId, traceId, method } = request;
  const context = { requestId, ...(traceId !== undefined && { traceId }), method, url: redactUrl(request.url) };
  // Refusals because of overload are counted in metrics; they must not fill the log.
  if (appError.status >= 500 && appError.code !== 'overloaded')
    request.log.error({ ...context, err: error }, appError.message);
  else request.log.debug({ ...context, type: appError.code }, appError.message);

  if (appError.retryAfterS !== undefined) reply.header('retry-after', appError.retryAfterS);
  // If a client is still sending, Fastify would close the connection, and the client would see a reset and no answer.
  // So the rest of the body is read and dropped; the request guard limits how long.
  if (codeOf(error) === BODY_TOO_LARGE) reply.removeHeader('connection');
  reply.code(appError.status);
  sendJson(reply, errorBody(appError.code, appError.message, request));
}

/** A URL that cannot be routed at all, such as one with broken percent-encoding. */
export function handleFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // No hook has run, so the header is not there yet.
  reply.header('x-request-id', request.id);
  handleError(error, request, reply);
}

interface Unparsed {
  readonly statusLine: string;
  readonly type: ErrorCode;
  readonly summary: string;
}

const NOT_HTTP: Unparsed = {
  statusLine: '400 Bad Request',
  type: 'invalid_request',
  summary: 'This is not a valid HTTP request',
};

/** Responses by the code of Node's error. */
const UNPARSED: Readonly<Record<string, Unparsed>> = {
  HPE_HEADER_OVERFLOW: {
    statusLine: '431 Request Header Fields Too Large',
    type: 'invalid_request',
    summary: 'The URL and the headers are larger than this server accepts',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    statusLine: '408 Request Timeout',
    type: 'request_too_slow',
    summary: 'The request did not arrive in time',
  },
};

/** Answers a request that could not be parsed as HTTP, in the shape of every other error. */
export function clientErrorResponse({ code = '' }: { code?: string }): string | undefined {
  if (code === 'ECONNRESET') return undefined;
  const { statusLine, type, summary } = UNPARSED[code] ?? NOT_HTTP;
  const body = errorBody(type, summary, { id: 'none' });
  return (
    `HTTP/1.1 ${statusLine}\r\ncontent-type: application/json; charset=utf-8\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

/** Whether the client went away before all of its body had arrived. */
function isBrokenOff(error: unknown, { raw }: FastifyRequest): boolean {
  // Other connections raise the same code, such as those to a media store.
  return codeOf(error) === 'ECONNRESET' && raw.destroyed && !raw.complete;
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null | undefined)?.code;

/** Nobody reads this answer, but the log has the request's outcome. */
function brokenOff(cause: unknown): AppError {
  return new AppError('invalid_request', 'The connection broke off before the end of the body', { cause });
}

function tooLarge({ routeOptions: { bodyLimit, config } }: FastifyRequest): string {
  const setting = config.body === 'large' ? 'BODY_LIMIT_BYTES' : 'DOCUMENT_MAX_BYTES';
  return `The body is larger than the ${bodyLimit} bytes that this operation accepts (${setting})`;
}

function toAppError(error: unknown, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode, message } = (error ?? {}) as Partial<FastifyError>;
  if (code === BODY_TOO_LARGE) {
    return new AppError('payload_too_large', tooLarge(request), { cause: error });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new AppError('unsupported_media_type', 'The body is of a type that this operation does not take', {
      field: 'content-type',
      cause: error,
    });
  }
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') {
    return new AppError('invalid_request', 'The body is not valid JSON', { field: 'body', cause: error });
  }
  if (code === 'FST_ERR_BAD_URL') {
    return new AppError('invalid_request', 'The path is not properly percent-encoded', { cause: error });
  }
  // All other errors of the framework about a request.
  if (code?.startsWith('FST_') === true && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError('invalid_request', message ?? 'The request is not valid', { cause: error });
  }
  return new AppError('internal_error', 'The server failed; its log knows the cause under this request id', {
    cause: error,
  });
}
