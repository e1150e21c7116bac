/**
 * - `not_exr`: the bytes are no OpenEXR file.
 * - `unsupported`: an OpenEXR file of a version or with flags that are not known.
 * - `truncated`: the file ends within its header.
 * - `malformed`: the header breaks the file layout.
 * - `limit`: the header is larger than is read here; see `limits.ts`.
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
