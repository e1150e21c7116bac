/** An answer other than 200. Statuses decide what clients do; of the codes only a few mean something to them. */
export class ProtocolError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = '') {
    super(message);
    this.name = 'ProtocolError';
    this.status = status;
    this.code = code;
  }

  /** The S3-style document. */
  toXml(): string {
    const { code, message } = this;
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  }
}

export function badRequest(message: string): ProtocolError {
  return new ProtocolError(400, 'BadRequest', message);
}

/** @param what Schema, Table, Column, Row, ... */
export function notFound(what: string, name: string): ProtocolError {
  return new ProtocolError(404, `NoSuch${what}`, name);
}

/** Two transactions want to change the same thing. */
export function conflict(what: string): ProtocolError {
  return new ProtocolError(409, 'TabularConflict', what);
}

export function notImplemented(what: string): ProtocolError {
  return new ProtocolError(501, 'NotImplemented', what);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
