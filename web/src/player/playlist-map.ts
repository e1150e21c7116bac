import type { Span } from '../timeline/view.ts';

/** A line of a playlist: where its media are on the timeline of the flow, and in the player's own time. */
export interface Line extends Span {
  readonly playS: number;
  readonly lengthS: number;
}

/** Lines are named by their place (docs/adr/0035-playback.md): `{start}_{end}.ts`, in nanoseconds. */
const NAME = /(-?\d{1,19})_(-?\d{1,19})\.[a-z0-9]{2,4}(?:[?#].*)?$/;

/** The place of a line, from its URL; undefined for a line that is none of this server's. */
export function placeOf(url: string): Span | undefined {
  const [, start, end] = NAME.exec(url) ?? [];
  return start === undefined || end === undefined ? undefined : { startNs: BigInt(start), endNs: BigInt(end) };
}

/** Lines as a player has them: of hls.js, `fragments` of a level. */
export function linesOf(fragments: readonly { url: string; start: number; duration: number }[]): Line[] {
  return fragments.flatMap(({ url, start, duration }) => {
    const place = placeOf(url);
    return place === undefined ? [] : [{ ...place, playS: start, lengthS: duration }];
  });
}

/** The time on the timeline of what a player shows at a time of its own; undefined before there are lines. */
export function timelineAt(lines: readonly Line[], playS: number): bigint | undefined {
  const line = lines[Math.max(0, countUntil(lines, ({ playS: start }) => start <= playS) - 1)];
  if (line === undefined) return undefined;
  const into = Math.min(Math.max(0, playS - line.playS), line.lengthS);
  const ns = line.startNs + BigInt(Math.round(into * 1e9));
  return ns < line.endNs ? ns : line.endNs;
}

/** The player's time of a time on the timeline. In a gap it is that of the next line, and after all that of the end. */
export function playTimeOf(lines: readonly Line[], ns: bigint): number | undefined {
  const next = countUntil(lines, ({ endNs }) => endNs <= ns);
  const line = lines[next];
  if (line === undefined) {
    const last = lines.at(-1);
    return last && last.playS + last.lengthS;
  }
  const into = Number(ns > line.startNs ? ns - line.startNs : 0n) / 1e9;
  // A line that is used in part is as long as it says, not as its timerange: it never leads into the next.
  return line.playS + Math.min(into, Math.max(0, line.lengthS - 0.000_001));
}

/** How many lines are at the beginning for which the condition holds, which holds for no later one. */
function countUntil(lines: readonly Line[], holds: (line: Line) => boolean): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    if (line !== undefined && holds(line)) low = middle + 1;
    else high = middle;
  }
  return low;
}
