import { XMLParser } from 'fast-xml-parser';
import type { TableErrorKind } from '../../../table-error.ts';
import { VastError } from './vast-error.ts';

/** Longer texts of the cluster are cut: they end up in logs. */
const MESSAGE_MAX = 300;

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, processEntities: true });

/**
 * The error of an answer other than 200.
 *
 * @param target the request without its host, for the message: `PUT /bucket/schema/table?rows`.
 * @param body S3's XML; anything else is left aside.
 */
export function errorOfAnswer(target: string, status: number, body: string): VastError {
  const { code, message } = readXml(body);
  const said = [code, message].filter((part) => part !== undefined && part !== '').join(': ');
  const text = `${target} was answered with ${status}${said === '' ? '' : ` ${said}`}`;
  return new VastError(kindOf(status), `${text}${adviceFor(status)}`, { status, code });
}

/** Whether the cluster asks for fewer requests: nothing was done, so any request may be sent again. */
export function isSlowDown(error: unknown): boolean {
  return error instanceof VastError && (error.status === 429 || (error.status === 503 && error.code === 'SlowDown'));
}

/** Whether the status shows a failing endpoint, or a failing proxy in front of it. */
export function isFaultStatus(status: number, code: string | undefined): boolean {
  return status === 500 || status === 502 || status === 504 || (status === 503 && code !== 'SlowDown');
}

function kindOf(status: number): TableErrorKind {
  switch (status) {
    case 409:
      return 'conflict';
    case 507:
      return 'full';
    // Keys and policies must be fixed on the cluster.
    case 401:
    case 403:
    case 408:
    case 429:
      return 'unavailable';
    default:
      return status >= 500 && status !== 501 ? 'unavailable' : 'invalid';
  }
}

function adviceFor(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return '. Check the access key, the secret key and the policy of their user on the cluster, and the clock of this machine.';
    case 507:
      return '. The cluster has no space left.';
    default:
      return '.';
  }
}

function readXml(body: string): { code: string | undefined; message: string | undefined } {
  if (!body.includes('<')) return { code: undefined, message: undefined };
  try {
    const document = parser.parse(body) as Record<string, unknown>;
    const error = document['Error'];
    if (typeof error !== 'object' || error === null) return { code: undefined, message: undefined };
    const { Code: code, Message: message } = error as Record<string, unknown>;
    return { code: textOf(code), message: textOf(message) };
  } catch {
    // No XML: the status is enough.
    return { code: undefined, message: undefined };
  }
}

function textOf(value: unknown): string | undefined {
  // Line breaks would spoil the one line of a failed start.
  return typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_MAX) : undefined;
}
