import type { ExrFileFilter, ExrFileSummary, VisibleObjects } from '../rules/exr-file.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';
import type { Row, TableDefinition } from '../../../vastdb/engine.ts';
import {
  and,
  eq,
  eqIfGiven,
  inSelect,
  isNotNull,
  isNull,
  not,
  or,
  startsWith,
} from '../../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../../vastdb/predicate/predicate.ts';
import { afterCursor, toPage } from '../../../tams/documents/listing-order.ts';
import { SUMMARY_COLUMNS, type SummaryRow, toSummary } from './file-rows.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_FILES, EXR_PARTS, type ExrFileRow } from '../exr-tables.ts';

const BY_PATH = [
  { column: 'path', direction: 'asc' },
  { column: 'id', direction: 'asc' },
] as const;

/** Files that belong to no visible object are left out. */
export async function listFiles(
  reader: CommittedReader,
  filter: ExrFileFilter,
  page: PageRequest,
  visible: VisibleObjects | undefined,
): Promise<Page<ExrFileSummary>> {
  const terms = [...filterTerms(filter), ...afterCursor(BY_PATH, page.after, ['string', 'string'])];
  if (visible !== undefined) terms.push(isNotNull('object_id'));
  const rows = await reader.firstRows({
    table: EXR_FILES,
    columns: SUMMARY_COLUMNS,
    where: and(terms),
    orderBy: BY_PATH,
    limit: page.limit + 1,
    check:
      visible === undefined
        ? undefined
        : {
            columns: ['object_id'],
            pass: async (files) => {
              const seen = await visible(files.flatMap(({ object_id: id }) => id ?? []));
              return files.map(({ object_id: id }) => id !== null && seen.has(id));
            },
          },
  });
  return toPage({ rows }, page.limit, toSummary, positionOf);
}

const positionOf = ({ path, id }: SummaryRow): [string, string] => [path, id];

function filterTerms(filter: ExrFileFilter): Where<ExrFileRow>[] {
  const { pathPrefix, width, height, deep, tiled, failed, channel, layer, compression, type } = filter;
  const terms: Where<ExrFileRow>[] = [...eqIfGiven('is_deep', deep), ...eqIfGiven('is_tiled', tiled)];
  if (pathPrefix !== undefined) terms.push(startsWith('path', pathPrefix));
  if (width !== undefined) terms.push(eq('width', BigInt(width)));
  if (height !== undefined) terms.push(eq('height', BigInt(height)));
  if (failed !== undefined) terms.push(failed ? isNotNull('failure') : isNull('failure'));
  if (channel !== undefined) terms.push(having(EXR_CHANNELS, eq('name', channel)));
  if (layer !== undefined) terms.push(having(EXR_CHANNELS, eq('layer', layer)));
  if (compression !== undefined) terms.push(having(EXR_PARTS, eq('compression', compression)));
  if (type !== undefined) terms.push(having(EXR_PARTS, eq('type', type)));
  for (const [name, value] of filter.attributes) {
    terms.push(having(EXR_ATTRIBUTES, and([eq('name', name), valueIs(value)])));
  }
  for (const [name, exists] of filter.attributesExist) {
    const has = having(EXR_ATTRIBUTES, eq('name', name));
    terms.push(exists ? has : not(has));
  }
  return terms;
}

const having = <R extends Row & { file_id: string }>(
  table: TableDefinition<R>,
  where: Where<R>,
): Predicate<Condition<'id', string>> => inSelect('id', { table, column: 'file_id', where });

function valueIs(value: string): Predicate<Condition<'value_text', string> | Condition<'value_number', number>> {
  const number = value.trim() === '' ? NaN : Number(value);
  const isText = eq('value_text', value);
  return Number.isFinite(number) ? or([isText, eq('value_number', number)]) : isText;
}
