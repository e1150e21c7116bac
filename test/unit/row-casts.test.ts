import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

/*
 * Tables are typed (docs/adr/0027-typed-tables.md), so cells and rows need no casts. A cast of them is any `as` but `as const` in the
 * table layer above the engines and in files that make rows or read them, and elsewhere in TAMS and the features one that tells what
 * a kept text holds: `JSON.parse(...) as X`, `... as Json<X>`. A chain of casts counts once. Importers and providers read the rows
 * and answers of others, which no definition of ours types.
 */
const TABLE_LAYER = ['src/vastdb/*.ts', 'src/vastdb/{metrics,mutation,predicate,query,schema,spans}/**/*.ts'];
const ABOVE = ['src/tams/**/*.ts', 'src/features/**/*.ts'];
const OF_OTHERS = /^src\/features\/[^/]+\/(?:import|providers)\//;
const OF_ROWS = /(?:-repository|-rows?|-reader|table-access|column-backfill)\.ts$|\/repositories\/[^/]+$/;

interface Cast {
  readonly place: string;
  /** Whether a comment on its line, or on the line before it or before its statement, says why. */
  readonly hasReason: boolean;
}

function castsIn(patterns: readonly string[], isOfRows: (path: string) => boolean): Cast[] {
  const paths = globSync(patterns, { cwd: ROOT }).filter((path) => !OF_OTHERS.test(path));
  return paths.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    if (!/\bas\b/.test(text)) return [];
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const lines = text.split('\n');
    const casts: Cast[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isAsExpression(node) && !ts.isAsExpression(node.parent) && isCast(node, isOfRows(path))) {
        const lineOf = (of: ts.Node): number => file.getLineAndCharacterOfPosition(of.getStart()).line;
        const statement = ts.findAncestor(node, (each) => ts.isStatement(each) || ts.isClassElement(each)) ?? node;
        const before = [lineOf(node), lineOf(node) - 1, lineOf(statement) - 1].map((line) => lines[line] ?? '');
        casts.push({ place: `${path}:${lineOf(node) + 1}`, hasReason: before.some((line) => line.includes('//')) });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return casts;
  });
}

function isCast(node: ts.AsExpression, isOfRows: boolean): boolean {
  const type = node.type.getText();
  if (type === 'const') return false;
  return isOfRows || type.startsWith('Json<') || node.expression.getText().startsWith('JSON.parse(');
}

it.each([
  ['the table layer', castsIn(TABLE_LAYER, () => true)],
  ['TAMS and the features', castsIn(ABOVE, (path) => OF_ROWS.test(path))],
])('casts of cells and rows are few in %s, each with its reason', (_, casts) => {
  expect(casts.filter(({ hasReason }) => !hasReason).map(({ place }) => place)).toEqual([]);
  expect(casts.length, casts.map(({ place }) => place).join('\n')).toBeLessThan(20);
});
