import type { PostgresEngineOptions } from '../engines/postgres/postgres-engine.ts';
import type { VastEngineOptions } from '../engines/vast/vast-engine.ts';
import type { TableErrorKind } from '../table-error.ts';
import type { Analysis, ExportedRows } from './analysis.ts';
import type { AnalysisErrorKind } from './analysis-error.ts';

/** The access of the analytics process to the tables: plain data, since it is sent. */
export type TableAddress =
  | { readonly engine: 'sqlite'; readonly file: string }
  | { readonly engine: 'vast'; readonly cluster: Omit<VastEngineOptions, 'logger'> }
  | { readonly engine: 'postgres'; readonly database: Omit<PostgresEngineOptions, 'logger'> };

export interface ComputeLimits {
  readonly memoryMib: number;
  readonly threads: number;
  /** Place for data that does not fit into memory, and for exported files: a folder for each process. */
  readonly directory: string;
  /** Space that is kept free on its disk for deletions. */
  readonly reserveBytes: number;
}

export type ChildRequest =
  /** Comes first, and has no answer. `folder` is made, for this process alone. */
  | { readonly do: 'open'; readonly tables: TableAddress; readonly limits: ComputeLimits; readonly folder: string }
  | { readonly id: number; readonly do: 'run'; readonly analysis: Analysis }
  /** Answers with a piece; the next one comes when it is asked for, and at last `value` undefined. */
  | { readonly id: number; readonly do: 'stream'; readonly rows: ExportedRows }
  | { readonly id: number; readonly do: 'next' }
  | { readonly id: number; readonly do: 'cancel' }
  | { readonly id: number; readonly do: 'close' };

export type ChildResponse =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly piece: Uint8Array }
  | {
      readonly id: number;
      readonly error: {
        readonly of: 'table' | 'analysis' | 'defect';
        readonly kind: TableErrorKind | AnalysisErrorKind | undefined;
        readonly message: string;
      };
    };
