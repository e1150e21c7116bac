import { formatClockTime } from './clock-time.ts';
import { blocksOf, cueOf } from './cue-blocks.ts';
import { malformed } from './problem.ts';
import type { Cue, Transcript } from './transcript.ts';

/** W3C WebVTT: cues with their voices; settings, styles, regions and notes are passed over. */
export function readWebVtt(text: string): Transcript {
  const [header, ...blocks] = blocksOf(text);
  if (header === undefined || !/^WEBVTT(?:\s|$)/.test(header[0] ?? '')) throw malformed('does not begin with WEBVTT');
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
