import pg from 'pg';
import { TableError } from '../../table-error.ts';

export type UrlVariable = 'DATABASE_URL' | 'DATABASE_REPLICA_URL';

const UNREACHABLE = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
]);
const FOREIGN_CERTIFICATES = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Adds what to do about a server that cannot be used to a failure of the start. */
export function withAdvice(error: unknown, variable: UrlVariable): unknown {
  if (!(error instanceof TableError)) return error;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  if (cause instanceof TableError) return error;
  const advice = cause && adviceOn(cause, variable);
  if (advice === undefined) return error;
  const reason = cause instanceof pg.DatabaseError ? `PostgreSQL refuses ${variable}: ${cause.message}` : error.message;
  return new TableError(error.kind, `${reason.replace(/\.$/, '')}: ${advice}.`, error, error.retryAfterMs);
}

/** Whether the server may be reached later by the same URL. */
export function isOutage(error: unknown): boolean {
  const cause = error instanceof TableError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause === undefined) return false;
  return cause instanceof pg.DatabaseError ? /^(57P|53|08)/.test(cause.code ?? '') : isUnreachable(cause);
}

/** Nobody answered, or whoever did hung up. */
const isUnreachable = ({ code = '', syscall, message }: NodeJS.ErrnoException): boolean =>
  UNREACHABLE.has(code) || syscall === 'connect' || /timeout|terminated/.test(message);

function adviceOn(cause: NodeJS.ErrnoException, variable: UrlVariable): string | undefined {
  const { code = '', syscall, path, message } = cause;
  if (syscall === 'open' || syscall === 'read') {
    return `${path ?? 'a file'} is named by sslrootcert, sslcert or sslkey of ${variable}; put a PEM file there that this user can read`;
  }
  if (isUnreachable(cause)) {
    return `check the host and the port of ${variable}, that PostgreSQL runs and listens there, and the firewall`;
  }
  if (FOREIGN_CERTIFICATES.has(code)) return `name the authority of the server's certificate in sslrootcert`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `use a name of the server's certificate as the host of ${variable}`;
  if (/does not support SSL/.test(message)) {
    return `set ssl = on there, or sslmode=disable in ${variable} if you trust the network`;
  }
  if (/^ERR_(OSSL|SSL)/.test(code)) {
    return 'sslcert and sslkey must be PEM files that belong together, of an authority in ssl_ca_file of the server';
  }
  if (code === '28P01' || message.startsWith('SASL')) {
    return `correct the user and the password in ${variable}; special characters of the password are percent-encoded`;
  }
  if (code === '28000') {
    return (
      `correct the user in ${variable}, or add a line to pg_hba.conf; ` +
      'where that says hostssl set sslmode=verify-full, where it says cert or clientcert set sslcert and sslkey'
    );
  }
  if (code === '3D000') return `create it as docs/postgres.md shows, or correct the name behind the / in ${variable}`;
  if (code === '53300') return 'raise max_connections as docs/postgres.md shows, or lower DATABASE_POOL_SIZE';
  return undefined;
}
