const SHOWN_MAX = 300;

/** An answer that is not the expected one. The message names the request, without its query, and says what the server said. */
export class HttpFailure extends Error {
  readonly status: number;
  /** The `type` of TAMS's error object, where there is one. */
  readonly type: string | undefined;

  constructor(request: string, status: number, body: string) {
    const { type, summary } = parseError(body);
    super(`${request} answered ${status}${summary === '' ? '' : `: ${summary}`}`);
    this.name = 'HttpFailure';
    this.status = status;
    this.type = type;
  }
}

/** Whatever a server or a proxy before it answered: a JSON error of TAMS, XML of an object store, or a page. */
function parseError(body: string): { type?: string; summary: string } {
  try {
    const { type, summary } = JSON.parse(body) as { type?: unknown; summary?: unknown };
    if (typeof summary === 'string') return { type: typeof type === 'string' ? type : undefined, summary };
  } catch {
    // Not JSON: the text itself is all that there is to show.
  }
  // Control characters of others must not reach a terminal.
  return {
    summary: body
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, SHOWN_MAX),
  };
}
