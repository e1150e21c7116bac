import { TableError } from '../../../table-error.ts';

/** An answer that does not follow the protocol, or not our request. Trying again would not help. */
export function malformed(what: string, cause?: unknown): TableError {
  return new TableError('corrupt', `The cluster's answer cannot be read: ${what}.`, cause);
}

/** Runs a reader of flatbuffers, and turns its errors about malformed bytes into ours. */
export function readOrRefuse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TableError ? error : malformed(`${what} is damaged`, error);
  }
}
