import { type Cue, malformed, type Transcript } from './transcript.ts';

const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000;

/**
 * Our own JSON, `{ language?, segments: [{ start_ms, end_ms, text, speaker?, confidence? }] }`, and that of transcription
 * services (OpenAI's `verbose_json`), whose segments have `start` and `end` in seconds.
 */
export function readTranscriptJson(text: string): Transcript {
  const parsed = parse(text);
  if (!isRecord(parsed) || !Array.isArray(parsed['segments'])) throw malformed('has no list of segments');
  const { language = null } = parsed;
  if (language !== null && typeof language !== 'string') throw malformed('has a language that is no text');
  return { language, cues: (parsed['segments'] as unknown[]).map(toCue) };
}

/** Milliseconds, as fractions where a time is not a whole number of them. */
export function writeTranscriptJson({ language, cues }: Transcript): string {
  const segments = cues.map(({ startNs, endNs, text, speaker, confidence }) => ({
    start_ms: toMs(startNs),
    end_ms: toMs(endNs),
    text,
    ...(speaker === null ? {} : { speaker }),
    ...(confidence === null ? {} : { confidence }),
  }));
  return JSON.stringify(language === null ? { segments } : { language, segments });
}

function toCue(value: unknown, index: number): Cue {
  const where = `segment ${index}`;
  if (!isRecord(value)) throw malformed(`has ${where}, which is no object`);
  const { text, speaker = null, confidence = null } = value;
  if (typeof text !== 'string') throw malformed(`has no text in ${where}`);
  if (speaker !== null && typeof speaker !== 'string') throw malformed(`has a speaker in ${where} that is no text`);
  const isShare = typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
  if (confidence !== null && !isShare) throw malformed(`has a confidence in ${where} that is not from 0 to 1`);
  const startNs = timeOf(value, 'start', where);
  const endNs = timeOf(value, 'end', where);
  if (endNs < startNs) throw malformed(`has ${where}, which ends before it starts`);
  // Half a character of UTF-16 cannot be kept: it would come back as another, and make another transcript.
  const said = { text: text.trim().toWellFormed(), speaker: speaker?.toWellFormed() ?? null };
  return { startNs, endNs, ...said, confidence };
}

function timeOf(segment: Readonly<Record<string, unknown>>, bound: 'start' | 'end', where: string): bigint {
  const ms = segment[`${bound}_ms`];
  const seconds = segment[bound];
  const [value, ns] = ms === undefined ? [seconds, NS_PER_S] : [ms, Number(NS_PER_MS)];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value * ns > Number.MAX_SAFE_INTEGER * 1e3) {
    throw malformed(`has no ${bound}_ms, nor a ${bound} in seconds, in ${where}`);
  }
  // Two steps, so that whole milliseconds stay whole.
  return ms === undefined ? BigInt(Math.round(value * 1e6)) * 1_000n : BigInt(Math.round(value * 1e6));
}

const toMs = (ns: bigint): number => Number(ns) / Number(NS_PER_MS);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('is no JSON');
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
