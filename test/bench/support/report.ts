import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { fileURLToPath } from 'node:url';
import type { BenchmarkRow } from './benchmark.ts';

const DOCUMENT = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

export function printTable(rows: readonly BenchmarkRow[]): string {
  const lines = rows.map(
    ({ what, reached, target = '', met, medians }) =>
      `| ${what} | ${target} | ${reached} | ${met === undefined ? '' : met ? 'yes' : '**no**'} | ${medians} |`,
  );
  return ['| what | target | reached | met | medians |', '| --- | --- | --- | --- | --- |', ...lines, ''].join('\n');
}

/**
 * Puts the table between the markers of docs/benchmarks.md. Rows of a run of some benchmarks take the place of those
 * that say the same, or come after the others.
 */
export async function writeReport(machine: string, rows: readonly BenchmarkRow[], complete: boolean): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${DOCUMENT} must have the lines ${BEGIN} and ${END}`);
  const table = complete ? printTable(rows) : merged(text.slice(begin, end), printTable(rows));
  const report = `${BEGIN}\n\n${new Date().toISOString().slice(0, 10)}. ${machine}.\n\n${table}\n${END}`;
  const written = text.slice(0, begin) + report + text.slice(end + END.length);
  await writeFile(DOCUMENT, await format(written, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));
}

function merged(present: string, added: string): string {
  const rows = new Map<string, string>();
  for (const line of `${present}\n${added}`.split('\n').filter((each) => each.startsWith('|'))) {
    const what = line.split('|', 2)[1]?.trim() ?? '';
    if (!what.startsWith('---')) rows.set(what, line);
  }
  const [head = '', ...body] = rows.values();
  return [head, '| --- | --- | --- | --- | --- |', ...body, ''].join('\n');
}
