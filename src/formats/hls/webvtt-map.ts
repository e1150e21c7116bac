const HEADER = 'WEBVTT';
const MAP = 'X-TIMESTAMP-MAP';
const CLOCK_HZ = 90_000n;
const NS_PER_S = 1_000_000_000n;
/** Timestamps of MPEG-2 have 33 bits. */
const WRAP = 1n << 33n;

/**
 * A file of WebVTT that says which time of the media its time 0 is (RFC 8216, 3.5). One that says so already stays as it is.
 *
 * @param mediaNs may be negative
 * @returns undefined where this is no WebVTT
 */
export function withTimestampMap(file: Buffer, mediaNs: bigint): Buffer | undefined {
  const text = file.toString('utf8').replace(/^\uFEFF/, '');
  if (!text.startsWith(HEADER) || !/^[ \t\r\n]?$/.test(text.charAt(HEADER.length))) return undefined;
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  if (head.includes(MAP)) return file;
  const end = text.search(/\r?\n|$/);
  const mpegts = ((((mediaNs * CLOCK_HZ) / NS_PER_S) % WRAP) + WRAP) % WRAP;
  return Buffer.from(`${text.slice(0, end)}\n${MAP}=MPEGTS:${mpegts},LOCAL:00:00:00.000${text.slice(end) || '\n'}`);
}
