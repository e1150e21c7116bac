import type { Packet, ProbedStream } from '../../src/media/probing/probe.ts';
import { kindOf } from '../../src/tams/essence/essence.ts';

interface NamedTrack {
  readonly prefix: string;
  readonly stream: ProbedStream;
  readonly packets: readonly Packet[];
}

/** Such as `audio-1 (deu)`, where the file says more of a track. */
export function trackName(prefix: string, { tags: { title, language } = {} }: ProbedStream): string {
  const more = [title, language === 'und' ? undefined : language].filter((text) => text !== undefined);
  // Foreign texts: their control characters must not reach a terminal.
  return more.length === 0 ? prefix : `${prefix} (${more.join(', ').replaceAll(/\p{Cc}/gu, ' ')})`;
}

/** Notes on parts of a file that differ on the timeline, or are missing there. */
export function notesOn(
  file: string,
  others: readonly ProbedStream[],
  tracks: readonly NamedTrack[],
  corruptPackets = 0,
): readonly string[] {
  const corrupt = `${corruptPackets} packets of ${file} lack bytes that were lost on their way; they are taken as they are.`;
  return [
    ...(corruptPackets === 0 ? [] : [corrupt]),
    ...others.map((other) => leftOut(file, other)),
    ...tracks.flatMap((track) => shown(file, track)),
  ];
}

const leftOut = (file: string, { index, codec_type: type, codec_name: codec }: ProbedStream): string =>
  `${file}: stream ${index} (${[type, codec].filter((text) => text !== undefined).join(' ')}) is left out: pictures and sound are taken.`;

/** Every frame with a time in the media has one on the timeline, which cannot hide frames. */
function shown(file: string, { stream, packets, prefix }: NamedTrack): string[] {
  const hidden = packets.filter(({ isHidden }) => isHidden).length;
  // For sound it is the encoder's priming.
  if (hidden === 0 || kindOf(stream) === 'audio') return [];
  return [`${hidden} pictures of ${prefix} that ${file} hides (edit list) are on the timeline.`];
}
