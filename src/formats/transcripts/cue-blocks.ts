import { decodeReferences } from './character-references.ts';
import { parseClockTime } from './clock-time.ts';
import { malformed } from './problem.ts';
import type { Cue } from './transcript.ts';

const TIMING = /^\s*(\S+)\s+-->\s+(\S+)/;
const TIMES = /^\s*[\d:.,]+\s+-->\s+[\d:.,]+/;
// Neither runs past the next tag: a text of many that are not closed would take the square of its length.
const VOICE = /<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>/;
/** A `<` that begins no tag is part of the text. */
const TAGS = /<\/?[a-z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}/gi;

/** Splits lines into blocks at empty lines, as in WebVTT and SRT. */
export function blocksOf(text: string): string[][] {
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
export function cueOf(block: readonly string[]): Cue | undefined {
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
