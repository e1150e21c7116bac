import { type FrameName, parseFrameName } from '../../../../formats/exr/frame-name.ts';
import { describeFrames, type FrameRange } from './frame-ranges.ts';

/** Files that differ only in the frame number. */
export interface DescribedSequence {
  /** The path up to the digits, folders included. */
  readonly prefix: string;
  readonly suffix: string;
  /** Least number of digits; shorter numbers are padded with zeros. */
  readonly padding: number;
  /** `prefix%04dsuffix`, as printf and most tools take it. */
  readonly pattern: string;
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly frame_count: number;
  /** Present frames, in order; a range has at least one. */
  readonly ranges: readonly FrameRange[];
  /** Missing frames between the first and the last, in order. */
  readonly missing: readonly FrameRange[];
  readonly missing_count: number;
}

/** With the paths of its frames, in their order. */
export interface ExrSequence extends DescribedSequence {
  readonly paths: readonly string[];
}

interface Frame extends FrameName {
  readonly path: string;
}

/** How a frame number is written. */
interface NumberForm {
  readonly isNegative: boolean;
  /** Digits without the sign. */
  readonly width: number;
  readonly hasLeadingZero: boolean;
}

/**
 * Groups paths, keys or names into sequences by their names alone; in the order of their patterns. A single frame is a
 * sequence of one. Paths without a frame number are left out. The same path given twice counts once.
 */
export function groupSequences(paths: Iterable<string>): ExrSequence[] {
  const byName = new Map<string, FramesByForm<Frame>>();
  for (const path of new Set(paths)) {
    const name = parseFrameName(path);
    if (name === undefined) continue;
    const key = `${name.prefix}\0${name.suffix}`;
    let frames = byName.get(key);
    if (frames === undefined) byName.set(key, (frames = new FramesByForm()));
    frames.add(name, { ...name, path });
  }
  const sequences = [...byName.values()].flatMap((frames) =>
    frames.split().map(({ padding, items }) => {
      items.sort((a, b) => a.frame - b.frame);
      const [{ prefix, suffix } = { prefix: '', suffix: '' }] = items;
      const numbers = items.map(({ frame }) => frame);
      return { ...describe(prefix, suffix, padding, numbers), paths: items.map(({ path }) => path) };
    }),
  );
  return sequences.sort(byPattern);
}

/** Sequences of paths that differ only in their digits; only the numbers are kept in memory. */
export class SequenceFrames {
  readonly #frames = new FramesByForm<number>();
  #name: FrameName | undefined;

  /** Ignores paths without a frame number. */
  add(path: string): void {
    const name = parseFrameName(path);
    if (name === undefined) return;
    this.#name ??= name;
    this.#frames.add(name, name.frame);
  }

  /** In the order of their patterns. */
  describe(): DescribedSequence[] {
    const { prefix = '', suffix = '' } = this.#name ?? {};
    const sequences = this.#frames.split().map(({ padding, items }) => {
      // Far faster than a sort that calls a function, and there may be a million.
      return describe(prefix, suffix, padding, Array.from(Float64Array.from(items).sort()));
    });
    return sequences.sort(byPattern);
  }
}

/** Frames of one name by the notation of their number, which decides the sequence of a frame. */
class FramesByForm<Item> {
  readonly #forms = new Map<string, NumberForm & { readonly items: Item[] }>();

  add({ frame, digits }: FrameName, item: Item): void {
    const hasLeadingZero = digits.length > 1 && digits.startsWith('0');
    const form = { isNegative: frame < 0, width: digits.length, hasLeadingZero };
    const key = `${form.isNegative} ${form.width} ${hasLeadingZero}`;
    const known = this.#forms.get(key);
    if (known === undefined) this.#forms.set(key, { ...form, items: [item] });
    else known.items.push(item);
  }

  /**
   * `a.1.exr` and `a.0001.exr` belong to different sequences. A leading zero tells the padding. A number without one
   * belongs to the widest padding that it fills or outgrows, since `%04d` writes 10000 with five digits; numbers that fit
   * no padding are a sequence of their own, padded to the shortest of them.
   */
  split(): { padding: number; items: Item[] }[] {
    const forms = [...this.#forms.values()];
    const padded = forms.filter(({ hasLeadingZero }) => hasLeadingZero);
    const unsigned = new Set(padded.filter(({ isNegative }) => !isNegative).map(({ width }) => width));
    // `%04d` counts the sign (-001), other tools do not (-0001): the other frames decide.
    const widthOf = ({ isNegative, width }: NumberForm): number =>
      isNegative && !unsigned.has(width) && unsigned.has(width + 1) ? width + 1 : width;
    const paddings = [...new Set(padded.map(widthOf))].sort((a, b) => b - a);
    const paddingOf = (form: NumberForm): number => {
      const width = widthOf(form);
      return form.hasLeadingZero ? width : (paddings.find((candidate) => candidate <= width) ?? 0);
    };
    return [...Map.groupBy(forms, paddingOf)].map(([padding, members]) => ({
      padding: padding || Math.min(...members.map(({ width }) => width)),
      items: members.flatMap(({ items }) => items),
    }));
  }
}

function describe(prefix: string, suffix: string, padding: number, sorted: readonly number[]): DescribedSequence {
  return {
    prefix,
    suffix,
    padding,
    pattern: `${prefix.replaceAll('%', '%%')}%${padding > 1 ? `0${padding}` : ''}d${suffix}`,
    ...describeFrames(sorted),
  };
}

const byPattern = (a: DescribedSequence, b: DescribedSequence): number => (a.pattern < b.pattern ? -1 : 1);
