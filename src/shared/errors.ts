/**
 * Every error code that a client can meet: its HTTP status and what it means. The `type` of TAMS's
 * error object is one of these keys; `docs/errors.md` lists them and a test keeps the two in step.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, meaning: 'A parameter, a header or the body is not what the operation takes.' },
  unsupported_media_type: {
    status: 400,
    meaning: 'The body is of a media type that the operation does not take, or compressed.',
  },
  invalid_cursor: { status: 400, meaning: 'The `page` cursor is malformed, or was made for another query.' },
  invalid_timerange: { status: 400, meaning: 'A timerange or timestamp is malformed or out of range.' },
  invalid_flow: { status: 400, meaning: 'A flow, or a profile, breaks a rule that its schema states in prose.' },
  profile_exists: { status: 400, meaning: 'There is a profile of this id, and profiles are never changed.' },
  invalid_flow_collection: { status: 400, meaning: 'A collected flow does not exist, or the collection is circular.' },
  flow_being_deleted: { status: 400, meaning: 'The flow is being deleted; its id can be used again afterwards.' },
  container_not_set: { status: 400, meaning: 'The flow has no `container`, which storage and segments need.' },
  invalid_segment: { status: 400, meaning: 'The segment breaks a rule: its timerange, object or URLs.' },
  range_being_deleted: { status: 400, meaning: 'The timerange is being deleted by a request that still runs.' },
  segment_overlap: { status: 400, meaning: 'The segment overlaps another segment of the same flow.' },
  unknown_object: { status: 400, meaning: 'The object was neither allocated for this flow nor registered by another.' },
  object_ids_in_use: { status: 400, meaning: 'Some of the given object ids already exist in this store.' },
  unknown_storage_backend: { status: 400, meaning: 'There is no storage backend of this id.' },
  invalid_instance: {
    status: 400,
    meaning: 'The instance of an object is there already, is the last one, or breaks a rule.',
  },
  adoption_refused: {
    status: 400,
    meaning: 'Keys cannot be adopted like this: the storage backend, the folder or the layout does not let them.',
  },
  invalid_webhook: { status: 400, meaning: 'The webhook registration cannot be accepted.' },
  checksum_mismatch: { status: 400, meaning: 'The bytes that arrived do not have the checksum that was sent.' },
  document_too_large: { status: 400, meaning: 'A flow, a source, a webhook or a segment is larger than it may be.' },
  too_many_items: { status: 400, meaning: 'Tags, or a list within a document, have more entries than they may have.' },
  property_too_large: { status: 400, meaning: 'A property is larger than this table engine can keep.' },
  analysis_too_large: { status: 400, meaning: 'The analysis needs more memory than it may have; narrow its filters.' },
  unauthorized: { status: 401, meaning: 'There are no credentials, or they are not valid.' },
  insufficient_scope: { status: 403, meaning: 'The credentials lack the scope that the operation needs.' },
  invalid_signature: { status: 403, meaning: 'A media URL has expired, was altered, or is for another method.' },
  insufficient_rights: { status: 403, meaning: 'The classes give another right on it than the one that is needed.' },
  outside_own_classes: { status: 403, meaning: 'None of the classes of who sets it would have access to it.' },
  cross_site_request: {
    status: 403,
    meaning: 'A web page of another origin sent what browsers let every page send without asking.',
  },
  foreign_host: { status: 403, meaning: 'The Host header names another host than those that this server is for.' },
  flow_read_only: { status: 403, meaning: 'The flow is marked read-only.' },
  not_found: { status: 404, meaning: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, meaning: 'The address exists, but not for this method.' },
  request_too_slow: { status: 408, meaning: 'The body did not arrive in time.' },
  transcript_being_put: { status: 409, meaning: 'Another transcript of this version is being put; try again later.' },
  id_in_use: { status: 409, meaning: 'The deleted item cannot be restored: its id is in use again.' },
  deletion_unfinished: { status: 409, meaning: 'The deletion still runs; try again when it is done.' },
  no_flow_to_restore: { status: 409, meaning: 'No deleted flow is left that the source could come back with.' },
  payload_too_large: { status: 413, meaning: 'The body is larger than this server accepts.' },
  range_not_satisfiable: { status: 416, meaning: 'The byte range lies outside the object.' },
  invalid_exr: { status: 422, meaning: 'This is no OpenEXR file whose header can be read; the summary says why.' },
  too_many_attempts: {
    status: 429,
    meaning: 'Too many logins failed, or came at once; `Retry-After` says when to try again.',
  },
  too_many_copies: { status: 429, meaning: 'Too many copies of objects wait; `Retry-After` says when to try again.' },
  rate_limited: { status: 429, meaning: 'More requests than one client may send; `Retry-After` says when to go on.' },
  internal_error: { status: 500, meaning: 'The server failed; the request id finds the cause in its log.' },
  authentication_unavailable: { status: 503, meaning: 'Credentials cannot be checked now; the summary says why.' },
  overloaded: { status: 503, meaning: 'There is more to do than the server can; try again later.' },
  deadline_exceeded: { status: 503, meaning: 'The request took longer than a request may; it may have been done.' },
  analytics_unavailable: { status: 503, meaning: 'The library that analyses are computed with is not installed.' },
  tables_unavailable: { status: 503, meaning: 'The table engine cannot serve this now; the summary says why.' },
  outcome_unknown: {
    status: 503,
    meaning: 'The tables were lost at a commit: the write may have been done; read before you send it again.',
  },
  media_store_unavailable: { status: 503, meaning: 'The media store cannot serve this now; the summary says why.' },
  embedder_unavailable: {
    status: 503,
    meaning: 'Texts cannot be turned into vectors now; searching by keywords goes on.',
  },
  storage_full: { status: 503, meaning: 'There is no space left to write to; reads and deletions go on.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

interface AppErrorOptions {
  /** The parameter or the JSON pointer of the property that is at fault. */
  readonly field?: string;
  /** For 503: after how many seconds a retry makes sense. */
  readonly retryAfterS?: number;
  readonly cause?: unknown;
}

/** An error with a meaning to the client. Anything else that is thrown is a defect and answers 500. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, summary: string, options: AppErrorOptions = {}) {
    super(summary, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.field = options.field;
    this.retryAfterS = options.retryAfterS;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}
