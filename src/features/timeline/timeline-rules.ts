/** A stretch of a timeline, half-open, in nanoseconds. */
export interface Span {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** A stretch without content; null where nothing follows, or nothing comes before. */
export interface Gap {
  readonly startNs: bigint | null;
  readonly endNs: bigint | null;
}

/**
 * Where each of so many buckets of a span begins. The buckets are as wide as whole nanoseconds allow, so there are fewer
 * where the span has fewer nanoseconds.
 */
export function bucketStarts({ startNs, endNs }: Span, buckets: number): bigint[] {
  const width = (endNs - startNs + BigInt(buckets) - 1n) / BigInt(buckets);
  const starts: bigint[] = [];
  for (let point = startNs; point < endNs; point += width) starts.push(point);
  return starts;
}

/** A point in a gap: the first one of those that were looked at. */
export interface Hole {
  readonly pointNs: bigint;
  /** Where the gap begins; null where nothing comes before. */
  readonly startNs: bigint | null;
}

/**
 * The gaps that the points fall into, each once.
 *
 * @param points ascending
 * @param before for each point the last segment that starts at it or before it
 */
export function holesAt(points: readonly bigint[], before: readonly (Span | undefined)[]): Hole[] {
  const holes: Hole[] = [];
  for (const [index, pointNs] of points.entries()) {
    const startNs = before[index]?.endNs ?? null;
    if (startNs !== null && startNs > pointNs) continue;
    const last = holes.at(-1);
    if (last === undefined || last.startNs !== startNs) holes.push({ pointNs, startNs });
  }
  return holes;
}

/** The rest of a span without its gaps, which are in order and apart. */
export function without({ startNs, endNs }: Span, gaps: readonly Gap[]): Span[] {
  const spans: Span[] = [];
  let from = startNs;
  for (const gap of gaps) {
    if (gap.startNs !== null && gap.startNs > from) {
      spans.push({ startNs: from, endNs: gap.startNs < endNs ? gap.startNs : endNs });
    }
    if (gap.endNs === null || gap.endNs >= endNs) return spans;
    if (gap.endNs > from) from = gap.endNs;
  }
  if (from < endNs) spans.push({ startNs: from, endNs });
  return spans;
}

/** The times that are in both; undefined where none are. */
export function overlapOf(a: Span, b: Span): Span | undefined {
  const startNs = a.startNs > b.startNs ? a.startNs : b.startNs;
  const endNs = a.endNs < b.endNs ? a.endNs : b.endNs;
  return startNs < endNs ? { startNs, endNs } : undefined;
}
