/** A stretch of the timeline, in seconds. Drawing is all that these numbers are for: the API's times are exact. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface Block extends Stretch {
  readonly name: string;
  /** A block that an answer contained is drawn filled. */
  readonly found?: boolean;
}

export interface Track {
  readonly name: string;
  readonly blocks: readonly Block[];
}

const COLUMNS_PER_SECOND = 9;
const NAME_WIDTH = 8;

/**
 * The tracks as lines of text, a ruler of seconds above and the asked stretch marked below:
 * every block is a segment, a filled one was found, and where nothing is drawn is no segment.
 */
export function drawTimeline(tracks: readonly Track[], asked?: Stretch & { readonly label: string }): string[] {
  const end = Math.max(...tracks.flatMap(({ blocks }) => blocks.map((block) => block.end)));
  const lines = [line('', ruler(end)), ...tracks.map(({ name, blocks }) => line(name, blocks.map(place)))];
  return asked === undefined ? lines : [...lines, line('asked', [bracket(asked)])];
}

/** A text and the column that it starts at. */
interface Placed {
  readonly column: number;
  readonly text: string;
}

function line(name: string, parts: readonly Placed[]): string {
  let text = name.padEnd(NAME_WIDTH);
  for (const { column, text: part } of parts) text = text.padEnd(NAME_WIDTH + column) + part;
  return text;
}

const columnOf = (seconds: number): number => Math.round(seconds * COLUMNS_PER_SECOND);

function ruler(end: number): Placed[] {
  const seconds = Array.from({ length: Math.floor(end) + 1 }, (_, second) => second);
  return seconds.map((second) => ({ column: columnOf(second), text: `${second} s` }));
}

function place({ start, end, name, found }: Block): Placed {
  const inner = Math.max(columnOf(end) - columnOf(start) - 2, 0);
  const left = Math.max(Math.floor((inner - name.length) / 2), 0);
  const fill = found === true ? '█' : ' ';
  const text = `${fill.repeat(left)}${name}`.padEnd(inner, fill).slice(0, inner);
  return { column: columnOf(start), text: `[${text}]` };
}

function bracket({ start, end, label }: Stretch & { readonly label: string }): Placed {
  const inner = Math.max(columnOf(end) - columnOf(start) - 2, 0);
  return { column: columnOf(start), text: `└${'─'.repeat(inner)}┘ ${label}` };
}
