import { AppError } from '../../shared/errors.ts';
import { INT64_MAX, INT64_MIN, parseTimestamp, quote } from '../../shared/time/timestamp.ts';
import { TAMS, Warnings } from './timeline.ts';

/** A use of a stretch of a flow. */
export interface CutClip {
  /** Names it in errors and warnings. */
  readonly name: string;
  /** Its place in the cut. */
  readonly atNs: bigint;
  /** The stretch, on the timeline of the flow. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** A flow; else a source, of which a flow has to be found. */
  readonly of: { readonly flowId: string } | { readonly sourceId: string };
}

export interface CutTrack {
  readonly name: string;
  readonly clips: readonly CutClip[];
}

export interface Cut {
  readonly name: string;
  /** Those that have a clip. */
  readonly tracks: readonly CutTrack[];
  /** The parts of it that were left out, by name. */
  readonly warnings: Warnings;
}

/** Bounds of a cut. */
const MOST = { clips: 5_000, children: 20_000, tracks: 32, name: 200 } as const;

/** Schemas of effects that change the speed, and the names that editors give such effects of no schema of their own. */
const TIMING = /Time|Freeze|Warp|Speed/i;
const RETIMING = /Time ?(?:Warp|Remap|Effect)|Retime|Freeze|Speed/i;

/** A cut ends earlier than a timeline can, since its bounds are moved a little to those of segments. */
const LATEST_NS = INT64_MAX - 1_000_000_000n;

/** A node of the document: nothing is known of its properties. */
type Node = Readonly<Record<string, unknown>>;

/**
 * Reads a timeline of OpenTimelineIO whose clips refer to flows or sources as AppNote 0015 of TAMS says. Gaps, and clips that
 * are switched off, are gaps. Transitions become cuts, and effects are left out, with a warning.
 *
 * @throws AppError invalid_request, which names the clip
 */
export function readOtioTimeline(text: string): Cut {
  const timeline = documentOf(text);
  if (schemaOf(timeline) !== 'Timeline') throw refused('the body', `must be a Timeline, not ${shown(timeline)}`);
  const stack = nodeOf(timeline['tracks']);
  if (schemaOf(stack) !== 'Stack') throw refused('tracks', 'must be a Stack of tracks');
  mustBeWhole(stack, 'the stack of tracks');
  const tracks = listOf(stack['children']);
  if (tracks.length > MOST.tracks) throw refused('tracks', `has ${tracks.length}; ${MOST.tracks} are the most`);
  const start = timeline['global_start_time'];
  const startNs = isGiven(start) ? timeOf(start, 'global_start_time') : 0n;
  const reader = new Reader();
  reader.effectsOf(stack, 'the stack of tracks');
  const read = tracks.map((track, index) => reader.track(track, index, startNs));
  return {
    name: nameOf(timeline) ?? '',
    tracks: read.filter(({ clips }) => clips.length > 0),
    warnings: reader.warnings,
  };
}

class Reader {
  readonly warnings = new Warnings();
  #children = 0;
  #clips = 0;

  track(track: Node, index: number, startNs: bigint): CutTrack {
    const name = nameOf(track) ?? `track ${index + 1}`;
    const where = `track ${quote(name)}`;
    if (schemaOf(track) !== 'Track') throw refused(where, `must be a Track, not ${shown(track)}`);
    const clips: CutClip[] = [];
    if (track['enabled'] === false) {
      this.warnings.add(`${where} is switched off: it was left out`);
      return { name, clips };
    }
    mustBeWhole(track, where);
    this.effectsOf(track, where);
    let atNs = startNs;
    const children = listOf(track['children']);
    this.#children += children.length;
    if (this.#children > MOST.children) throw refused('tracks', `have more than ${MOST.children} items in all`);
    children.forEach((child, place) => {
      const what = `clip ${quote(nameOf(child) ?? '')} (item ${place + 1} of ${where})`;
      const { clip, durationNs } = this.#item(child, what, atNs);
      if (clip !== undefined) clips.push(clip);
      atNs += durationNs;
      if (atNs > LATEST_NS) throw refused(what, 'ends later than a timeline can');
    });
    return { name, clips };
  }

  #item(item: Node, what: string, atNs: bigint): { clip?: CutClip; durationNs: bigint } {
    switch (schemaOf(item)) {
      case 'Gap':
        return { durationNs: rangeOf(item['source_range'], what).durationNs };
      case 'Transition':
        this.warnings.add(`${what} is a transition: it became a cut`);
        return { durationNs: 0n };
      case 'Clip':
        return this.#clip(item, what, atNs);
      default:
        throw refused(what, `is ${shown(item)}: tracks may have clips, gaps and transitions`);
    }
  }

  #clip(clip: Node, what: string, atNs: bigint): { clip?: CutClip; durationNs: bigint } {
    if (++this.#clips > MOST.clips) throw refused('tracks', `have more than ${MOST.clips} clips in all`);
    const reference = referenceOf(clip);
    const isCut = isGiven(clip['source_range']);
    const { startNs, durationNs } = rangeOf(isCut ? clip['source_range'] : reference['available_range'], what);
    if (clip['enabled'] === false) {
      this.warnings.add(`${what} is switched off: it became a gap`);
      return { durationNs };
    }
    this.effectsOf(clip, what);
    if (durationNs === 0n) return { durationNs };
    const flowStartNs = startNs + offsetOf(reference, what);
    const endNs = flowStartNs + durationNs;
    if (flowStartNs < INT64_MIN || endNs > INT64_MAX) throw refused(what, 'lies outside of the times of a timeline');
    return { clip: { name: what, atNs, startNs: flowStartNs, endNs, of: referredBy(reference, what) }, durationNs };
  }

  /** Effects on time would make another timing: nothing can be made of them by reference. */
  effectsOf(item: Node, where: string): void {
    for (const effect of listOf(item['effects'])) {
      const { effect_name: name } = effect;
      const kind = typeof name === 'string' && name !== '' ? quote(name) : shown(effect);
      if (TIMING.test(schemaOf(effect)) || RETIMING.test(kind)) {
        throw refused(where, `has the effect ${kind}, which changes its speed: render it, and refer to the result`);
      }
      this.warnings.add(`${where} has the effect ${kind}: it was left out`);
    }
  }
}

function documentOf(text: string): Node {
  try {
    return nodeOf(parseExact(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw refused('the body', 'is not JSON');
    throw error;
  }
}

/** The media reference that is in use: schemas of clips differ in how they hold it. */
function referenceOf(clip: Node): Node {
  const key = clip['active_media_reference_key'];
  const references = nodeOf(clip['media_references']);
  return nodeOf(references[typeof key === 'string' ? key : 'DEFAULT_MEDIA'] ?? clip['media_reference']);
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const FLOW_URL = new RegExp(`^(?:tams|https?)://[^?#]*/flows/(${UUID})/?(?:[?#].*)?$`);
const ID = new RegExp(`^${UUID}$`);

/** The host of a URL is not looked at: a server has several names, and ids are unique everywhere. */
function referredBy(reference: Node, what: string): CutClip['of'] {
  const { target_url: url } = reference;
  const { flow_id: flowId, source_id: sourceId } = nodeOf(nodeOf(reference['metadata'])[TAMS]);
  const byUrl = typeof url === 'string' ? FLOW_URL.exec(url)?.[1] : undefined;
  if (byUrl !== undefined) return { flowId: byUrl };
  if (typeof flowId === 'string' && ID.test(flowId)) return { flowId };
  if (typeof sourceId === 'string' && ID.test(sourceId)) return { sourceId };
  const found = typeof url === 'string' ? `target_url is ${quote(url)}` : `there is ${shown(reference)}`;
  throw refused(what, `refers to no flow (${found}): write tams://{host}/flows/{id}, or metadata of ${TAMS}`);
}

function offsetOf(reference: Node, what: string): bigint {
  const { available_range_offset: offset } = nodeOf(nodeOf(reference['metadata'])[TAMS]);
  if (offset === undefined) return 0n;
  if (typeof offset !== 'string') throw refused(what, 'has an available_range_offset that is no timestamp');
  return parseTimestamp(offset);
}

function rangeOf(range: unknown, what: string): { startNs: bigint; durationNs: bigint } {
  const { start_time: start, duration } = nodeOf(range);
  if (!isGiven(range)) throw refused(what, 'has neither a source_range nor an available_range');
  const durationNs = timeOf(duration, what);
  if (durationNs < 0n) throw refused(what, 'has a negative duration');
  return { startNs: timeOf(start, what), durationNs };
}

function timeOf(time: unknown, what: string): bigint {
  const ns = nsOf(time);
  if (ns === undefined) throw refused(what, 'needs times with a value, and a rate above 0');
  if (ns < INT64_MIN || ns > INT64_MAX) throw refused(what, 'lies outside of the times of a timeline');
  return ns;
}

function mustBeWhole(item: Node, where: string): void {
  if (isGiven(item['source_range'])) throw refused(where, 'has a source_range; trim its clips instead');
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const nodeOf = (value: unknown): Node => (isNode(value) ? value : {});
const listOf = (value: unknown): Node[] => (Array.isArray(value) ? value.map(nodeOf) : []);

/** `Clip` of `Clip.2`. */
const schemaOf = ({ OTIO_SCHEMA: schema }: Node): string =>
  typeof schema === 'string' ? schema.slice(0, Math.max(0, schema.lastIndexOf('.'))) : '';

const shown = ({ OTIO_SCHEMA: schema }: Node): string =>
  typeof schema === 'string' ? quote(schema) : 'something without OTIO_SCHEMA';

const nameOf = ({ name }: Node): string | undefined =>
  typeof name === 'string' && name !== '' ? name.slice(0, MOST.name).toWellFormed() : undefined;

const refused = (where: string, problem: string): AppError =>
  new AppError('invalid_request', `${where} ${problem}`, { field: 'body' });

const NS_PER_S = 1_000_000_000n;
/** Rates that are written as decimals, like 29.97 and 23.976024, are a whole number of these. */
const NTSC = { numerator: 1000n, denominator: 1001n };
/** 23.976 and 59.94 are within this part of their rates. */
const NTSC_WITHIN = 20_000n;

/** The nearest nanosecond of a `RationalTime`; undefined for anything else. */
export function nsOf(time: unknown): bigint | undefined {
  const { value, rate } = (time ?? {}) as { readonly value?: unknown; readonly rate?: unknown };
  const [count, hertz] = [fractionOf(value), fractionOf(rate)];
  if (count === undefined || hertz === undefined || hertz[0] <= 0n) return undefined;
  const [numerator, denominator] = exactRate(hertz);
  return nearest(count[0] * denominator * NS_PER_S, count[1] * numerator);
}

function exactRate([numerator, denominator]: Fraction): Fraction {
  if (numerator % denominator === 0n) return [numerator, denominator];
  const whole = nearest(numerator * NTSC.denominator, denominator * NTSC.numerator);
  const off = numerator * NTSC.denominator - whole * denominator * NTSC.numerator;
  const isNtsc = (off < 0n ? -off : off) * NTSC_WITHIN <= numerator * NTSC.denominator;
  return isNtsc ? [whole * NTSC.numerator, NTSC.denominator] : [numerator, denominator];
}

/** @param denominator positive */
function nearest(numerator: bigint, denominator: bigint): bigint {
  const doubled = numerator * 2n + denominator;
  const quotient = doubled / (denominator * 2n);
  return doubled < 0n && doubled % (denominator * 2n) !== 0n ? quotient - 1n : quotient;
}

/** A number of a JSON text, as it is written there: times have more digits than a JavaScript number has room for. */
interface ExactNumber {
  readonly digits: string;
}

/** A name and its number. Within a string of JSON such a name has backslashes before its quotes. */
const TIMES = /("(?:value|rate)"\s*:\s*)(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s*[,}])/g;

/**
 * Parses JSON; the numbers of times (`value`, `rate`) keep all of their digits. A reviver, which is called for each
 * value of the document, would hold the event loop for seconds.
 *
 * @throws SyntaxError
 */
export const parseExact = (text: string): unknown => JSON.parse(text.replace(TIMES, '$1{"digits":"$2"}'));

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Longer numbers are no times. */
const DIGITS_MAX = 64;
const EXPONENT_MAX = 64;

/** A fraction; its denominator is positive. */
type Fraction = readonly [numerator: bigint, denominator: bigint];

/** Undefined for what is no number, or none that a time may have. */
function fractionOf(value: unknown): Fraction | undefined {
  const { digits } = (value ?? {}) as Partial<ExactNumber>;
  if (typeof digits !== 'string' || digits.length > DIGITS_MAX) return undefined;
  const [, sign = '', whole = '', decimals = '', exponentText = '0'] = DECIMAL.exec(digits) ?? [];
  const exponent = Number(exponentText) - decimals.length;
  if (whole === '' || Math.abs(exponent) > EXPONENT_MAX + DIGITS_MAX) return undefined;
  const size = BigInt(whole + decimals);
  const signed = sign === '-' ? -size : size;
  return exponent >= 0 ? [signed * 10n ** BigInt(exponent), 1n] : [signed, 10n ** BigInt(-exponent)];
}
