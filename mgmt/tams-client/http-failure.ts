const SHOWN_MAX = 300;

/** An answer that is not the expected one. The message names the request, without its query, and says what the server said. */
export class HttpFailure extends Error {
  readonly status: number;

  constructor(request: string, status: number, body: string) {
    const summary = summaryOf(body);
    super(`${request} answered ${status}${summary === '' ? '' : `: ${summary}`}`);
    this.name = 'HttpFailure';
    this.status = status;
  }
}

/** A request that no answer came to. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';

  constructor(request: string, host: string, error: TypeError) {
    super(`${request} of ${host} failed: ${reasonOf(error)}`, { cause: error });
  }
}

/** If several addresses were tried, each has its own reason. */
function reasonOf({ cause, message }: TypeError): string {
  const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
  return first instanceof Error ? first.message : message;
}

/** The answer of a server, or of a proxy before it: a JSON error of TAMS, XML of an object store, or a page. */
function summaryOf(body: string): string {
  try {
    const { summary } = JSON.parse(body) as { summary?: unknown };
    if (typeof summary === 'string') return printable(summary);
  } catch {
    // Not JSON: the text itself is all that there is to show.
  }
  return printable(body);
}

/** Control characters of others must not reach a terminal. */
const printable = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, SHOWN_MAX);
