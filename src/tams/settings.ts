import { resolve } from 'node:path';
import type { Environment } from '../config/environment.ts';
import * as syntax from '../config/text-syntax.ts';
import { type HttpSettings, type PagingSettings, readHttp, readPaging } from '../http/http-settings.ts';
import { type MediaSettings, readMedia } from '../media/media-settings.ts';
import { type OperationConfig, readOperation } from '../operation/operation-settings.ts';
import { readTables, type TablesConfig } from '../vastdb/table-settings.ts';
import { readTams, type TamsSettings } from './tams-settings.ts';

/** All settings but those of features. `.env.example` says what each variable means. */
export interface Settings extends TamsSettings {
  readonly http: HttpSettings;
  /** Absolute. */
  readonly dataDir: string;
  /** Kept free for deletions, on the disks of embedded tables and of local media. */
  readonly diskReserveBytes: number;
  readonly tables: TablesConfig;
  readonly media: MediaSettings;
  readonly paging: PagingSettings;
  readonly operation: OperationConfig;
  /** Undefined: the server makes one and keeps it in `dataDir`. */
  readonly secretKey: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MIB = 2 ** 20;
const SECRET_KEY_MIN_LENGTH = 32;

/** @throws ConfigError, whose message is one line without secrets, for the first wrong variable. */
export function readSettings(env: Environment): Settings {
  const dataDir = resolve(env.text('DATA_DIR') ?? './data');
  return {
    http: readHttp(env),
    dataDir,
    diskReserveBytes: env.integer('DISK_RESERVE_MIB', { default: 64, min: 0, max: 1_048_576 }) * MIB,
    tables: readTables(env),
    media: readMedia(env, dataDir),
    paging: readPaging(env),
    ...readTams(env),
    operation: readOperation(env),
    secretKey: env.parsed('SECRET_KEY', syntax.secretText(SECRET_KEY_MIN_LENGTH)),
    logLevel: env.choice('LOG_LEVEL', LOG_LEVELS) ?? 'info',
  };
}
