import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../in-parallel.ts';
import { ContinuityCounters } from '../media/transport-stream.ts';
import { codecNames, type SegmentContainer } from '../../src/tams/essence/codecs.ts';
import { type MuxedStream, shiftOf, takeFileApart } from './cut-file.ts';
import { kindOf } from '../../src/tams/essence/essence.ts';
import { type MeasuredSegments, type MeasuredTrack, pathIn, type Span } from './ready-segments.ts';

/** Runs of ffmpeg at a time. */
const PARALLEL = 2;

/** A track by itself, whose segments are files in the folder. */
export interface SeparateTrack extends MeasuredTrack {
  /** Such as `video-0`. */
  readonly name: string;
  readonly container: SegmentContainer;
}

interface Piece extends MuxedStream {
  /** The segment that it is a part of. */
  readonly of: string;
  readonly file: string;
  readonly path: string;
}

/** Writes pictures and sound that are wrapped up together into segments of their own, without encoding them anew. */
export async function takeApart(
  { tracks }: MeasuredSegments,
  folder: string,
  prefix: string,
): Promise<readonly SeparateTrack[]> {
  const named = tracks.map((track, index) => {
    const kind = kindOf(track.stream);
    const codec = track.stream.codec_name ?? 'unknown';
    const { container } = codecNames(codec, kind);
    if (container === undefined) {
      throw new Error(
        `Stream ${track.stream.index} is ${codec}, which has no container here; --muxed takes it as it is.`,
      );
    }
    return { ...track, container, name: `${kind}-${index}` };
  });
  const pieces = named.map(({ stream, spans, container, name }) =>
    spans.map(({ file: of, packets, timeBase: { num, den } }, index): Piece => {
      const file = `${prefix}-${name}-${String(index).padStart(6, '0')}.${container.suffix}`;
      // Each file has a clock of its own.
      const clocked = { ...stream, time_base: `${num}/${den}` };
      return { of, file, path: join(folder, file), stream: clocked, packets, container };
    }),
  );
  const shiftNs = shiftOf(pieces.flat());
  const byFile = Map.groupBy(pieces.flat(), ({ of }) => of);
  await inParallel([...byFile], PARALLEL, ([file, own]) => takeFileApart(pathIn(folder, file), own, shiftNs));
  for (const own of pieces) await continueCounters(own);
  return named.map((track, index) => ({
    ...track,
    spans: track.spans.map((span, number): Span => ({ ...span, shiftNs, file: pieces[index]?.[number]?.file ?? '' })),
  }));
}

async function continueCounters(pieces: readonly Piece[]): Promise<void> {
  const counters = new ContinuityCounters();
  for (const { path, container } of pieces) {
    if (container.muxer !== 'mpegts') continue;
    const bytes = await readFile(path);
    counters.begin();
    counters.rewrite(bytes);
    await writeFile(path, bytes);
  }
}
