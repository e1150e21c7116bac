import { AppError } from '../errors.ts';
import { INT64_MAX, INT64_MIN, formatTimestamp, isInt64, parseTimestamp, quote } from './timestamp.ts';

const TIMESTAMP = '-?(?:0|[1-9][0-9]*):(?:0|[1-9][0-9]{0,8})';
const PATTERN = new RegExp(`^([[(])?(${TIMESTAMP})?(_(${TIMESTAMP})?)?([\\])])?$`);

/** How the bounds of a range are printed; it changes nothing about which times are in the range. */
interface BoundMarkers {
  readonly startInclusive: boolean;
  readonly endInclusive: boolean;
}

const HALF_OPEN: BoundMarkers = { startInclusive: true, endInclusive: false };

/**
 * A range of time, immutable, in half-open normal form: since time is a whole count of nanoseconds,
 * `(a` is `[a+1` and `b]` is `b+1)`. The markers that the bounds were written with are kept for
 * printing. There is one empty range, `TimeRange.EMPTY`: where an empty range lies has no meaning.
 */
export class TimeRange {
  static readonly EVERYTHING = new TimeRange(null, null, HALF_OPEN);
  static readonly EMPTY = new TimeRange(0n, 0n, HALF_OPEN);

  /** The first nanosecond of the range, an int64; null when it is open to the past. */
  readonly startNs: bigint | null;
  /** The first nanosecond after the range, an int64; null when it is open to the future. */
  readonly endNs: bigint | null;
  /** Whether the start has an inclusive marker; false where there is no such bound. */
  readonly startInclusive: boolean;
  /** Whether the end has an inclusive marker; false where there is no such bound. */
  readonly endInclusive: boolean;
  /** Once it was asked for. */
  #text: string | undefined;

  private constructor(startNs: bigint | null, endNs: bigint | null, markers: BoundMarkers) {
    const empty = startNs !== null && startNs === endNs;
    this.startNs = startNs;
    this.endNs = endNs;
    this.startInclusive = startNs !== null && !empty && markers.startInclusive;
    this.endInclusive = endNs !== null && !empty && markers.endInclusive;
    Object.freeze(this);
  }

  /**
   * Reads every form that the pattern of TAMS 7.0 (`schemas/timerange.json`) allows. A missing marker
   * beside a timestamp counts as inclusive; a marker beside an omitted one is ignored. `_` is
   * everything; `()` and ranges without a nanosecond in them, such as `[5:0_5:0)`, are empty.
   *
   * Throws AppError `invalid_timerange` for any other text; for an instant with an exclusive marker
   * (`[5:0)`); for an end before the start; for bounds whose normal form is no int64; and for texts
   * with neither a timestamp nor `_`, except `()`. The last includes the empty text, whose meaning
   * depends on the operation: its caller decides.
   */
  static parse(text: string): TimeRange {
    return TimeRange.#read(text, () => {
      throw invalid(text, 'ends before it starts');
    });
  }

  /**
   * As `parse`, but an end before the start makes the range empty (AppNote 0008): for queries, not for stored ranges.
   */
  static parseQuery(text: string): TimeRange {
    return TimeRange.#read(text, () => TimeRange.EMPTY);
  }

  static #read(text: string, reversed: () => TimeRange): TimeRange {
    const match = PATTERN.exec(text);
    if (!match) throw invalid(text, 'is malformed: write it like [0:0_10:0), [5:0], [0:0_ or _');
    // The types of a match do not say that a group may be absent.
    const [, startMarker, startText, afterStart, endText, endMarker] = match as (string | undefined)[];
    const startInclusive = startMarker !== '(';
    const endInclusive = endMarker !== ')';

    if (afterStart === undefined) {
      if (startText !== undefined) {
        if (startInclusive && endInclusive) return instant(text, parseTimestamp(startText));
        throw invalid(
          text,
          'is an instant with an exclusive marker, which would hold nothing: write [5:0], or () for nothing',
        );
      }
      if (startMarker === '(' && endMarker === ')') return TimeRange.EMPTY;
      throw invalid(text, 'has no bounds: write _ for everything, or () for nothing');
    }

    const start = startText === undefined ? null : parseTimestamp(startText);
    const end = endText === undefined ? null : parseTimestamp(endText);
    if (start !== null && end !== null && end < start) return reversed();
    return normalized(text, start, end, { startInclusive, endInclusive });
  }

  /**
   * The range `[startNs, endNs)`; null leaves that side open. Equal bounds make it empty. Throws
   * RangeError for an end before the start, and for bounds that are no int64.
   */
  static fromNs(startNs: bigint | null, endNs: bigint | null): TimeRange {
    return TimeRange.withMarkers(startNs, endNs, HALF_OPEN);
  }

  /** As `fromNs`, half-open bounds too, but printed with these markers: `[5:0]` for 5 s, 5 s + 1 ns, both inclusive. */
  static withMarkers(startNs: bigint | null, endNs: bigint | null, markers: BoundMarkers): TimeRange {
    for (const bound of [startNs, endNs]) {
      if (bound !== null && !isInt64(bound)) throw new RangeError(`${bound.toString()} ns is no int64`);
    }
    if (startNs === null && endNs === null) return TimeRange.EVERYTHING;
    if (startNs !== null && endNs !== null) {
      if (endNs < startNs)
        throw new RangeError(`The end ${endNs.toString()} ns is before the start ${startNs.toString()} ns`);
      if (endNs === startNs) return TimeRange.EMPTY;
    }
    return new TimeRange(startNs, endNs, markers);
  }

  get isEmpty(): boolean {
    return this.startNs !== null && this.startNs === this.endNs;
  }

  get isEverything(): boolean {
    return this.startNs === null && this.endNs === null;
  }

  /** Whether some time is in both. */
  overlaps(other: TimeRange): boolean {
    if (this.isEmpty || other.isEmpty) return false;
    return startsBefore(this, other.endNs) && startsBefore(other, this.endNs);
  }

  /** Whether a time, or all times of a range, are in this range. The empty range is in every range. */
  contains(other: TimeRange | bigint): boolean {
    if (typeof other === 'bigint') {
      return (this.startNs === null || other >= this.startNs) && (this.endNs === null || other < this.endNs);
    }
    if (other.isEmpty) return true;
    const fromStart = this.startNs === null || (other.startNs !== null && other.startNs >= this.startNs);
    const toEnd = this.endNs === null || (other.endNs !== null && other.endNs <= this.endNs);
    return fromStart && toEnd;
  }

  /** The times that are in both. Each bound keeps its marker; where both have the same bound, this range's. */
  intersect(other: TimeRange): TimeRange {
    if (!this.overlaps(other)) return TimeRange.EMPTY;
    const start = other.startNs === null || (this.startNs !== null && this.startNs >= other.startNs) ? this : other;
    const end = other.endNs === null || (this.endNs !== null && this.endNs <= other.endNs) ? this : other;
    return combine(start, end);
  }

  /** The shortest range that holds both. Each bound keeps its marker; where both have the same bound, this range's. */
  hull(other: TimeRange): TimeRange {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const start = this.startNs === null || (other.startNs !== null && this.startNs <= other.startNs) ? this : other;
    const end = this.endNs === null || (other.endNs !== null && this.endNs >= other.endNs) ? this : other;
    return combine(start, end);
  }

  /** Whether both hold the same times, whatever the markers: `[0:0_0:9]` equals `[0:0_0:10)`. */
  equals(other: TimeRange): boolean {
    return this.startNs === other.startNs && this.endNs === other.endNs;
  }

  /** The canonical text: `()`, `_`, `[5:0]` for instants, no marker beside an open end (`[0:0_`). */
  toString(): string {
    return (this.#text ??= this.#print());
  }

  #print(): string {
    if (this.isEmpty) return '()';
    const start = this.#startText();
    const end = this.#endText();
    if (start !== '' && `[${end}` === `${start}]`) return `[${end}`;
    return `${start}_${end}`;
  }

  #startText(): string {
    if (this.startNs === null) return '';
    return this.startInclusive ? `[${formatTimestamp(this.startNs)}` : `(${formatTimestamp(this.startNs - 1n)}`;
  }

  #endText(): string {
    if (this.endNs === null) return '';
    return this.endInclusive ? `${formatTimestamp(this.endNs - 1n)}]` : `${formatTimestamp(this.endNs)})`;
  }
}

function startsBefore(range: TimeRange, endNs: bigint | null): boolean {
  return range.startNs === null || endNs === null || range.startNs < endNs;
}

/** The start of one range with the end of another. */
function combine(start: TimeRange, end: TimeRange): TimeRange {
  const { startNs, startInclusive } = start;
  const { endNs, endInclusive } = end;
  return TimeRange.withMarkers(startNs, endNs, { startInclusive, endInclusive });
}

function instant(text: string, ns: bigint): TimeRange {
  return normalized(text, ns, ns, { startInclusive: true, endInclusive: true });
}

/** From bounds as they are written to half-open ones. */
function normalized(text: string, start: bigint | null, end: bigint | null, markers: BoundMarkers): TimeRange {
  const startNs = start !== null && !markers.startInclusive ? start + 1n : start;
  const endNs = end !== null && markers.endInclusive ? end + 1n : end;
  for (const bound of [startNs, endNs]) {
    if (bound !== null && !isInt64(bound)) {
      throw invalid(
        text,
        `reaches too far: it may start at ${formatTimestamp(INT64_MIN)} and must end before ${formatTimestamp(INT64_MAX)}`,
      );
    }
  }
  // `(5:0_5:0)` would have its end before its start here: it holds nothing.
  if (startNs !== null && endNs !== null && endNs < startNs) return TimeRange.EMPTY;
  return TimeRange.withMarkers(startNs, endNs, markers);
}

function invalid(text: string, problem: string): AppError {
  return new AppError('invalid_timerange', `${quote(text)} ${problem}`);
}
