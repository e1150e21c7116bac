/** Prints rows of texts in columns, under a heading. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => printable(line[column]).length)));
  for (const line of lines) {
    print(
      line
        .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export const listText = (list: readonly string[] | undefined): string =>
  list === undefined ? '(all)' : list.join(',');

/** Names of JWTs are others' texts: control characters of theirs must not reach a terminal. */
function printable(cell: string | undefined): string {
  return (cell ?? '').replace(/\p{Cc}/gu, '?');
}
