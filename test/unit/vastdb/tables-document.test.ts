import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allTables, TABLES_DOCUMENT, tablesDocument } from '../../tables-document/document.ts';

it('docs/tables.md says what the definitions say; `npm run tables` brings it up to date', async () => {
  const isFresh = (await tablesDocument()) === readFileSync(TABLES_DOCUMENT, 'utf8');
  expect(isFresh, 'docs/tables.md is stale: npm run tables').toBe(true);
});

it('every table of every feature is described, and each of its columns', () => {
  const undescribed = allTables().flatMap(({ name, doc, docs, columns, internal }) =>
    columns
      .filter((column) => !docs?.[column.name])
      .map((column) => `${name}.${column.name}`)
      .concat(doc === undefined || internal === undefined ? [name] : []),
  );
  expect(undescribed).toEqual([]);
});
