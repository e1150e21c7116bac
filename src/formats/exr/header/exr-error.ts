/**
 * - `not_exr`: the bytes are no OpenEXR file.
 * - `unsupported`: an OpenEXR file of a version or with flags that are not known.
 * - `truncated`: the file ends within its header.
 * - `malformed`: the header breaks the file layout.
 * - `limit`: the header is larger than is read here; see `EXR_LIMITS`.
 */
type ExrErrorKind = 'not_exr' | 'unsupported' | 'truncated' | 'malformed' | 'limit';

/** Why a header could not be read, and where. It knows no HTTP; services translate it. */
export class ExrError extends Error {
  readonly kind: ExrErrorKind;
  /** In bytes from the start of the file. */
  readonly offset: number;

  constructor(kind: ExrErrorKind, offset: number, message: string) {
    super(`${message} (at byte ${offset})`);
    this.name = 'ExrError';
    this.kind = kind;
    this.offset = offset;
  }
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits of one header. Counts are per file; sizes are in bytes. */
export const EXR_LIMITS = {
  /** Fetched from the source. Manifests of Cryptomatte take megabytes. */
  headerBytes: 16 * MIB,
  /** Size of one value that is fetched; of a larger one only its size is kept. */
  valueBytes: MIB,
  parts: 1024,
  attributes: 16_384,
  channels: 16_384,
  /** Elements of a stringvector or floatvector; a longer one is kept as base64. */
  vectorItems: 16_384,
  /** Length of names and types in the file layout; the second holds with the flag of long names. */
  nameBytes: 31,
  longNameBytes: 255,
} as const;

/** Bytes to read ahead: few at first, more once a header turns out to be long. */
export const FIRST_CHUNK_BYTES = 16 * KIB;
export const LARGEST_CHUNK_BYTES = 64 * KIB;
/** The first read of a file: its magic number and version, and a chunk. */
export const FIRST_READ_BYTES = 8 + FIRST_CHUNK_BYTES;
