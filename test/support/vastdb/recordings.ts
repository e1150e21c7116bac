import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Recorded exchanges of the vendor's SDK: test/fixtures/vast/README.md. */

export interface RecordedField {
  readonly name: string | null;
  readonly type: string;
  readonly nullable: boolean;
  readonly children?: readonly RecordedField[];
}

export type RecordedExpression =
  | { readonly call: string; readonly args: readonly RecordedExpression[] }
  | { readonly field: number; readonly name: string }
  | RecordedLiteral;

export interface RecordedLiteral {
  readonly literal: string;
  readonly value: unknown;
  readonly type: RecordedField;
}

export interface RecordedRelation {
  readonly impl: string;
  readonly name: string;
  readonly schema: readonly RecordedField[];
  readonly filter: RecordedExpression;
  readonly projection: readonly number[];
}

export type RecordedRow = Readonly<Record<string, unknown>>;

export interface Exchange {
  readonly n: number;
  readonly label: string;
  readonly op: string;
  /** Set when the answer was made up by the recorder. */
  readonly injected?: string;
  readonly client_raises?: string;
  readonly server_settings?: Readonly<Record<string, number>>;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** base64 */
    readonly body: string;
    readonly decoded?: Readonly<Record<string, unknown>>;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** base64 */
    readonly body: string;
    readonly decoded?: Readonly<Record<string, unknown>>;
    readonly frames?: readonly (string | readonly [number, string, string, number])[];
  };
  readonly relation?: RecordedRelation;
  readonly expect?: {
    readonly columns: readonly RecordedField[];
    readonly rows?: readonly RecordedRow[];
    readonly pages: readonly { readonly stream: number; readonly next: string; readonly rows: number }[];
    readonly count?: number;
    readonly error?: string;
  };
}

export interface SigningCase {
  readonly label: string;
  readonly endpoint: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string;
  readonly 'x-amz-date': string;
  readonly 'x-amz-content-sha256': string;
}

const FOLDER = join(import.meta.dirname, '../../fixtures/vast');

/** Names of the scenarios. */
export function scenarios(): string[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'signing.json');
  return files.map((name) => name.replace('.json', ''));
}

export function exchangesOf(scenario: string): readonly Exchange[] {
  return (read(scenario) as { exchanges: Exchange[] }).exchanges;
}

export function signingCases(): readonly SigningCase[] {
  return (read('signing') as { cases: SigningCase[] }).cases;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}
