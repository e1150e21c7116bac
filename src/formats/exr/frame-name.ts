/** The media type of OpenEXR files; it is in use, though not registered with IANA. */
export const EXR_MEDIA_TYPE = 'image/x-exr';

/** The name of a file that is one frame of a sequence, taken apart: `prefix + digits + suffix`. */
export interface FrameName {
  /** With the folders, up to the digits and their sign. */
  readonly prefix: string;
  readonly frame: number;
  /** The digits without the sign. */
  readonly digits: string;
  /** From the dot of the extension on. */
  readonly suffix: string;
}

/**
 * Digits right before the extension are a frame number if a dot, an underscore, a hyphen or nothing stands
 * before them, or if they are four or more behind at least two letters (`shot0001.exr`): so `comp_v003.exr` has a
 * version and no frame. A hyphen is a sign if it itself follows a dot, an underscore or nothing. Fifteen digits
 * are the most that a number holds exactly.
 */
const FRAME_NAME =
  /^(?<prefix>.*?)(?<number>(?:(?<![^._])-)?(?<![^._-])\d{1,15}|(?<=[A-Za-z]{2})\d{4,15})(?<suffix>\.[A-Za-z]+)$/s;

/** Takes a path, a key or a name apart; undefined where it has no frame number. */
export function parseFrameName(path: string): FrameName | undefined {
  const slash = path.lastIndexOf('/') + 1;
  const groups = FRAME_NAME.exec(path.slice(slash))?.groups;
  const { prefix, number, suffix } = groups ?? {};
  if (prefix === undefined || number === undefined || suffix === undefined) return undefined;
  return {
    prefix: path.slice(0, slash) + prefix,
    // The sum makes 0 of -0, which would not equal it everywhere.
    frame: Number(number) + 0,
    digits: number.replace('-', ''),
    suffix,
  };
}
