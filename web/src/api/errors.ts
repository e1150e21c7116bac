import { errors } from '../texts.ts';

/** An error that the server answered, in its own words (docs/errors.md). */
export class ApiError extends Error {
  readonly status: number;
  /** Programs go by it. */
  readonly type: string;
  /** Undefined: the answer had none. */
  readonly requestId: string | undefined;

  constructor(status: number, type: string, summary: string, requestId: string | undefined) {
    super(summary);
    this.name = 'ApiError';
    this.status = status;
    this.type = type;
    this.requestId = requestId;
  }

  /** Reads the body of an answer that is none of success. */
  static async from(response: Response): Promise<ApiError> {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { type, summary } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    return new ApiError(
      response.status,
      typeof type === 'string' ? type : 'unknown',
      typeof summary === 'string' ? summary : errors.unreadable(response.status),
      response.headers.get('x-request-id') ?? undefined,
    );
  }
}

/** No answer came: the server is gone, or the network is. */
export class LostServerError extends Error {
  constructor(cause: unknown) {
    super(errors.lost, { cause });
    this.name = 'LostServerError';
  }
}
