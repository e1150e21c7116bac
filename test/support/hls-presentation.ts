import { expect } from 'vitest';
import { brokenRules } from './hls-rules.ts';

/** A line of a media playlist, with its place in the player's time. */
export interface ReadLine {
  readonly uri: string;
  readonly atS: number;
  readonly seconds: number;
  readonly isGap: boolean;
  /** How many discontinuities came before it. */
  readonly breaks: number;
}

export function readLines(text: string): ReadLine[] {
  const lines: ReadLine[] = [];
  let [atS, seconds, isGap, breaks] = [0, 0, false, 0];
  for (const line of text.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') breaks++;
    else if (line === '#EXT-X-GAP') isGap = true;
    else if (line.startsWith('#EXTINF:')) seconds = Number.parseFloat(line.slice('#EXTINF:'.length));
    else if (line !== '' && !line.startsWith('#')) {
      lines.push({ uri: line, atS, seconds, isGap, breaks });
      atS += seconds;
      isGap = false;
    }
  }
  return lines;
}

/** The addresses that a multivariant playlist leads to. */
export const playlistsIn = (text: string, base: string): string[] =>
  text.split('\n').flatMap((line) => {
    const uri = /^#EXT-X-MEDIA:.*URI="([^"]+)"/.exec(line)?.[1] ?? (line.startsWith('#') ? '' : line);
    return uri === '' ? [] : [new URL(uri, base).href];
  });

/** The playlists of a presentation, all of which obey the rules by themselves and together (RFC 8216, 6.2.4). */
export async function loadPresentation(url: string): Promise<ReadonlyMap<string, string>> {
  const load = async (each: string): Promise<string> => {
    const answer = await fetch(each);
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    return text;
  };
  const found = new Map<string, string>();
  for (const each of playlistsIn(await load(url), url)) found.set(each, await load(each));
  const texts = [...found.values()];
  for (const text of texts) expect(brokenRules(text), text).toEqual([]);
  const targets = texts.map((text) => /^#EXT-X-TARGETDURATION:(\d+)$/m.exec(text)?.[1]);
  expect(new Set(targets).size, 'target durations').toBe(1);
  const breaks = texts.map((text) => text.match(/^#EXT-X-DISCONTINUITY$/gm)?.length ?? 0);
  expect(new Set(breaks).size, texts.join('\n')).toBe(1);
  return found;
}
