/** Frames from `start` to `end`, both included, as far apart as the step of their sequence. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

interface FrameSummary {
  readonly first: number;
  readonly last: number;
  /** Distance of neighbours; 1 unless another distance prevails. */
  readonly step: number;
  readonly frame_count: number;
  readonly ranges: readonly FrameRange[];
  readonly missing: readonly FrameRange[];
  readonly missing_count: number;
}

/** Ranges and gaps of frames that are sorted and not empty; the same frame may be there twice. */
export function describeFrames(sorted: readonly number[]): FrameSummary {
  const frames = sorted.filter((frame, index) => index === 0 || frame !== sorted[index - 1]);
  const [first = 0] = frames;
  const last = frames.at(-1) ?? first;
  const step = findStep(frames);
  const ranges: FrameRange[] = [];
  const missing: FrameRange[] = [];
  let start = first;
  let previous = first;
  for (const frame of frames) {
    if (frame - previous > step) {
      ranges.push({ start, end: previous });
      missing.push({ start: previous + step, end: frame - step });
      start = frame;
    }
    previous = frame;
  }
  ranges.push({ start, end: previous });
  const missingCount = missing.reduce((total, gap) => total + (gap.end - gap.start) / step + 1, 0);
  return { first, last, step, frame_count: frames.length, ranges, missing, missing_count: missingCount };
}

/**
 * A step other than 1 must divide all distances and be the one of most neighbours. Two frames show no step: they are
 * more likely the ends of a sequence with missing frames.
 */
function findStep(frames: readonly number[]): number {
  if (frames.length < 3) return 1;
  let divisor = 0;
  for (let index = 1; index < frames.length; index += 1) {
    divisor = greatestCommonDivisor(divisor, distance(frames, index));
    if (divisor === 1) return 1;
  }
  let regular = 0;
  for (let index = 1; index < frames.length; index += 1) {
    if (distance(frames, index) === divisor) regular += 1;
  }
  return regular * 2 > frames.length - 1 ? divisor : 1;
}

function distance(frames: readonly number[], index: number): number {
  return (frames[index] ?? 0) - (frames[index - 1] ?? 0);
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
