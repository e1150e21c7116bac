import {
  ASSETS,
  EMBEDDINGS,
  SEGMENTS,
  VERSIONS,
  VISIBLE_EMBEDDINGS,
  VISIBLE_SEGMENTS,
} from '../../src/features/search/search-tables.ts';
import { checkRows, type Part, withoutOwner } from './row-check.ts';

const visible = (table: string, column: string, owners: string, subject: string): Part =>
  withoutOwner({
    table,
    column,
    subject,
    owners,
    problem: 'it can be found, and has no row',
    deleting: 'takes it out of what can be found',
  });

/** Visible or stored rows of assets and versions that are gone. */
export const searchIndex = checkRows(
  'search-index',
  'the rows of media search belong to versions that exist',
  ...[VISIBLE_SEGMENTS.name, VISIBLE_EMBEDDINGS.name].flatMap((table) => [
    visible(table, 'version_id', VERSIONS.name, 'version'),
    visible(table, 'asset_id', ASSETS.name, 'asset'),
  ]),
  ...[SEGMENTS.name, EMBEDDINGS.name].map((table) =>
    withoutOwner({
      table,
      column: 'version_id',
      subject: `${table} of version`,
      owners: VERSIONS.name,
      problem: 'there is no such version',
      deleting: 'deletes them',
    }),
  ),
);
