/** `avc_parameters` of a flow (TAMS 7.0, `schemas/flow-video.json`): three bytes of the sequence parameter set. */
export interface AvcParameters {
  readonly profile: number;
  readonly level: number;
  readonly flags: number;
}

const AVCC_VERSION = 1;
const SEQUENCE_PARAMETER_SET = 7;
const START_CODE = [0, 0, 1];

/**
 * Whether the parameter sets lie apart from the frames, as in MP4 and Matroska (ISO/IEC 14496-15), and not before those
 * that they are for.
 *
 * @param dump the hexadecimal dump that ffprobe prints of a stream's extradata.
 */
export const hasParametersApart = (dump: string | undefined): boolean => bytesOf(dump ?? '')[0] === AVCC_VERSION;

/** @param dump the hexadecimal dump that ffprobe prints of a stream's extradata. */
export function avcParameters(dump: string | undefined): AvcParameters | undefined {
  const bytes = bytesOf(dump ?? '');
  // MP4 keeps a configuration record (ISO/IEC 14496-15, 5.3.3.1), MPEG-TS the parameter set itself (H.264, annex B).
  const at = bytes[0] === AVCC_VERSION ? 1 : afterParameterSetHeader(bytes);
  const [profile, flags, level] = at === undefined ? [] : bytes.subarray(at, at + 3);
  return profile === undefined || flags === undefined || level === undefined ? undefined : { profile, level, flags };
}

function afterParameterSetHeader(bytes: Buffer): number | undefined {
  for (
    let at = bytes.indexOf(Buffer.from(START_CODE));
    at !== -1;
    at = bytes.indexOf(Buffer.from(START_CODE), at + 1)
  ) {
    const header = bytes[at + START_CODE.length];
    if (header !== undefined && (header & 0x1f) === SEQUENCE_PARAMETER_SET) return at + START_CODE.length + 1;
  }
  return undefined;
}

/** Lines such as `00000010: 6764 000d ac  gd...`: an address, groups of digits, and after two spaces the characters. */
function bytesOf(dump: string): Buffer {
  const digits = dump.split('\n').map((line) => /^[0-9a-f]+: ((?:[0-9a-f]+ ?)+)/.exec(line)?.[1] ?? '');
  return Buffer.from(digits.join('').replaceAll(' ', ''), 'hex');
}
