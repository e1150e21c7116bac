import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');
/** All that tells the versions apart is here. */
const VERSIONS = join('tams', 'versions');

/** Texts of a file that name a version of TAMS; comments are not among them. */
function versionsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node) || ts.isNumericLiteral(node);
    if (isText && /(?<![\d.])(?:7\.0|8\.2)(?![\d.]*\d)/.test(node.text)) found.push(`${file}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it('no code outside of tams/versions knows a version of TAMS', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    // The descriptions of columns may say which version a property is of.
    .filter((file) => !file.startsWith(VERSIONS) && !file.endsWith('-tables.ts'));
  expect(files.length).toBeGreaterThan(200);
  expect(files.flatMap(versionsIn)).toEqual([]);
});
