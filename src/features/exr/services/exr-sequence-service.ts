import type { ExrFileRepository } from '../repositories/exr-file-repository.ts';
import type { ExrFrame, ScannedFrame, VisibleObjects } from '../rules/exr-file.ts';
import { cellsOf, type CursorPosition, type Page, type PageRequest } from '../../../shared/paging.ts';
import { toPage } from '../../../tams/documents/listing-order.ts';
import {
  type DescribedSequence,
  type ExrSequence,
  groupSequences,
  SequenceFrames,
} from '../rules/sequence/sequences.ts';

/** A sequence with its frames, in their order. */
export interface FoundSequence {
  readonly sequence: ExrSequence;
  readonly frames: readonly ExrFrame[];
}

/** Sequences whose frames are read at once; above `FRAMES_MAX` frames, one after the other. */
const NAMES_PER_READ = 20;
/** A page ends after this many frames, even with fewer sequences than asked for. */
const FRAMES_MAX = 200_000;
/** Sorts after any pattern: nothing is left of this name. */
const LAST_PATTERN = '\uFFFF';

/** Sequences of files with known headers: frames present, and frames missing. */
export class ExrSequenceService {
  readonly #files: ExrFileRepository;
  readonly #visible: VisibleObjects | undefined;

  constructor(files: ExrFileRepository, visible: VisibleObjects | undefined) {
    this.#files = files;
    this.#visible = visible;
  }

  /**
   * Those whose paths, up to the digits, begin with the prefix. Three queries for each `NAMES_PER_READ`. Only the
   * number of each frame is in memory, and a page of very long sequences has fewer of them.
   */
  async list(prefix: string, page: PageRequest): Promise<Page<DescribedSequence>> {
    const after = positionIn(page.after);
    const found: { name: string; shown: DescribedSequence }[] = [];
    let done = after?.pattern === LAST_PATTERN ? after.name : undefined;
    let frames = 0;
    for (;;) {
      const names = await this.#files.sequenceNames(prefix, done ?? after?.name ?? '', NAMES_PER_READ);
      const next = names.filter((name) => name !== done);
      if (next.length === 0) break;
      const together = (await this.#files.countFrames(next)) > FRAMES_MAX ? next.slice(0, 1) : next;
      const described = await this.#describe(together);
      frames += described.frames;
      for (const [name, sequences] of described.sequences) {
        for (const shown of sequences) {
          if (after?.name === name && shown.pattern <= after.pattern) continue;
          found.push({ name, shown });
        }
      }
      done = together.at(-1);
      // Each read begins with the last name of the previous one, so a single name means the end.
      const isEnd = names.length < NAMES_PER_READ && together.length === next.length;
      if (isEnd || found.length > page.limit) break;
      if (frames >= FRAMES_MAX && done !== undefined) {
        return { items: found.map(({ shown }) => shown), next: [done, LAST_PATTERN] };
      }
    }
    const positionOf = ({ name, shown }: (typeof found)[number]): CursorPosition => [name, shown.pattern];
    return toPage({ rows: found }, page.limit, ({ shown }) => shown, positionOf);
  }

  /** The sequence of a pattern, as `list` names it; undefined where there is none. */
  async find(pattern: string): Promise<FoundSequence | undefined> {
    const name = sequenceNameOf(pattern);
    if (name === undefined) return undefined;
    const frames = await this.#visibleFrames(await this.#files.frames([name]));
    return describe(frames).find(({ sequence }) => sequence.pattern === pattern);
  }

  async #describe(
    names: readonly string[],
  ): Promise<{ frames: number; sequences: [name: string, DescribedSequence[]][] }> {
    const framesOf = new Map(names.map((name) => [name, new SequenceFrames()]));
    let frames = 0;
    for await (const batch of this.#files.scanFrames(names)) {
      frames += batch.length;
      for (const { sequence, path } of await this.#visibleFrames(batch)) framesOf.get(sequence)?.add(path);
    }
    return { frames, sequences: Array.from(framesOf, ([name, each]) => [name, each.describe()]) };
  }

  async #visibleFrames<Frame extends ScannedFrame>(frames: Frame[]): Promise<Frame[]> {
    if (this.#visible === undefined) return frames;
    const ids = frames.flatMap(({ objectId }) => objectId ?? []);
    const seen = ids.length === 0 ? new Set<string>() : await this.#visible(ids);
    return frames.filter(({ objectId }) => objectId !== null && seen.has(objectId));
  }
}

/** Objects come before files of a bucket where both have one path: their frames can be put into flows. */
function describe(frames: readonly ExrFrame[]): FoundSequence[] {
  const byPath = new Map<string, ExrFrame>();
  for (const frame of frames) {
    if (frame.objectId !== null || !byPath.has(frame.path)) byPath.set(frame.path, frame);
  }
  return groupSequences(byPath.keys()).map((sequence) => ({
    sequence,
    frames: sequence.paths.flatMap((path) => byPath.get(path) ?? []),
  }));
}

/** The name under which the store keeps the frames of a pattern, such as `a.%04d.exr`. */
function sequenceNameOf(pattern: string): string | undefined {
  const groups = /^(?<prefix>(?:[^%]|%%)*)%(?:0\d+)?d(?<suffix>\.[A-Za-z]+)$/s.exec(pattern)?.groups;
  if (groups === undefined) return undefined;
  return `${(groups['prefix'] ?? '').replaceAll('%%', '%')}#${groups['suffix'] ?? ''}`;
}

function positionIn(after: CursorPosition | undefined): { name: string; pattern: string } | undefined {
  if (after === undefined) return undefined;
  const [name, pattern] = cellsOf(after, ['string', 'string']);
  return { name, pattern };
}
