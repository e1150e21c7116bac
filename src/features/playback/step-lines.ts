import { type CarriedFormat, type FlowLine, programDateMs } from './flow-lines.ts';

/** A line, or a gap. */
export type StepLine = Omit<FlowLine, 'segment'>;

export interface Stretch {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Where there are media of any rendition, and the places where the clock of any begins anew. */
export interface Step {
  /** Without overlaps, in order. */
  readonly stretches: readonly Stretch[];
  /** In order. */
  readonly breaks: readonly bigint[];
}

/** Renditions of one recording are cut at their own frames: smaller differences are none. */
const SAME_NS = 250_000_000n;
const NS_PER_S = 1_000_000_000n;

/** Stretches as one list, in order and without overlaps; those that nearly meet are one. */
export function united(stretches: readonly Stretch[]): Stretch[] {
  const merged: { startNs: bigint; endNs: bigint }[] = [];
  for (const { startNs, endNs } of stretches.toSorted((a, b) => (a.startNs < b.startNs ? -1 : 1))) {
    const last = merged.at(-1);
    if (last !== undefined && startNs <= last.endNs + SAME_NS) last.endNs = endNs > last.endNs ? endNs : last.endNs;
    else merged.push({ startNs, endNs });
  }
  return merged;
}

/** Where lines begin anew although they follow in time, or would with what is missing: gaps alone change no clock. */
export const clockBreaks = (lines: readonly StepLine[]): bigint[] =>
  lines.flatMap(({ startNs, clockBreak }) => (clockBreak ? [startNs] : []));

/**
 * The lines of one rendition with `EXT-X-GAP` for what it lacks of the others, and with as many discontinuities as each of
 * them has (RFC 8216, 6.2.4).
 *
 * @param flowId names the lines that have no media
 * @param targetDuration seconds; no gap is longer
 * @param most lines; undefined is returned where there would be more
 */
export function inStep(
  flowId: string,
  { extension }: CarriedFormat,
  lines: readonly StepLine[],
  { stretches, breaks }: Step,
  targetDuration: number,
  most: number,
): StepLine[] | undefined {
  const all: StepLine[] = [];
  const longest = BigInt(targetDuration) * NS_PER_S;
  const marks = marksOf(stretches, breaks);
  let passed = 0;
  /** Adds lines without media; false where they are too many. */
  const lack = (fromNs: bigint, toNs: bigint): boolean => {
    let startNs = fromNs;
    while (startNs < toNs) {
      if (all.length >= most) return false;
      // One that crosses a discontinuity would have it at the wrong place.
      while ((marks[passed] ?? toNs) <= startNs) passed++;
      const mark = marks[passed] ?? toNs;
      const endNs = least(startNs + longest, toNs, mark);
      const uri = `${flowId}/${startNs}_${endNs}.${extension}`;
      all.push({ uri, startNs, endNs, discontinuity: false, gap: true, clockBreak: false });
      startNs = endNs;
    }
    return true;
  };
  let next = 0;
  for (const [index, stretch] of stretches.entries()) {
    const until = stretches[index + 1]?.startNs;
    let reachedNs = stretch.startNs;
    for (
      let line = lines[next];
      line !== undefined && (until === undefined || line.startNs < until);
      line = lines[++next]
    ) {
      const lackedNs = line.startNs - reachedNs;
      if (lackedNs > SAME_NS) {
        if (!lack(reachedNs, line.startNs)) return undefined;
      } else if (lackedNs > 0n && reachedNs > stretch.startNs) {
        stretchLast(all, line.startNs, longest);
      }
      all.push(line);
      reachedNs = line.endNs;
    }
    if (stretch.endNs - reachedNs > SAME_NS && !lack(reachedNs, stretch.endNs)) return undefined;
  }
  return withMarks(all, marks);
}

/** Lets the last line reach a time nearby, so that lengths still add up, unless it would be too long. */
function stretchLast(lines: StepLine[], endNs: bigint, longestNs: bigint): void {
  const last = lines.at(-1);
  if (last !== undefined && endNs - last.startNs <= longestNs) lines[lines.length - 1] = { ...last, endNs };
}

const least = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));

/** The places of discontinuities, which all renditions share: those that nearly meet are one. */
function marksOf(stretches: readonly Stretch[], breaks: readonly bigint[]): bigint[] {
  const marks: bigint[] = [];
  const starts = stretches.slice(1).map(({ startNs }) => startNs);
  for (const at of [...starts, ...breaks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = marks.at(-1);
    if (last === undefined || at - last > SAME_NS) marks.push(at);
  }
  return marks;
}

/**
 * A discontinuity at the rendition's own break near each mark, or else at the first line from there on. One that starts behind
 * several marks has as many, so that all renditions count alike.
 */
function withMarks(lines: readonly StepLine[], marks: readonly bigint[]): StepLine[] {
  const places = new Map<StepLine, number>();
  let from = 0;
  for (const mark of marks) {
    while (from < lines.length && (lines[from]?.startNs ?? mark) < mark) from++;
    const first = lines[from];
    let [at, near] = [from, first];
    while (near !== undefined && !near.clockBreak && near.startNs - mark <= SAME_NS) near = lines[++at];
    const line = near?.clockBreak === true && near.startNs - mark <= SAME_NS ? near : first;
    if (line !== undefined && line !== lines[0]) places.set(line, (places.get(line) ?? 0) + 1);
  }
  return lines.map((line, index) => {
    const count = places.get(line) ?? 0;
    return {
      ...line,
      discontinuity: count > 0,
      passedBreaks: Math.max(0, count - 1),
      programDateMs: count > 0 || index === 0 ? programDateMs(line.startNs) : undefined,
    };
  });
}
