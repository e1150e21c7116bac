import type { ExrFrame } from '../../domain/exr/exr-file.ts';
import type { ExrFiles, VisibleObjects } from '../../domain/exr/exr-files.ts';
import type { CursorPosition, Page, PageRequest } from '../../domain/paging.ts';
import type { ExrInspection, ExrVectors } from '../../exr/inspection.ts';
import { type ExrSequence, groupSequences } from '../../exr/sequence/sequences.ts';

/** A sequence without the paths of its frames, of which there may be very many. */
export type ShownSequence = Omit<ExrSequence, 'paths'>;

/** A sequence with its frames, in their order. */
export interface FoundSequence {
  readonly sequence: ExrSequence;
  readonly frames: readonly ExrFrame[];
}

/** Sequences whose frames are read at once. */
const NAMES_PER_READ = 20;

/** Sequences of files whose headers are known: what is there, and what is missing. */
export class ExrSequenceService {
  readonly #files: ExrFiles<ExrInspection, ExrVectors>;
  readonly #visible: VisibleObjects | undefined;

  constructor(files: ExrFiles<ExrInspection, ExrVectors>, visible: VisibleObjects | undefined) {
    this.#files = files;
    this.#visible = visible;
  }

  /** Those whose paths, up to the digits, begin with the prefix. Two queries for each `NAMES_PER_READ`. */
  async list(prefix: string, page: PageRequest): Promise<Page<ShownSequence>> {
    const after = positionIn(page.after);
    const found: { name: string; shown: ShownSequence }[] = [];
    let from = after?.name ?? '';
    for (;;) {
      const names = await this.#files.sequenceNames(prefix, from, NAMES_PER_READ);
      const known = found.at(-1)?.name;
      for (const [name, sequences] of await this.#group(names.filter((each) => each !== known))) {
        for (const { sequence } of sequences) {
          const { paths: _paths, ...shown } = sequence;
          if (after?.name === name && shown.pattern <= after.pattern) continue;
          found.push({ name, shown });
        }
      }
      from = names.at(-1) ?? '';
      // A read begins with the last name of the one before it: one name alone is the end.
      if (names.length < NAMES_PER_READ || found.length > page.limit) break;
    }
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    const shown = items.map((each) => each.shown);
    if (found.length <= page.limit || last === undefined) return { items: shown };
    return { items: shown, next: [last.name, last.shown.pattern] };
  }

  /** The sequence of a pattern, as `list` names it; undefined where there is none. */
  async find(pattern: string): Promise<FoundSequence | undefined> {
    const name = sequenceNameOf(pattern);
    if (name === undefined) return undefined;
    const [found] = await this.#group([name]);
    return found?.[1].find(({ sequence }) => sequence.pattern === pattern);
  }

  async #group(names: readonly string[]): Promise<[string, FoundSequence[]][]> {
    const frames = await this.#visibleFrames(await this.#files.frames(names));
    const byName = Map.groupBy(frames, ({ sequence }) => sequence);
    return names.map((name) => [name, describe(byName.get(name) ?? [])]);
  }

  async #visibleFrames(frames: ExrFrame[]): Promise<ExrFrame[]> {
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
  return groupSequences(byPath.keys()).sequences.map((sequence) => ({
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
  const [name, pattern] = after as [string, string];
  return { name, pattern };
}
