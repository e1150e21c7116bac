/** The beginning of a file of ISO base media (ISO/IEC 14496-12), as far as players need it before its fragments. */
export type InitExtent =
  /** `ftyp`, `moov` and what else lies before the first fragment. */
  | { readonly bytes: number; readonly fragmented: true }
  /** A file with all samples in one `mdat`. */
  | { readonly fragmented: false }
  /** More has to be read: this many bytes from the start. */
  | { readonly needs: number };

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** @param head the first bytes. Undefined: no such file, or nothing says how it goes on. */
export function initExtent(head: Buffer): InitExtent | undefined {
  let at = 0;
  let fragmented = false;
  for (;;) {
    if (at + LARGE_HEADER_BYTES > head.length) return { needs: at + LARGE_HEADER_BYTES };
    const type = head.toString('latin1', at + 4, at + HEADER_BYTES);
    if (at === 0 && !/^(?:ftyp|styp|moov|moof|sidx)$/.test(type)) return undefined;
    if (type === 'moof' || type === 'sidx') return { bytes: at, fragmented: true };
    if (type === 'mdat') return fragmented ? { bytes: at, fragmented } : { fragmented: false };
    const short = head.readUInt32BE(at);
    const size = short === 1 ? Number(head.readBigUInt64BE(at + HEADER_BYTES)) : short;
    if (size < HEADER_BYTES) return undefined;
    if (type === 'moov') {
      if (at + size > head.length) return { needs: at + size + LARGE_HEADER_BYTES };
      fragmented = head.subarray(at, at + size).includes('mvex', HEADER_BYTES, 'latin1');
      if (!fragmented) return { fragmented: false };
    }
    at += size;
  }
}
