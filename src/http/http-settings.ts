import { ConfigError, type Environment } from '../config/environment.ts';
import * as syntax from '../config/text-syntax.ts';

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end. Undefined: the request's own scheme and host. */
  readonly publicUrl: string | undefined;
  /** Senders whose forwarded headers are believed: nobody's, everybody's, or those of these addresses and CIDRs. */
  readonly trustProxy: boolean | readonly string[];
  readonly bodyLimitBytes: number;
  /** `loopback`: pages that this machine itself serves. Undefined: not set. */
  readonly corsOrigins: '*' | 'loopback' | readonly string[] | undefined;
}

/** A page ends with the item with which it has `maxBytes`. */
export interface PagingSettings {
  readonly limitDefault: number;
  readonly limitMax: number;
  readonly maxBytes: number;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;

export const readHttp = (env: Environment): HttpSettings => ({
  host: env.parsed('HOST', syntax.HOST) ?? '127.0.0.1',
  publicUrl: env.parsed('PUBLIC_URL', syntax.BASE_URL),
  trustProxy: env.parsed('TRUST_PROXY', syntax.orBoolean(syntax.ADDRESS_LIST)) ?? false,
  port: env.integer('PORT', { default: 8000, min: 0, max: 65_535 }),
  bodyLimitBytes: env.integer('BODY_LIMIT_BYTES', { default: 10 * MIB, min: 1024, max: GIB }),
  corsOrigins: env.parsed('CORS_ORIGINS', syntax.orAsterisk(syntax.ORIGIN_LIST)),
});

export function readPaging(env: Environment): PagingSettings {
  const paging = {
    limitDefault: env.integer('PAGE_LIMIT_DEFAULT', { default: 100, min: 1, max: 100_000 }),
    limitMax: env.integer('PAGE_LIMIT_MAX', { default: 1000, min: 1, max: 100_000 }),
    maxBytes: env.integer('PAGE_MAX_BYTES', { default: 2 * MIB, min: 1024, max: GIB }),
  };
  const { limitDefault, limitMax } = paging;
  if (limitDefault <= limitMax) return paging;
  throw new ConfigError(
    `PAGE_LIMIT_DEFAULT (${limitDefault}) is above PAGE_LIMIT_MAX (${limitMax}); lower the one or raise the other.`,
  );
}
