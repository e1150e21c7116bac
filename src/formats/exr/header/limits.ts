const KIB = 1024;
const MIB = 1024 * KIB;

/** What one header may hold at most. Counts are per file; sizes are in bytes. */
export const EXR_LIMITS = {
  /** Fetched from the source. Manifests of Cryptomatte take megabytes. */
  headerBytes: 16 * MIB,
  /** Of one value that is fetched; a larger one is kept as its size. */
  valueBytes: MIB,
  parts: 1024,
  attributes: 16_384,
  channels: 16_384,
  /** Of a stringvector or floatvector; a longer one is kept as base64. */
  vectorItems: 16_384,
  /** Of names and types, by the file layout; the second where the flag of long names is set. */
  nameBytes: 31,
  longNameBytes: 255,
} as const;

/** What is read beyond the byte that is needed: little at first, more where a header turns out to be long. */
export const FIRST_CHUNK_BYTES = 16 * KIB;
export const LARGEST_CHUNK_BYTES = 64 * KIB;
