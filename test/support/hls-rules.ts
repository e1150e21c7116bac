/**
 * What a media playlist breaks of RFC 8216, in the way in which Apple's mediastreamvalidator looks at it. Written from the
 * RFC alone: it shares nothing with the writer.
 */
export function brokenRules(text: string): string[] {
  const broken: string[] = [];
  const lines = text.split('\n');
  if (lines[0] !== '#EXTM3U') broken.push('4.3.1.1: EXTM3U is not first');
  if (lines.at(-1) !== '') broken.push('4.1: the last line has no end');
  const once = (tag: string): string | undefined => {
    const values = lines.filter((line) => line.startsWith(`#${tag}:`)).map((line) => line.slice(tag.length + 2));
    if (values.length > 1) broken.push(`4.3.3: ${tag} is there ${values.length} times`);
    return values[0];
  };
  const target = Number(once('EXT-X-TARGETDURATION') ?? 'missing');
  if (!Number.isInteger(target) || target < 1) broken.push('4.3.3.1: no target duration');
  const version = Number(once('EXT-X-VERSION') ?? '1');
  for (const tag of ['EXT-X-MEDIA-SEQUENCE', 'EXT-X-DISCONTINUITY-SEQUENCE']) {
    const value = once(tag);
    if (value !== undefined && !/^\d+$/.test(value)) broken.push(`4.3.3: ${tag} is ${value}`);
    const at = lines.findIndex((line) => line.startsWith(`#${tag}:`));
    const first = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
    if (at !== -1 && first !== -1 && at > first) broken.push(`4.3.3: ${tag} comes after a segment`);
  }
  const type = once('EXT-X-PLAYLIST-TYPE');
  if (type !== undefined && type !== 'VOD' && type !== 'EVENT') broken.push(`4.3.3.5: type ${type}`);
  const ends = lines.filter((line) => line === '#EXT-X-ENDLIST').length;
  if (type === 'VOD' && ends !== 1) broken.push('4.3.3.5: VOD without an end');
  if (ends > 1 || (ends === 1 && lines.at(-2) !== '#EXT-X-ENDLIST')) broken.push('4.3.3.4: ENDLIST is not the end');
  // Nobody reads here whether each segment begins with a key frame, so no playlist may promise it.
  if (lines.includes('#EXT-X-INDEPENDENT-SEGMENTS')) broken.push('4.3.5.1: segments were not looked into');
  if (version > 6) broken.push('7: nothing here needs more than version 6');
  const holdBack = /HOLD-BACK=([\d.]+)/.exec(once('EXT-X-SERVER-CONTROL') ?? '')?.[1];
  if (holdBack !== undefined && Number(holdBack) < 3 * target) broken.push('bis 4.4.3.8: HOLD-BACK is too short');
  if (lines.some((line) => line.startsWith('#EXT-X-BITRATE') || line.startsWith('#EXT-X-KEY')))
    broken.push('an unknown tag');
  broken.push(...brokenSegments(lines, target, version));
  return broken;
}

function brokenSegments(lines: readonly string[], target: number, version: number): string[] {
  const broken: string[] = [];
  let duration: number | undefined;
  let hasMap = false;
  // Where the next segment would begin on the wall clock if none were missing.
  let clockMs: number | undefined;
  let isBreak = false;
  let isGap = false;
  for (const line of lines) {
    const [, written = ''] = /^#EXTINF:([^,]*),/.exec(line) ?? [];
    if (line.startsWith('#EXTINF')) {
      if (duration !== undefined) broken.push('4.3.2.1: an EXTINF without a URI');
      if (!/^\d+(\.\d+)?$/.test(written)) broken.push(`4.3.2.1: ${line}`);
      if (written.includes('.') && version < 3) broken.push('7: decimal durations need version 3');
      duration = Number(written);
      if (Math.round(duration) > target) broken.push(`4.3.3.1: ${written} s is more than the target`);
    } else if (line.startsWith('#EXT-X-MAP:')) {
      hasMap = true;
      if (version < 6) broken.push('7: EXT-X-MAP needs version 6');
      if (!/URI="[^"]+"(,BYTERANGE="\d+@\d+")?$/.test(line)) broken.push(`4.3.2.5: ${line}`);
    } else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) {
      const ms = Date.parse(line.slice(line.indexOf(':') + 1));
      if (Number.isNaN(ms)) broken.push(`4.3.2.6: ${line}`);
      if (clockMs !== undefined && ms < clockMs - 2) broken.push(`4.3.2.6: ${line} goes back`);
      if (clockMs !== undefined && !isBreak && Math.abs(ms - clockMs) > 2) broken.push(`4.3.2.6: ${line} jumps`);
      clockMs = ms;
    } else if (line === '#EXT-X-DISCONTINUITY') {
      isBreak = true;
    } else if (line === '#EXT-X-GAP') {
      isGap = true;
    } else if (line.startsWith('#EXT-X-BYTERANGE') && version < 4) {
      broken.push('7: EXT-X-BYTERANGE needs version 4');
    } else if (line !== '' && !line.startsWith('#')) {
      if (duration === undefined) broken.push(`4.3.2.1: ${line} has no EXTINF`);
      if (/\.(mp4|m4s)(\?|$)/.test(line) && !hasMap && !isGap) broken.push(`3.3: ${line} has no EXT-X-MAP`);
      if (clockMs !== undefined) clockMs += (duration ?? 0) * 1000;
      duration = undefined;
      [isBreak, isGap] = [false, false];
    }
  }
  if (duration !== undefined) broken.push('4.3.2.1: an EXTINF without a URI at the end');
  return broken;
}
