import { XMLParser } from 'fast-xml-parser';
import { decodeReferences, parseClockTime } from './cue-text.ts';
import { type Cue, malformed, type Transcript } from './transcript.ts';

/** A node as the parser gives it with `preserveOrder`: its name, its children, and its attributes under `:@`. */
type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Its own leaves numeric references as they are.
  entityDecoder: {
    decode: decodeReferences,
    setExternalEntities: () => undefined,
    addInputEntities: () => undefined,
    setXmlVersion: () => undefined,
    reset: () => undefined,
  },
});

interface Frame {
  /** Frames in so many seconds: 30,000 in 1,001, or 25 in 1. */
  readonly frames: bigint;
  readonly seconds: bigint;
  readonly tickRate: bigint;
  readonly agents: ReadonlyMap<string, string>;
}

const NS_PER_S = 1_000_000_000n;
const DEFAULT_FRAME_RATE = 30n;
const UNITS: Readonly<Record<string, bigint>> = {
  h: 3_600n * NS_PER_S,
  m: 60n * NS_PER_S,
  s: NS_PER_S,
  ms: 1_000_000n,
};

/** W3C TTML: the paragraphs with their times, which are on the timeline of their parents; styles and regions are not read. */
export function readTtml(text: string): Transcript {
  const roots = parse(text);
  const root = roots.find((node) => nameOf(node) === 'tt');
  if (root === undefined) throw malformed('has no element tt');
  const { lang, ...attributes } = attributesOf(root);
  const [, multiplier, divisor] = /^(\d+)[\s:]+(\d+)$/.exec(attributes['frameRateMultiplier'] ?? '') ?? [];
  const frame: Frame = {
    frames: (positive(attributes['frameRate']) ?? DEFAULT_FRAME_RATE) * (positive(multiplier) ?? 1n),
    seconds: positive(divisor) ?? 1n,
    tickRate: positive(attributes['tickRate']) ?? positive(attributes['frameRate']) ?? 1n,
    agents: agentsOf(root),
  };
  const cues: Cue[] = [];
  for (const body of childrenOf(root).filter((node) => nameOf(node) === 'body'))
    collect(body, { startNs: 0n, endNs: undefined, agent: undefined }, frame, cues);
  return { language: lang === undefined || lang === '' ? null : lang, cues };
}

function parse(text: string): Node[] {
  // TTML defines no entities, and those of a document type can grow without bounds.
  if (/<!DOCTYPE/i.test(text)) throw malformed('has a document type, which TTML does not');
  try {
    return parser.parse(text) as Node[];
  } catch (error) {
    throw malformed(`is no XML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Values that an element inherits from the one around it, unless it has its own. */
interface Parent {
  readonly startNs: bigint;
  readonly endNs: bigint | undefined;
  readonly agent: string | undefined;
}

function collect(node: Node, parent: Parent, frame: Frame, cues: Cue[]): void {
  const { begin, end, dur, agent: own = parent.agent } = attributesOf(node);
  const startNs = parent.startNs + (begin === undefined ? 0n : timeOf(begin, frame));
  let { endNs } = parent;
  if (end !== undefined) endNs = parent.startNs + timeOf(end, frame);
  else if (dur !== undefined) endNs = startNs + timeOf(dur, frame);
  // It begins after the element around it has ended: that end is not its own.
  else if (endNs !== undefined && endNs < startNs) endNs = undefined;
  if (nameOf(node) !== 'p') {
    for (const child of childrenOf(node)) collect(child, { startNs, endNs, agent: own }, frame, cues);
    return;
  }
  if (endNs !== undefined && endNs < startNs)
    throw malformed(`has a paragraph at ${begin ?? '0s'} that ends before it starts`);
  const text = textOf(node).replace(/\s+/g, ' ').trim();
  const speaker = own === undefined ? null : (frame.agents.get(own) ?? own);
  cues.push({ startNs, endNs: endNs ?? startNs, text, speaker, confidence: null });
}

/** `hh:mm:ss.fff`, `hh:mm:ss:ff` in frames, or a number with a unit: h, m, s, ms, f (frames), t (ticks). */
function timeOf(text: string, { frames: rate, seconds, tickRate }: Frame): bigint {
  const frames = /^(\d{2,6}:\d{2}:\d{2}):(\d{1,3})$/.exec(text);
  if (frames !== null) return parseClockTime(frames[1] ?? '') + (BigInt(frames[2] ?? '0') * NS_PER_S * seconds) / rate;
  const offset = /^(\d{1,12})(?:\.(\d{1,9}))?(h|ms|m|s|f|t)$/.exec(text);
  if (offset === null) return parseClockTime(text);
  const [, whole = '0', fraction = '', unit = 's'] = offset;
  const nanos = BigInt(whole) * NS_PER_S + BigInt(fraction.padEnd(9, '0'));
  if (unit === 'f') return (nanos * seconds) / rate;
  if (unit === 't') return nanos / tickRate;
  return (nanos * (UNITS[unit] ?? NS_PER_S)) / NS_PER_S;
}

/** Names of speakers by their ids, from the metadata. */
function agentsOf(node: Node, agents = new Map<string, string>()): Map<string, string> {
  const { id } = attributesOf(node);
  if (nameOf(node) === 'agent' && id !== undefined) agents.set(id, textOf(node).replace(/\s+/g, ' ').trim() || id);
  for (const child of childrenOf(node)) agentsOf(child, agents);
  return agents;
}

function textOf(node: Node): string {
  const text = node['#text'];
  if (typeof text === 'string') return text;
  return nameOf(node) === 'br' ? ' ' : childrenOf(node).map(textOf).join('');
}

const nameOf = (node: Node): string => Object.keys(node).find((name) => name !== ':@') ?? '';

function childrenOf(node: Node): Node[] {
  const children = node[nameOf(node)];
  return Array.isArray(children) ? (children as Node[]) : [];
}

const attributesOf = (node: Node): Readonly<Record<string, string | undefined>> =>
  (node[':@'] ?? {}) as Readonly<Record<string, string | undefined>>;

function positive(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? BigInt(text) : undefined;
}
