import { ASSETS, VERSIONS, VISIBLE_EMBEDDINGS, VISIBLE_SEGMENTS } from '../../src/stores/search-store/tables.ts';
import { isIn } from '../../src/vastdb/predicate/builder.ts';
import { checkRows, missingFrom, presentIn, type RowCheck } from './row-check.ts';

const visible = (
  table: string,
  column: string,
  owners: string,
  subject: string,
): Omit<RowCheck, 'name' | 'description'> => ({
  table,
  column,
  subject,
  look: async (reader, keys) => {
    const problems = missingFrom(await presentIn(reader, owners, 'id', keys), keys, 'it can be found, and has no row');
    const still = await presentIn(reader, table, column, [...problems.keys()]);
    return new Map([...problems].filter(([key]) => still.has(key)));
  },
  repair: {
    does: 'takes it out of what can be found',
    mend: async (tx, keys) => {
      await tx.delete(table, isIn(column, keys));
    },
  },
});

/** What media search shows of assets and versions that are gone. */
export const searchIndex = checkRows(
  'search-index',
  'what media search shows exists',
  ...[VISIBLE_SEGMENTS.name, VISIBLE_EMBEDDINGS.name].flatMap((table) => [
    visible(table, 'version_id', VERSIONS.name, 'version'),
    visible(table, 'asset_id', ASSETS.name, 'asset'),
  ]),
);
