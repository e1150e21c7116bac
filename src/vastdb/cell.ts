/** int64 is a bigint, int32 and float64 a number, vector a Float32Array. */
export type Cell = string | number | bigint | boolean | Uint8Array | Float32Array | null;

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, Cell>>;
