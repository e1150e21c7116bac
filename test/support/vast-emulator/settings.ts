/** How many rows an answer holds and how they are cut. None of it is promised by the protocol: a client must take all of it. */
export interface PageSettings {
  /** Rows of a sub-split in one answer, at most; a request may ask for fewer. */
  pageRows: number;
  /** Rows of a row group, the unit in which rows are dealt out to sub-splits. */
  rowGroupRows: number;
  /** Rows of one complete set of columns; an answer then holds several sets of a sub-split. */
  setRows: number;
  /** Rows of one Arrow batch; a column then comes in several batches. */
  batchRows: number;
  /** Lets the messages of sub-splits take turns, with keep-alives between them. */
  interleaved: boolean;
}

/** What may be changed while the emulator runs. */
export interface EmulatorSettings {
  /** Four numbers, as a cluster names itself in the `Server` header. Features are gated by it. */
  version: string;
  /** Whether tables can have a sorting key; false also on a version before 5.3. */
  sortedTables: boolean;
  /** Whether semi-sorted projections are known; without them the operation answers 501. */
  projections: boolean;
  /** The statistics tell so many rows for each that is there: what clients do about tables too large for a test. */
  rowsToldPerRow: number;
  /** Transactions that nothing is heard of for so long are rolled back. How long a cluster waits is not known. */
  transactionSilenceMs: number;
  /** Names of the bucket's snapshots; what they hold cannot be read. */
  snapshots: readonly string[];
  readonly pages: PageSettings;
}

export interface VastEmulatorOptions {
  /** How many addresses the one store is served at. */
  readonly endpoints?: number;
  /** The port of the first endpoint, the next ones follow it; 0 (the default) takes free ones. */
  readonly port?: number;
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** The one bucket there is. */
  readonly bucket?: string;
  /** A schema that exists from the start; undefined: none. */
  readonly schema?: string;
  /** Which order rows are answered in; 0: by row id, which no cluster promises. */
  readonly seed?: number;
  readonly version?: string;
  readonly sortedTables?: boolean;
  readonly projections?: boolean;
  readonly transactionSilenceMs?: number;
  readonly snapshots?: readonly string[];
  readonly pages?: Partial<PageSettings>;
}

/** Limits of the protocol, per request. */
export const LIMITS = {
  requestBytes: 5 * 1024 * 1024,
  rows: 512 * 1024,
  cellBytes: 126_000,
  /** Of the columns that one list tells of. */
  columnListBytes: 5 * 1024 * 1024,
  pageRows: 128 * 1024,
} as const;

export function emulatorSettings(options: VastEmulatorOptions): EmulatorSettings {
  return {
    version: options.version ?? '5.4.0.1',
    sortedTables: options.sortedTables ?? true,
    projections: options.projections ?? true,
    rowsToldPerRow: 1,
    transactionSilenceMs: options.transactionSilenceMs ?? 300_000,
    snapshots: options.snapshots ?? [],
    pages: {
      pageRows: LIMITS.pageRows,
      rowGroupRows: 2 ** 16,
      setRows: Number.MAX_SAFE_INTEGER,
      batchRows: Number.MAX_SAFE_INTEGER,
      interleaved: false,
      ...options.pages,
    },
  };
}

/** @param wanted the first numbers of a version, such as [5, 3]. */
export function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, number] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== number) return part > number;
  }
  return true;
}
