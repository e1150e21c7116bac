import { type FrameName, parseFrameName } from './frame-name.ts';
import { describeFrames, type FrameRange } from './frame-ranges.ts';

/** Files that differ in nothing but their frame number. */
export interface ExrSequence {
  /** With the folders, up to the digits. */
  readonly prefix: string;
  readonly suffix: string;
  /** Digits at least; shorter numbers have zeros before them. */
  readonly padding: number;
  /** `prefix%04dsuffix`, as printf and most tools take it. */
  readonly pattern: string;
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly frame_count: number;
  /** What is there, in order; a range has at least one frame. */
  readonly ranges: readonly FrameRange[];
  /** What is not there between the first and the last, in order. */
  readonly missing: readonly FrameRange[];
  readonly missing_count: number;
  /** In the order of the frames. */
  readonly paths: readonly string[];
}

export interface SequenceGrouping {
  /** In the order of their patterns. A single frame is a sequence of one. */
  readonly sequences: readonly ExrSequence[];
  /** Files without a frame number, in the given order. */
  readonly others: readonly string[];
}

interface Frame extends FrameName {
  readonly path: string;
}

/** Groups paths, keys or names into sequences by their names alone. The same path given twice counts once. */
export function groupSequences(paths: Iterable<string>): SequenceGrouping {
  const others: string[] = [];
  const byName = new Map<string, Frame[]>();
  for (const path of new Set(paths)) {
    const name = parseFrameName(path);
    if (name === undefined) {
      others.push(path);
      continue;
    }
    const key = `${name.prefix}\0${name.suffix}`;
    const frames = byName.get(key);
    if (frames === undefined) byName.set(key, [{ ...name, path }]);
    else frames.push({ ...name, path });
  }
  const sequences = [...byName.values()].flatMap((frames) => splitByPadding(frames).map(describe));
  sequences.sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
  return { sequences, others };
}

/**
 * `a.1.exr` and `a.0001.exr` belong to different sequences. A leading zero tells the padding. A number without one
 * belongs to the widest padding that it fills or outgrows, since `%04d` writes 10000 with five digits; numbers that fit
 * no padding are a sequence of their own, padded to the shortest of them.
 */
function splitByPadding(frames: readonly Frame[]): { padding: number; frames: Frame[] }[] {
  const unsigned = new Set(
    frames
      .filter(({ frame }) => frame >= 0)
      .filter(hasLeadingZero)
      .map(({ digits }) => digits.length),
  );
  // `%04d` counts the sign (-001), other tools do not (-0001): what the other frames have decides.
  const widthOf = ({ frame, digits: { length } }: Frame): number =>
    frame < 0 && !unsigned.has(length) && unsigned.has(length + 1) ? length + 1 : length;
  const paddings = [...new Set(frames.filter(hasLeadingZero).map(widthOf))].sort((a, b) => b - a);
  const groups = new Map<number, Frame[]>();
  for (const frame of frames) {
    const width = widthOf(frame);
    const padding = hasLeadingZero(frame) ? width : (paddings.find((candidate) => candidate <= width) ?? 0);
    const group = groups.get(padding);
    if (group === undefined) groups.set(padding, [frame]);
    else group.push(frame);
  }
  return [...groups].map(([padding, members]) => ({ padding: padding || shortest(members), frames: members }));
}

function shortest(frames: readonly Frame[]): number {
  return Math.min(...new Set(frames.map(({ digits }) => digits.length)));
}

function hasLeadingZero({ digits }: Frame): boolean {
  return digits.length > 1 && digits.startsWith('0');
}

function describe({ padding, frames }: { padding: number; frames: Frame[] }): ExrSequence {
  frames.sort((a, b) => a.frame - b.frame);
  const [{ prefix, suffix } = { prefix: '', suffix: '' }] = frames;
  return {
    prefix,
    suffix,
    padding,
    pattern: `${prefix.replaceAll('%', '%%')}%${padding > 1 ? `0${padding}` : ''}d${suffix}`,
    ...describeFrames(frames.map(({ frame }) => frame)),
    paths: frames.map(({ path }) => path),
  };
}
