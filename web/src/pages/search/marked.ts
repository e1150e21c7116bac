export interface Stretch {
  readonly text: string;
  readonly isMarked: boolean;
}

/** Takes a text apart at its highlights, which are half-open, in UTF-16 code units, and may touch. */
export function stretchesOf(text: string, highlights: readonly { start: number; end: number }[]): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const { start, end } of highlights) {
    const from = Math.max(at, start);
    if (from > at) stretches.push({ text: text.slice(at, from), isMarked: false });
    if (end > from) stretches.push({ text: text.slice(from, end), isMarked: true });
    at = Math.max(at, end);
  }
  if (at < text.length) stretches.push({ text: text.slice(at), isMarked: false });
  return stretches;
}
