import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One exchange of the official SDK with the emulator that it was recorded with. */
export interface Exchange {
  readonly n: number;
  readonly label: string;
  readonly op: string;
  /** Set when the answer was made up by the recorder. */
  readonly injected?: string;
  readonly server_settings?: Readonly<Record<string, number>>;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** base64 */
    readonly body: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** base64 */
    readonly body: string;
    readonly decoded?: Readonly<Record<string, unknown>> | null;
    readonly frames?: readonly (string | readonly [number, string, string, number])[];
  };
  readonly relation?: { readonly projection: readonly number[] };
}

export interface SigningCase {
  readonly label: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string;
  readonly 'x-amz-date': string;
}

const folder = process.env.VAST_VECTORS_DIR ?? join(import.meta.dirname, '../../../../../shared/vast-vectors');

/** The recordings are not part of this repository: they lie beside it, or where VAST_VECTORS_DIR says. */
export const hasRecordings = existsSync(folder);

/** Names of the scenarios. */
export function scenarios(): string[] {
  if (!hasRecordings) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'signing.json');
  return files.map((name) => name.replace('.json', ''));
}

export function exchangesOf(scenario: string): Exchange[] {
  return (read(scenario) as { exchanges: Exchange[] }).exchanges;
}

export function signingCases(): SigningCase[] {
  return (read('signing') as { cases: SigningCase[] }).cases;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}
