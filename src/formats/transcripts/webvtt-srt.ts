import { decodeReferences, formatClockTime, parseClockTime } from './cue-text.ts';
import { type Cue, malformed, type Transcript } from './transcript.ts';

const TIMING = /^\s*(\S+)\s+-->\s+(\S+)/;
const TIMES = /^\s*[\d:.,]+\s+-->\s+[\d:.,]+/;
// Neither runs past the next tag: a text of many that are not closed would take the square of its length.
const VOICE = /<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>/;
/** A `<` that begins no tag is part of the text. */
const TAGS = /<\/?[a-z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}/gi;

/** Splits lines into blocks at empty lines, as in WebVTT and SRT. */
function blocksOf(text: string): string[][] {
  const lines = text.split(/\r\n|\r|\n/);
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') blocks.push([]);
    else if (TIMES.test(line) && blocks.at(-1)?.some((earlier) => TIMES.test(earlier)) === true) {
      // If the empty line between two cues is missing, the second one's times end the text of the first.
      blocks.push([line]);
    } else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

/** The cue of a block; undefined for a block without times: a header, a note, a style. */
function cueOf(block: readonly string[]): Cue | undefined {
  // The first line may be the cue's name.
  const at = block.slice(0, 2).findIndex((line) => line.includes('-->'));
  if (at === -1) return undefined;
  const [, start, end] = TIMING.exec(block[at] ?? '') ?? [];
  if (start === undefined || end === undefined) {
    throw malformed(`has the line ${JSON.stringify(block[at]?.slice(0, 80))}, which is not "start --> end"`);
  }
  const startNs = parseClockTime(start);
  const endNs = parseClockTime(end);
  if (endNs < startNs) throw malformed(`has a cue at ${start} that ends before it starts`);
  const body = block.slice(at + 1).join(' ');
  const voice = VOICE.exec(body)?.[1];
  const text = decodeReferences(body.replace(TAGS, ''));
  return {
    startNs,
    endNs,
    text: text.replace(/\s+/g, ' ').trim(),
    speaker: voice === undefined ? null : decodeReferences(voice).trim(),
    confidence: null,
  };
}

/** W3C WebVTT: cues with their voices; settings, styles, regions and notes are passed over. */
export function readWebVtt(text: string): Transcript {
  const [first = [], ...others] = blocksOf(text);
  if (!/^WEBVTT(?:\s|$)/.test(first[0] ?? '')) throw malformed('does not begin with WEBVTT');
  // Times end the header, as an empty line does.
  const end = first.findIndex((line) => TIMES.test(line));
  const [header, blocks] = end === -1 ? [first, others] : [first.slice(0, end), [first.slice(end), ...others]];
  const language = header.map((line) => /^Language:\s*(\S+)/i.exec(line)?.[1]).find((found) => found !== undefined);
  const cues = blocks.filter((block) => !/^NOTE(?:\s|$)/.test(block[0] ?? '')).map(cueOf);
  return { language: language ?? null, cues: cues.filter((cue) => cue !== undefined) };
}

export function writeWebVtt({ language, cues }: Transcript): string {
  const header = language === null ? 'WEBVTT' : `WEBVTT\nLanguage: ${language}`;
  return `${[header, ...cues.map(cueText)].join('\n\n')}\n`;
}

function cueText({ startNs, endNs, text, speaker }: Cue): string {
  const escaped = escape(text.replace(/\s+/g, ' '));
  const voiced = speaker === null ? escaped : `<v ${escape(speaker.replace(/\s+/g, ' '))}>${escaped}`;
  return `${formatClockTime(startNs)} --> ${formatClockTime(endNs)}\n${voiced}`;
}

/** An arrow within a text would begin a cue; `&gt;` takes care of that too. */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** SubRip: numbered cues, of which the number does not matter. */
export function readSrt(text: string): Transcript {
  const cues = blocksOf(text).map((block) => {
    const cue = cueOf(block);
    if (cue === undefined) throw malformed(`has no times in the cue ${JSON.stringify(block[0]?.slice(0, 80))}`);
    return cue;
  });
  return { language: null, cues };
}
